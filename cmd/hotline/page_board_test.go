package main

import (
	"fmt"
	"testing"
	"time"

	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/journal"
	"hotline/telephony/phone"
)

// The supervisor sees who waits and who works, live, and behind every number exactly the calls that it counts.
func TestPageBoardOpensTheCallsBehindANumber(t *testing.T) {
	needPage(t)
	h := openHouse(t, plan{queue: func(q *journal.Queue) {
		longWrapUp(q)
		q.Short = telephony.Duration(time.Millisecond) // who leaves counts at once
	}})
	browser := openChromium(t)
	boss := h.comesIn(browser, "supervisor")
	boss.until("the board is there", `document.querySelector("[data-testid=board-queue-support]")`)
	customer := h.phone(phone.Config{})
	leaves, stays := h.dial(customer, "100", "+15550100031"), h.dial(customer, "100", customerOne)
	stays.Play(audio.ToneSource(1000))
	for _, from := range []string{"+15550100031", customerOne} {
		c := h.awaitState(from, telephony.Waiting)
		boss.until("the caller waits on the board", fmt.Sprintf(`document.querySelector("[data-testid=board-waiting] [data-call='%s']")?.innerText.includes("%d")`, c.ID, c.Ticket))
	}
	boss.counts("support", map[string]int{"waiting": 2, "offered": 2, "answered": 0, "abandoned": 0})

	if err := leaves.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	agent := h.comesIn(browser, "agent1")
	agent.becomesReady()
	agent.card("ringing")
	boss.until("the agent rings on the board", `document.querySelector("[data-agent=agent1]")?.dataset.state === "ringing"`)
	agent.key("Alt+KeyA")
	h.tone(stays, micHz)
	boss.until("the agent talks on the board", `document.querySelector("[data-agent=agent1]")?.dataset.state === "talking"`)
	boss.counts("support", map[string]int{"waiting": 0, "offered": 2, "answered": 1, "abandoned": 1, "within_target": 2})
	boss.until("the service level counts who left in time", `document.querySelector("[data-testid=board-queue-support] [data-number=within_target]").innerText.includes("100")`)
	if err := stays.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	boss.until("the agent wraps up on the board", `document.querySelector("[data-agent=agent1]")?.dataset.state === "wrapup"`)
}

// counts clicks on each number of a queue and counts the calls that it opens.
func (p *person) counts(queue string, want map[string]int) {
	p.t.Helper()
	for number, n := range want {
		tile := fmt.Sprintf("document.querySelector('[data-testid=board-queue-%s] [data-number=%s]')", queue, number)
		if number != "within_target" { // that one is shown as a share
			p.until(fmt.Sprint(number, " is ", n), fmt.Sprintf(`%s?.querySelector(".num").firstChild.textContent === "%d"`, tile, n))
		}
		p.eval(tile+".click()", nil)
		p.until(fmt.Sprint(n, " calls behind ", number), fmt.Sprintf(`location.search.includes("number=%s") && document.querySelector("[data-testid=calls-shown]")?.textContent.startsWith("%d ")
			&& document.querySelectorAll("main tbody tr").length === %d`, number, n, n))
		p.click(named("link", "Board"))
		p.until("the board is there", `document.querySelector("[data-testid=board-queue-support]")`)
	}
}
