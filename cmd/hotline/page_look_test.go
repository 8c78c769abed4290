package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotline/deploy/asterisk"
	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// tour looks at the page's states in both languages and both looks: nothing may stand in the way of anybody, and the
// pictures go to the folder HOTLINE_SCREENSHOTS when it is set, three of them to deploy/screenshots for the README.
type tour struct {
	*person
	axe    string
	folder string
}

// ofTheReadme are the pictures that the README shows.
var ofTheReadme = map[string]string{"desk-ringing-en-light": "desk", "board-en-light": "board", "ticket-en-light": "ticket"}

func (p *person) tour() tour {
	p.t.Helper()
	axe, err := os.ReadFile("../../agentdesk/web/node_modules/axe-core/axe.min.js")
	if err != nil {
		p.t.Fatalf("axe-core is missing: npm ci in agentdesk/web: %v", err)
	}
	return tour{person: p, axe: string(axe), folder: os.Getenv("HOTLINE_SCREENSHOTS")}
}

// look goes through the languages and looks of one state.
func (w tour) look(state string) {
	w.t.Helper()
	for _, language := range []string{"ru", "en"} {
		w.speaks(language)
		for _, scheme := range []string{"dark", "light"} {
			w.in(scheme)
			w.still()
			name := strings.Join([]string{state, language, scheme}, "-")
			w.hasNoBarrier(name)
			w.keep(name)
		}
	}
}

var languageNames = map[string]string{"en": "English", "ru": "Русский"}

// speaks chooses the page's language as a person would.
func (w tour) speaks(language string) {
	w.t.Helper()
	chosen := "document.documentElement.lang === " + quoted(language)
	var already, atTheDoor bool
	w.eval(chosen, &already)
	w.eval(`!!document.querySelector("[data-testid=login-form]")`, &atTheDoor)
	switch {
	case already:
		return
	case atTheDoor:
		w.eval(fmt.Sprintf(`[...document.querySelectorAll("label")].find((l) => l.textContent === %s).click()`, quoted(languageNames[language])), nil)
	default:
		w.click(named("button", map[string]string{"en": "Язык: RU", "ru": "Language: EN"}[language]))
		w.click(named("menuitem", languageNames[language]))
	}
	w.until("the page speaks "+language, chosen)
}

// still waits until nothing moves any more (what pulses without end may go on) and the mouse shows no hint.
func (w tour) still() {
	w.t.Helper()
	w.must("Input.dispatchMouseEvent", map[string]any{"type": "mouseMoved", "x": 2, "y": 898}, nil)
	w.until("everything stands still", `!document.querySelector("[role=menu], [role=tooltip], main [aria-busy=true]") && document.fonts.status === "loaded"
		&& [...document.querySelectorAll("[data-testid=waveform]")].every(witness.drawn)
		&& document.getAnimations().every((a) => a.playState !== "running" || a.effect.getComputedTiming().iterations === Infinity)`)
}

const axeRun = `axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: {"target-size": {enabled: true}},
  resultTypes: ["violations"],
}).then(({violations}) => violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 300) + " " + n.failureSummary)))`

// hasNoBarrier fails for whatever axe finds against WCAG 2.2 AA.
func (w tour) hasNoBarrier(name string) {
	w.t.Helper()
	var there bool
	if w.eval(`"axe" in window`, &there); !there {
		w.eval(w.axe+"; null", nil)
	}
	var found []string
	w.eval(axeRun, &found)
	for _, barrier := range found {
		w.t.Errorf("%s: %s", name, barrier)
	}
}

func (w tour) keep(name string) {
	w.t.Helper()
	if w.folder == "" {
		return
	}
	w.shot(filepath.Join(w.folder, name+".png"))
	if of, ok := ofTheReadme[name]; ok {
		w.shot(filepath.Join("../../deploy/screenshots", of+".png"))
	}
}

func TestScreenshotsShowNoBarrier(t *testing.T) {
	needPage(t)
	h := openHouse(t, plan{queue: longWrapUp, line: func(r *telephony.Rules) { r.Ring = seconds(120) }})
	h.pastLife()
	browser := openChromium(t)
	agent := browser.person(h.base)
	agent.open(h.base + "/")
	w := agent.tour()
	w.until("the door", `document.querySelector("[data-testid=login-form]")`)
	w.look("login")

	h.enters(agent, "agent1")
	agent.becomesReady()
	w.sees("due in")
	w.look("desk-idle")
	idle := w.boxes()

	customer := h.phone(phone.Config{})
	out := h.dial(customer, "100", customerOne)
	out.Play(audio.ToneSource(1000))
	w.card("ringing")
	w.sees("Example Works")
	w.sameBoxes("ringing", idle)
	w.look("desk-ringing")
	w.key("Alt+KeyA")
	w.card("talking")
	agent.hears(1000)
	w.sameBoxes("talking", idle)
	w.look("desk-talking")
	w.key("Alt+KeyE")
	w.card("wrapup")
	w.sameBoxes("wrap-up", idle)
	w.look("desk-wrapup")

	w.click(named("combobox", "Result of the call"))
	w.click(named("option", "Solved on the phone"))
	w.write(named("textbox", "Note"), "Loose cable behind the printer. Works again.")
	w.key("Alt+KeyW")
	w.isNow("ready")
	number := h.call(`snapshot->'caller'->>'raw' = $1`, customerOne).Ticket
	w.open(fmt.Sprintf("%s/tickets/%d", h.base, number))
	w.playsRecording("call", 2)
	w.look("ticket")
	w.open(h.base + "/tickets")
	w.sees("Printer")
	w.look("tickets")

	h.busyFloor(agent)
	boss := h.comesIn(browser, "supervisor")
	boss.until("three wait", `document.querySelectorAll("[data-testid=board-waiting] tbody tr").length === 3`)
	boss.tour().look("board")
	boss.click(named("link", "Calls"))
	boss.sees("Customer One")
	boss.tour().look("calls")
}

// boxes is where the parts of the desk are.
func (p *person) boxes() (v map[string]string) {
	p.t.Helper()
	p.eval(`Object.fromEntries([...document.querySelectorAll("header, header nav, main section[aria-label]")]
		.filter((e) => !e.closest("article")).map((e) => [e.tagName + " " + (e.ariaLabel ?? ""), JSON.stringify(e.getBoundingClientRect())]))`, &v)
	return v
}

// sameBoxes: a call moves nothing under the agent's hands.
func (p *person) sameBoxes(state string, before map[string]string) {
	p.t.Helper()
	now := p.boxes()
	for what, box := range before {
		if now[what] != box {
			p.t.Errorf("%s: %s moved from %s to %s", state, what, box, now[what])
		}
	}
}

// pastLife is what a service desk has seen before: tickets of the customer, and a message of the night.
func (h *house) pastLife() {
	h.t.Helper()
	token := h.logIn("agent1")
	add := func(subject, priority, state, assignee, caller string) {
		var made struct{ Number, Version int64 }
		h.ask(token, http.MethodPost, "/api/v1/tickets", map[string]string{"subject": subject, "priority": priority, "caller": caller}, &made)
		change := map[string]any{"version": made.Version, "state": state, "category": "printer"}
		if assignee != "" {
			change["assignee"] = assignee
		}
		h.ask(token, http.MethodPatch, fmt.Sprintf("/api/v1/tickets/%d", made.Number), change, nil)
	}
	add("Printer on the second floor shows error 49", "normal", "solved", "agent2", customerOne)
	add("New starter needs an account on Monday", "high", "open", "agent1", customerOne)
	add("Invoice for March was sent twice", "low", "waiting_customer", "agent1", "+15550100041")
	add("VPN drops every hour", "urgent", "open", "agent1", "+15550100042")

	night := h.dial(h.phone(phone.Config{}), "200", "+15550100043")
	h.tone(night, asterisk.BeepHz)
	<-night.Play(audio.Once(audio.Tone(audio.Rate, 600, 3*time.Second)))
	if err := night.Hangup(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.awaitState("+15550100043", telephony.Ended)
}

// busyFloor: agents talk, hold, wrap up and pause, and three callers wait.
func (h *house) busyFloor(agent *person) {
	h.t.Helper()
	agent.open(h.base + "/desk")
	agent.isNow("ready")
	agent.key("Alt+KeyP")
	agent.click(named("menuitem", "Lunch"))
	agent.isNow("pause")
	customer := h.phone(phone.Config{})
	talk := func(name, from string) (*seat, telephony.Call) {
		desk := h.deskPhone(name)
		s := h.desk(name).ready()
		h.dial(customer, "100", from)
		if err := h.accept(desk).Answer(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		return s, h.awaitState(from, telephony.Talking)
	}
	talk("agent2", "+15550100051")
	holds, held := talk("agent3", "+15550100052")
	holds.do("call.hold", map[string]string{"call": held.ID})
	ends, ended := talk("agent4", "+15550100053")
	ends.do("call.hangup", map[string]string{"call": ended.ID})
	h.awaitState("+15550100053", telephony.Ended)
	h.desk("agent5").do("presence.set", map[string]string{"state": "pause", "reason": "training"})
	for _, from := range []string{"+15550100054", customerOne, "+15550100055"} {
		h.dial(customer, "100", from)
		h.awaitState(from, telephony.Waiting)
	}
}
