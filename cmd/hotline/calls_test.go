package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hotline/deploy/asterisk"
	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// shown is the part of a ticket that the tests look at.
type shown struct {
	Number      int64
	State       string
	Caller      string
	Calls       []string
	Subject     string
	CallbackDue *time.Time `json:"callback_due_at"`
	CallbackOK  *time.Time `json:"callback_done_at"`
	Recordings  []struct {
		ID, Kind, State string
		Seconds         float64
		Channels        int
	}
}

func (h *house) ticketOf(token, from string) shown {
	h.t.Helper()
	var list struct{ Items []shown }
	h.ask(token, http.MethodGet, "/api/v1/tickets?caller="+strings.ReplaceAll(from, "+", "%2B"), nil, &list)
	if len(list.Items) != 1 {
		h.t.Fatalf("%d tickets of %s", len(list.Items), from)
	}
	var t shown
	h.ask(token, http.MethodGet, "/api/v1/tickets/"+itoa(list.Items[0].Number), nil, &t)
	return t
}

func TestCallReachesADeskPhoneWithItsTicketBefore(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent2")
	desk := h.deskPhone("agent2")
	agent := h.desk("agent2").ready()
	customer := h.phone(phone.Config{})

	out := h.dial(customer, "100", "+15550100002")
	out.Play(audio.ToneSource(1000))
	in := h.accept(desk)
	pop := agent.until("call.offered", nil)
	if number, _ := in.From(); number != "+15550100002" {
		t.Errorf("the desk phone shows %q", number)
	}
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.Play(audio.ToneSource(440))
	h.tone(in, 1000)
	h.tone(out, 440)
	c := h.awaitState("+15550100002", telephony.Talking)
	if c.Ticket == 0 || pop.call() != c.ID {
		t.Errorf("popped %s for call %s with ticket %d", pop.call(), c.ID, c.Ticket)
	}
	if opened := one[time.Time](h, `SELECT at FROM call_facts WHERE call = $1 AND kind = 'ticket'`, c.ID); !opened.Before(pop.at) {
		t.Error("the ticket was not durable before the pop")
	}

	agent.do("call.hold", map[string]string{"call": c.ID})
	h.awaitState("+15550100002", telephony.Held)
	agent.do("call.resume", map[string]string{"call": c.ID})
	agent.do("call.hangup", map[string]string{"call": c.ID})
	h.heard(out, phone.Ended)
	agent.until("presence.changed", func(m message) bool { return strings.Contains(string(m.Data), `"wrapup"`) })
	agent.do("wrapup.finish", map[string]string{"call": c.ID, "disposition": "solved", "note": "turned it off and on"})
	if c = h.call(`id = $1`, c.ID); c.Outcome != telephony.Answered || c.Disposition != "solved" {
		t.Errorf("the call ended %s, %q", c.Outcome, c.Disposition)
	}

	var tk shown
	h.await("the recording is on the ticket", func() bool {
		tk = h.ticketOf(token, "+15550100002")
		return len(tk.Recordings) == 1 && tk.Recordings[0].State != "expected"
	})
	r := tk.Recordings[0]
	if r.Kind != "call" || r.Channels != 2 || r.State != "kept" {
		t.Errorf("recording %+v", r)
	}
	w := h.sound(token, r.ID)
	if !audio.HasTone(w.Channel(0), w.Rate, 1000) || !audio.HasTone(w.Channel(1), w.Rate, 440) {
		t.Error("the recording does not hold the caller left and the agent right")
	}
	h.nothingLeft()
}

func (h *house) sound(token, id string) audio.WAV {
	h.t.Helper()
	r := h.request(token, http.MethodGet, "/api/v1/recordings/"+id+"/audio", nil)
	defer r.Body.Close()
	w, err := audio.Read(r.Body)
	if err != nil {
		h.t.Fatalf("recording: %v (%s)", err, r.Status)
	}
	return w
}

// nothingLeft waits until Asterisk has no channel and no bridge, Redis no reservation, the journal no live call.
func (h *house) nothingLeft() {
	h.t.Helper()
	client := h.ari()
	h.await("nothing is left in Asterisk", func() bool {
		channels, err := client.Channels(h.t.Context())
		bridges, err2 := client.Bridges(h.t.Context())
		return err == nil && err2 == nil && len(channels) == 0 && len(bridges) == 0
	})
	h.await("no call is alive", func() bool { return one[int](h, `SELECT count(*) FROM calls WHERE ended_at IS NULL`) == 0 })
	h.await("every ended call is settled", func() bool { return one[int](h, `SELECT count(*) FROM calls WHERE settled_at IS NULL`) == 0 })
	if n := one[int](h, `SELECT count(*) FROM calls WHERE ticket IS NULL`); n > 0 {
		h.t.Errorf("%d calls have no ticket", n)
	}
	if calls, tickets := one[int](h, `SELECT count(*) FROM calls`), one[int](h, `SELECT count(*) FROM ticket_calls`); calls != tickets {
		h.t.Errorf("%d calls, %d of them on tickets", calls, tickets)
	}
}

func TestNightCallLeavesAVoicemailWithAPromise(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	customer := h.phone(phone.Config{})

	out := h.dial(customer, "200", "+15550100003")
	h.tone(out, asterisk.BeepHz) // it records from here
	<-out.Play(audio.Once(audio.Tone(audio.Rate, 600, 3*time.Second)))
	if err := out.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := h.awaitState("+15550100003", telephony.Ended)
	if c.Outcome != telephony.Voicemail {
		t.Fatalf("the call ended as %s: %s", c.Outcome, c.Reason)
	}
	h.nothingLeft()
	tk := h.ticketOf(token, "+15550100003")
	if tk.CallbackDue == nil || !tk.CallbackDue.After(time.Now()) {
		t.Errorf("callback due %v", tk.CallbackDue)
	}
	if len(tk.Recordings) != 1 || tk.Recordings[0].Kind != "voicemail" {
		t.Fatalf("recordings %+v", tk.Recordings)
	}
	if w := h.sound(token, tk.Recordings[0].ID); !audio.HasTone(w.Mono(), w.Rate, 600) || w.Duration() < 2*time.Second {
		t.Errorf("the voicemail of %v does not hold what was said", w.Duration())
	}
	var due struct{ Items []shown }
	h.ask(token, http.MethodGet, "/api/v1/tickets?callback=true", nil, &due)
	if len(due.Items) != 1 || due.Items[0].Number != tk.Number {
		t.Errorf("the list of promises has %+v", due.Items)
	}
}

func TestCallBackLandsOnTheSameTicket(t *testing.T) {
	trunk, err := phone.New(phone.Config{Listen: "127.0.0.1:0", User: "customer"})
	if err != nil {
		t.Fatal(err)
	}
	defer trunk.Close()
	p := plan{}
	p.stack.Trunk = trunk.Addr()
	h := openHouse(t, p)
	desk := h.deskPhone("agent3")
	agent := h.desk("agent3").ready()
	token := h.logIn("agent3")
	var made struct{ Number int64 }
	h.ask(token, http.MethodPost, "/api/v1/tickets", map[string]string{"subject": "Call me", "caller": "+15550100004"}, &made)

	agent.send("call.dial", map[string]any{"to": "+15550100004", "ticket": made.Number})
	own := h.accept(desk)
	if err := own.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	own.Play(audio.ToneSource(440))
	in := h.accept(trunk)
	if in.Dialled() != "+15550100004" {
		t.Errorf("the trunk was asked for %q", in.Dialled())
	}
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.Play(audio.ToneSource(1000))
	h.tone(in, 440)
	h.tone(own, 1000)
	if err := in.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.heard(own, phone.Ended)
	h.nothingLeft()
	tk := h.ticketOf(token, "+15550100004")
	if tk.Number != made.Number || len(tk.Calls) != 1 {
		t.Errorf("the call-back is on %+v", tk)
	}
}

func TestNobodyAnswersAndTheNextAgentGetsTheCaller(t *testing.T) {
	h := openHouse(t, plan{line: func(r *telephony.Rules) { r.Ring = seconds(2) }})
	first, second := h.deskPhone("agent1"), h.deskPhone("agent2")
	a1 := h.desk("agent1").ready()
	customer := h.phone(phone.Config{})
	out := h.dial(customer, "100", "+15550100005")
	missed := h.accept(first)
	queued := h.awaitState("+15550100005", telephony.Offered).QueuedAt
	a1.until("presence.changed", func(m message) bool { return strings.Contains(string(m.Data), `"pause"`) })
	h.heard(missed, phone.Ended)
	h.desk("agent2").ready()
	in := h.accept(second)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := h.awaitState("+15550100005", telephony.Talking)
	if !c.QueuedAt.Equal(queued) {
		t.Error("the caller lost the place in the queue")
	}
	if err := out.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.nothingLeft()
}

func TestStrangeCallsAreTicketsToo(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	customer := h.phone(phone.Config{})
	for name, c := range map[string]struct {
		line, number, name string
	}{
		"an unknown line":      {"999", "+15550100006", ""},
		"anonymous":            {"100", "anonymous", "Anonymous"},
		"a slash and a plus":   {"100", "+1/555/010-0007", ""},
		"letters":              {"100", "call-me-maybe", ""},
		"markup as a name":     {"100", "+15550100008", "<script>alert(1)</script>"},
		"three hundred digits": {"100", strings.Repeat("1234567890", 30), ""},
		"broken UTF-8":         {"100", "+15550100009", "\xff\xfe\x80"},
		"a direction mark":     {"100", "+15550100010", "abc\u202edef"},
	} {
		before := one[int](h, `SELECT count(*) FROM tickets`)
		out, err := customer.Dial(t.Context(), "sip:"+c.line+"@"+h.stack.SIPAddr, phone.Caller{Number: c.number, Name: c.name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		h.await(name+" has a ticket", func() bool { return one[int](h, `SELECT count(*) FROM tickets`) == before+1 })
		if c.line == "999" {
			h.heard(out, phone.Ended)
			got := h.awaitState(c.number, telephony.Ended)
			if got.Outcome != telephony.Refused {
				t.Errorf("%s ended as %s", name, got.Outcome)
			}
		}
		_ = out.Hangup(t.Context())
	}
	h.nothingLeft()
	var list struct {
		Items []struct{ Subject, Caller string }
	}
	h.ask(token, http.MethodGet, "/api/v1/tickets?limit=50", nil, &list)
	for _, tk := range list.Items {
		if strings.ContainsAny(tk.Subject+tk.Caller, "\x00\u202e\r\n") {
			t.Errorf("hostile text came through: %q", tk.Subject)
		}
	}
}

func TestMenuChoosesLanguageCategoryAndTellsTheStatus(t *testing.T) {
	h := openHouse(t, plan{})
	customer := h.phone(phone.Config{})
	first := h.dial(customer, "100", "+15550100081")
	h.awaitState("+15550100081", telephony.Waiting)
	if err := first.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitState("+15550100081", telephony.Ended)

	out := h.dial(customer, "300", "+15550100081")
	c := h.awaitState("+15550100081", telephony.InMenu)
	press := func(keys string) {
		t.Helper()
		if err := out.SendDTMF(t.Context(), keys); err != nil {
			t.Fatal(err)
		}
	}
	press("2")
	h.awaitCall("+15550100081", "in the second menu", func(c telephony.Call) bool { return c.Menu == "category" && c.Language == "ru" })
	press("4")
	h.await("the status was told", func() bool {
		return one[int](h, `SELECT count(*) FROM call_facts WHERE call = $1 AND kind = 'status' AND event->>'name' = 'new'`, c.ID) == 1
	})
	press("3")
	h.awaitState("+15550100081", telephony.Waiting)
	h.await("the ticket has the choice", func() bool {
		return one[string](h, `SELECT coalesce(category, '') || language FROM tickets WHERE number = $1`, c.Ticket) == "accountru"
	})
	if err := out.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.nothingLeft()
}

func TestRecordingHoldsSilenceWhileItIsPaused(t *testing.T) {
	h := openHouse(t, plan{})
	token := h.logIn("agent1")
	desk := h.deskPhone("agent1")
	agent := h.desk("agent1").ready()
	out := h.dial(h.phone(phone.Config{}), "100", "+15550100082")
	out.Play(audio.ToneSource(1000))
	in := h.accept(desk)
	if err := in.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.tone(in, 1000)
	c := h.awaitState("+15550100082", telephony.Talking)
	speak := func() { <-in.Play(audio.Once(audio.Tone(audio.Rate, 440, 2*time.Second))) }
	call := map[string]string{"call": c.ID}

	speak()
	agent.do("record.pause", call)
	agent.do("record.pause", call) // twice is once
	speak()
	agent.do("record.resume", call)
	speak()
	agent.do("call.hangup", call)
	h.nothingLeft()

	var tk shown
	h.await("the recording is home", func() bool {
		tk = h.ticketOf(token, "+15550100082")
		return len(tk.Recordings) == 1 && tk.Recordings[0].State != "expected"
	})
	w := h.sound(token, tk.Recordings[0].ID)
	for side, hz := range []float64{1000, 440} {
		heard, all := audio.ToneTime(w.Channel(side), w.Rate, hz), w.Duration()
		if gap := all - heard; gap < 1500*time.Millisecond || heard < 3*time.Second {
			t.Errorf("side %d holds %v of %v: want two seconds of silence", side, heard, all)
		}
	}
	if tk.Recordings[0].State != "kept" {
		t.Errorf("the recording is %s", tk.Recordings[0].State)
	}
}
