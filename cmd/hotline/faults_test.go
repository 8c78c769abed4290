package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"hotline/deploy/asterisk"
	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// The server is killed with one caller waiting, one talking, one leaving a message, and one calling while it is down.
func TestKilledServerLosesNobody(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	customer := h.phone(phone.Config{})
	desk := h.deskPhone("agent1")
	agent := h.desk("agent1").ready()

	talker := h.dial(customer, "100", "+15550100021")
	talker.Play(audio.ToneSource(1000))
	in := h.accept(desk)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.Play(audio.ToneSource(440))
	h.tone(talker, 440)
	h.awaitState("+15550100021", telephony.Talking)

	waiter := h.dial(customer, "100", "+15550100022")
	place := h.awaitState("+15550100022", telephony.Waiting).QueuedAt

	speaker := h.dial(customer, "200", "+15550100023")
	h.tone(speaker, asterisk.BeepHz)
	spoken := speaker.Play(audio.Once(audio.Tone(audio.Rate, 600, 6*time.Second)))

	h.kill()
	late := h.dial(customer, "100", "+15550100024")
	h.tone(late, asterisk.BeepHz) // the dialplan takes the message
	<-late.Play(audio.Once(audio.Tone(audio.Rate, 800, 3*time.Second)))
	if err := late.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-spoken
	if err := speaker.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(in.Heard())
	start := time.Now()
	h.start()
	t.Logf("serving again %v after its start", time.Since(start).Round(time.Millisecond))

	// talking: the tones never stopped
	h.await("two more seconds of the talk", func() bool { return len(in.Heard()) > before+2*audio.Rate })
	if !audio.HasTone(in.Heard()[before:], audio.Rate, 1000) {
		t.Error("the talk was interrupted")
	}
	if got := audio.ToneTime(in.Heard()[len(in.Heard())-before/2:], audio.Rate, 1000); got == 0 {
		t.Error("the agent heard gaps")
	}

	// speaking: the message is whole
	c := h.awaitCall("+15550100023", "a voicemail", func(c telephony.Call) bool { return c.Outcome == telephony.Voicemail })
	tk := h.ticketOf(token, "+15550100023")
	if len(tk.Recordings) != 1 || tk.Recordings[0].Seconds < 5.5 {
		t.Errorf("the voicemail of call %s is %+v", c.ID, tk.Recordings)
	}

	// calling while it was down: a ticket with the message
	h.awaitCall("+15550100024", "a voicemail", func(c telephony.Call) bool { return c.Outcome == telephony.Voicemail })
	h.await("the message is on its ticket", func() bool { return len(h.ticketOf(token, "+15550100024").Recordings) == 1 })
	if w := h.sound(token, h.ticketOf(token, "+15550100024").Recordings[0].ID); !audio.HasTone(w.Mono(), w.Rate, 800) {
		t.Error("the message that the dialplan took does not hold what was said")
	}

	// waiting: served next, at the old place
	if err := in.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = agent.conn.Close()
	h.desk("agent1").ready()
	next := h.accept(desk)
	if err := next.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := h.awaitState("+15550100022", telephony.Talking); !c.QueuedAt.Equal(place) {
		t.Error("the waiting caller lost the place")
	}
	if err := waiter.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.nothingLeft()
}

// Redis is emptied with a caller waiting and an agent about to be ready: matched within three seconds.
func TestEmptiedRedisCostsNoCaller(t *testing.T) {
	h := openHouse(t, plan{})
	desk, other := h.deskPhone("agent1"), h.deskPhone("agent2")
	customer := h.phone(phone.Config{})
	a1 := h.desk("agent1").ready()
	first := h.dial(customer, "100", "+15550100031")
	in := h.accept(desk)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	talking := h.awaitState("+15550100031", telephony.Talking)
	second := h.dial(customer, "100", "+15550100032")
	h.awaitState("+15550100032", telephony.Waiting)

	h.flush()
	start := time.Now()
	h.desk("agent2").ready()
	in2 := h.accept(other)
	took := time.Since(start)
	t.Logf("matched %v after Redis was emptied", took.Round(time.Millisecond))
	if err := in2.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitState("+15550100032", telephony.Talking)
	if c := h.call(`id = $1`, talking.ID); c.State != telephony.Talking {
		t.Errorf("the talk became %s", c.State)
	}
	for _, c := range []*phone.Call{first, second} {
		if err := c.Hangup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	a1.until("presence.changed", func(m message) bool { return has(m, `"wrapup"`) })
	h.nothingLeft()
}

// Asterisk is stopped and started: the calls are closed as lost, agents are free, new calls are served.
func TestAsteriskRestartsAndNewCallsAreServed(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	desk := h.deskPhone("agent1")
	agent := h.desk("agent1").ready()
	customer := h.phone(phone.Config{})
	h.dial(customer, "100", "+15550100041")
	in := h.accept(desk)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitState("+15550100041", telephony.Talking)
	h.dial(customer, "100", "+15550100042")
	h.awaitState("+15550100042", telephony.Waiting)

	if err := h.stack.Asterisk.Kill(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.stack.Asterisk.Start(ctx); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"+15550100041", "+15550100042"} {
		if c := h.awaitState(from, telephony.Ended); c.Outcome != telephony.Failed || c.Reason != "outage" {
			t.Errorf("%s ended %s, %s", from, c.Outcome, c.Reason)
		}
		h.ticketOf(token, from)
	}
	agent.until("presence.changed", func(m message) bool { return has(m, `"wrapup"`) })

	if err := desk.Register(t.Context(), h.stack.SIPAddr, "agent1", ""); err != nil { // phones register anew
		t.Fatal(err)
	}
	agent.do("presence.set", map[string]string{"state": "ready"})
	out := h.dial(customer, "100", "+15550100043")
	again := h.accept(desk)
	if err := again.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitState("+15550100043", telephony.Talking)
	if err := out.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.nothingLeft()
}

// A server that is told to leave hangs up nobody, and the next one adopts.
func TestServerLeavesWithoutHangingUp(t *testing.T) {
	h := openHouse(t, plan{})
	customer := h.phone(phone.Config{})
	waiter := h.dial(customer, "100", "+15550100051")
	place := h.awaitState("+15550100051", telephony.Waiting).QueuedAt
	h.leave()
	h.start()
	desk := h.deskPhone("agent1")
	h.desk("agent1").ready()
	in := h.accept(desk)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := h.awaitState("+15550100051", telephony.Talking); !c.QueuedAt.Equal(place) {
		t.Error("the place was lost")
	}
	if err := waiter.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.nothingLeft()
}

// A hung server traps nobody: after three seconds the dialplan takes the message.
func TestHungServerTrapsNobody(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	customer := h.phone(phone.Config{})
	h.freeze()
	out := h.dial(customer, "100", "+15550100061")
	h.tone(out, asterisk.BeepHz)
	<-out.Play(audio.Once(audio.Tone(audio.Rate, 600, 2*time.Second)))
	if err := out.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.thaw()
	h.await("the message is on a ticket", func() bool {
		var list struct{ Items []shown }
		h.ask(token, http.MethodGet, "/api/v1/tickets?caller=%2B15550100061", nil, &list)
		return len(list.Items) == 1 && len(h.ticketOf(token, "+15550100061").Recordings) == 1
	})
	h.nothingLeft()
}
