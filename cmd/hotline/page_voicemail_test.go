package main

import (
	"testing"
	"time"

	"hotline/deploy/asterisk"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// packets of sound are sent in a second.
const packets = 50

// The night: a message is left in mid word, the day's agent finds it as a task, hears it and calls back.
func TestPageVoicemailIsCalledBack(t *testing.T) {
	needPage(t)
	trunk, err := phone.New(phone.Config{Listen: "127.0.0.1:0", User: "customer"})
	if err != nil {
		t.Fatal(err)
	}
	defer trunk.Close()
	p := plan{queue: longWrapUp}
	p.stack.Trunk = trunk.Addr()
	h := openHouse(t, p)
	browser := openChromium(t)
	agent := h.comesIn(browser, "agent1")
	agent.becomesReady()
	agent.sees("No promised callbacks")

	night := h.dial(h.phone(phone.Config{}), "200", customerOne)
	h.tone(night, asterisk.BeepHz)
	night.Play(audio.ToneSource(600))
	started := night.Traffic().Sent
	h.await("two seconds are said", func() bool { return night.Traffic().Sent > started+2*packets })
	if err := night.Hangup(t.Context()); err != nil { // in mid word
		t.Fatal(err)
	}
	hungUp := time.Now()
	agent.click(named("button", "Voicemail…"))
	t.Logf("hung up to the task on the screen, and clicked: %v", time.Since(hungUp).Round(time.Millisecond))
	agent.sees("due in")
	agent.playsRecording("voicemail", 1)
	token := h.logIn("agent2")
	before := h.ticketOf(token, customerOne)
	if w := h.sound(token, before.Recordings[0].ID); audio.ToneTime(w.Mono(), w.Rate, 600) < 1500*time.Millisecond {
		t.Errorf("the voicemail of %v lacks what was said", w.Duration())
	}

	agent.click(named("button", "Call back: …"))
	ring := h.accept(trunk)
	if ring.Dialled() != customerOne {
		t.Errorf("the trunk was asked for %q", ring.Dialled())
	}
	if err := ring.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	ring.Play(audio.ToneSource(1000))
	h.tone(ring, micHz)
	agent.hears(1000)
	agent.card("talking")
	agent.key("Alt+KeyE")
	h.heard(ring, phone.Ended)
	agent.card("wrapup")
	agent.sees("No promised callbacks")
	if after := h.ticketOf(token, customerOne); after.Number != before.Number || len(after.Calls) != 2 || after.CallbackOK == nil {
		t.Errorf("the call-back is on %+v", after)
	}
	h.nothingLeft()
}
