package main

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/journal"
	"hotline/telephony/phone"
)

// customerOne is the number of the contact that the demo knows.
const customerOne = "+15550100001"

// needPage skips or fails a test that needs a browser and the built page.
func needPage(t *testing.T) {
	t.Helper()
	browserPath(t)
	if _, err := os.Stat("../../agentdesk/web/dist/index.html"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the page is not built: make page")
		}
		t.Skip("the page is not built: make page")
	}
}

// longWrapUp leaves time to look at things.
func longWrapUp(q *journal.Queue) { q.WrapUp = seconds(120) }

// comesIn logs somebody in at the page.
func (h *house) comesIn(c *chromium, user string) *person {
	h.t.Helper()
	p := c.person(h.base)
	p.open(h.base + "/")
	h.enters(p, user)
	return p
}

// enters fills in the log-in form. The sound stays as it is: echo cancelling would take a tone away.
func (h *house) enters(p *person, user string) {
	h.t.Helper()
	p.eval(`localStorage.setItem("hotline.rawAudio", "1")`, nil)
	p.write(named("textbox", "User name"), user)
	p.write(named("textbox", "Password"), "demo")
	p.click(named("button", "Log in"))
	p.until("the desk is connected", `document.querySelector("[data-testid=presence]")`)
}

// becomesReady clicks "ready"; the microphone is asked for and the sound is connected by that.
func (p *person) becomesReady() {
	p.t.Helper()
	p.click(named("button", "Ready for calls…"))
	p.until("the agent is ready, or rings already", `["ready", "ringing"].includes(document.querySelector("[data-testid=presence]").dataset.state)`)
	p.until("the sound is connected", `document.querySelector("[data-testid=sound]").dataset.stage === "connected"`)
}

// isNow waits until the desk shows the agent's state.
func (p *person) isNow(state string) {
	p.t.Helper()
	p.until("presence "+state, `document.querySelector("[data-testid=presence]")?.dataset.state === `+quoted(state))
}

// card waits until the card of the call is in a phase.
func (p *person) card(phase string) {
	p.t.Helper()
	p.until("the card of the call is "+phase, `witness.cards.at(-1)?.phase === `+quoted(phase))
}

// A call in the browser from the pop to the wrap-up: everything is clicked or pressed, every sound found by its tone.
func TestPageCallFromPopToWrapUp(t *testing.T) {
	needPage(t)
	h := openHouse(t, plan{queue: longWrapUp})
	agent := h.comesIn(openChromium(t), "agent1")
	agent.becomesReady()
	customer := h.phone(phone.Config{})

	dialled := time.Now()
	out := h.dial(customer, "100", customerOne)
	out.Play(audio.ToneSource(1000))
	agent.card("ringing")
	t.Logf("dialled to ringing: %v", time.Since(dialled).Round(time.Millisecond))
	c := h.awaitState(customerOne, telephony.Offered)
	agent.poppedBeforeItRang(c)

	pressed := time.Now()
	agent.key("Alt+KeyA")
	agent.card("talking")
	h.tone(out, micHz)
	agent.hears(1000)
	t.Logf("answered to both tones proven: %v", time.Since(pressed).Round(time.Millisecond))
	agent.isNow("talking")
	agent.until("the ticket is the agent's", `[...document.querySelectorAll("article input")].some((field) => field.value === "Agent 1")`)

	agent.click(testID("hold"))
	agent.card("held")
	h.hearsMusic(out)
	agent.key("Alt+KeyH")
	agent.card("talking")
	h.tone(out, micHz)

	agent.key("Alt+KeyM")
	h.lacks(out, micHz)
	agent.hears(1000)
	agent.click(testID("mute"))
	h.tone(out, micHz)

	agent.key("Alt+KeyE")
	h.heard(out, phone.Ended)
	agent.card("wrapup")
	agent.click(named("combobox", "Result of the call"))
	agent.click(named("option", "Solved on the phone"))
	agent.write(named("textbox", "Note"), "The cable was loose.")
	agent.key("Alt+KeyW")
	agent.isNow("ready")
	if got := h.call(`id = $1`, c.ID); got.Disposition != "solved" || got.Note != "The cable was loose." || got.Outcome != telephony.Answered {
		t.Errorf("the call ended %s with %q and %q", got.Outcome, got.Disposition, got.Note)
	}

	agent.playsRecording("call", 2)
	token := h.logIn("agent2")
	w := h.sound(token, h.ticketOf(token, customerOne).Recordings[0].ID)
	left, right := w.Channel(0), w.Channel(1)
	if !audio.HasTone(left, w.Rate, 1000) || !audio.HasTone(right, w.Rate, micHz) {
		t.Error("the recording does not hold the caller left and the agent right")
	}
	if audio.HasTone(left, w.Rate, micHz) || audio.HasTone(right, w.Rate, 1000) {
		t.Error("the two sides of the recording are mixed up")
	}
	t.Logf("recording of %v: %v of the caller, %v of the agent", w.Duration(), audio.ToneTime(left, w.Rate, 1000), audio.ToneTime(right, w.Rate, micHz))
	h.nothingLeft()

	agent.reloadsInTheMiddleOfATalk(h, customer)
}

// poppedBeforeItRang: ticket, number and name were on the screen before the first sound of the bell.
func (p *person) poppedBeforeItRang(c telephony.Call) {
	p.t.Helper()
	p.until("the page rings", "witness.rings.length > 0")
	var v struct {
		Cards []struct {
			Phase, Ticket, Text string
			At                  float64
		}
		Rings []float64
	}
	p.eval("({cards: witness.cards.filter((card) => card.phase !== 'idle'), rings: witness.rings})", &v)
	first := v.Cards[0]
	if first.Ticket != itoa(c.Ticket) || !strings.Contains(first.Text, "Customer One") || !strings.Contains(first.Text, customerOne) {
		p.t.Errorf("the pop of ticket %d showed %q: %q", c.Ticket, first.Ticket, first.Text)
	}
	if v.Rings[0] < first.At {
		p.t.Error("it rang before the pop")
	}
	p.t.Logf("pop to bell: %.0f ms, by way of %d states", v.Rings[0]-first.At, len(v.Cards))
}

// reloadsInTheMiddleOfATalk: the caller is told to wait, and the agent is back by itself, without a click.
func (p *person) reloadsInTheMiddleOfATalk(h *house, customer *phone.Phone) {
	p.t.Helper()
	out := h.dial(customer, "100", "+15550100022")
	out.Play(audio.ToneSource(1000))
	p.card("ringing")
	p.click(testID("answer"))
	h.tone(out, micHz)

	at := time.Now()
	p.reload()
	h.await("the caller is asked to wait", func() bool {
		now := ending(out, tenth)
		return loud(now) > 300*300 && tonePart(now) < 0.05
	})
	gone := time.Since(at)
	h.await("the agent is back", func() bool { return math.Abs(1-tonePart(ending(out, tenth))) < 0.05 })
	back := time.Since(at)
	p.t.Logf("reload: the caller is asked to wait after %v and hears the agent again after %v", gone.Round(time.Millisecond), back.Round(time.Millisecond))
	if back > 3*time.Second {
		p.t.Errorf("a reload takes the agent away for %v", back)
	}
	p.card("talking")
	p.hears(1000)
	p.key("Alt+KeyE")
	h.heard(out, phone.Ended)
	p.card("wrapup")
	h.nothingLeft()
}
