package ari

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/CyCoreSystems/ari/v5"
	"hotline/telephony"

	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

const (
	customer = 500 // Hz that a customer sends
	agent    = 900 // Hz that an agent sends
)

func play(c telephony.Call, n int, media ...string) telephony.Action {
	return telephony.Action{Do: telephony.Play, Name: telephony.Numbered(telephony.RolePlay, c.ID, n), Media: media}
}

// tone waits until a phone has heard a tone since the sample `from`.
func (r *rig) tone(hz float64, from int, heard func() []int16) {
	r.t.Helper()
	until := time.Now().Add(10 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); time.Now().Before(until); <-tick.C {
		if s := heard(); len(s) > from && audio.HasTone(s[from:], audio.Rate, hz) {
			return
		}
	}
	r.t.Fatalf("%v Hz not heard", hz)
}

func (r *rig) recording(name string) audio.WAV {
	r.t.Helper()
	body, err := r.client.Fetch(r.ctx, name)
	if err != nil {
		r.t.Fatal(err)
	}
	defer body.Close()
	w, err := audio.Read(body)
	if err != nil {
		r.t.Fatalf("recording %s: %v", name, err)
	}
	return w
}

// ring calls the desk phone of agent1 and lets it answer with a tone.
func (r *rig) ring(c *telephony.Call) *phone.Call {
	r.t.Helper()
	c.Legs++
	c.Leg = telephony.Numbered(telephony.RoleLeg, c.ID, c.Legs)
	c.Deadline = time.Now().Add(10 * time.Second)
	r.do(*c, telephony.Action{Do: telephony.RingPhone, Leg: c.Leg, Agent: "agent1", Device: "sip:agent1"})
	d, err := real.desk.Accept(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	if number, name := d.From(); number != "+15550100001" || name != "Ann" {
		r.t.Errorf("the desk phone shows %q %q", number, name)
	}
	if err := d.Answer(r.ctx); err != nil {
		r.t.Fatal(err)
	}
	d.Play(audio.ToneSource(agent))
	r.event(c.ID, telephony.LegUp)
	return d
}

func TestACallerWaitsTalksIsHeldAndIsRecordedOnBothSides(t *testing.T) {
	r := newRig(t, nil)
	c, p := r.caller(customer)
	if c.Line != "100" || c.Caller.Raw != "+15550100001" || c.Caller.Name != "Ann" {
		t.Errorf("came as %+v", c)
	}

	r.do(c, play(c, 1, "sound:not-there", "sound:beep"))
	r.event(c.ID, telephony.Played)
	r.do(c, telephony.Action{Do: telephony.MusicOn})

	d := r.ring(&c)
	r.do(c, telephony.Action{Do: telephony.Join, Leg: c.Leg})
	c.AnsweredAt = time.Now()
	r.do(c, telephony.Action{Do: telephony.Tape})
	r.do(c, telephony.Action{Do: telephony.Tape})
	taped := time.Now()
	r.tone(agent, len(p.Heard()), p.Heard)
	r.tone(customer, 0, d.Heard)
	b, err := r.client.Bridge(r.ctx, telephony.Name(telephony.RoleBridge, c.ID))
	if err != nil || b.Technology != "simple_bridge" {
		t.Errorf("a recorded talk of two is %q, want simple_bridge (%v)", b.Technology, err)
	}

	r.do(c, telephony.Action{Do: telephony.Split, Leg: c.Leg, Media: []string{"sound:hotline/one-moment"}})
	start := time.Now()
	r.do(c, telephony.Action{Do: telephony.Join, Leg: c.Leg}) // the agent is back in the middle of the announcement
	if took := time.Since(start); took > time.Second {
		t.Errorf("joining again waited %v for the announcement", took)
	}
	r.tone(agent, len(p.Heard()), p.Heard)

	r.do(c, telephony.Action{Do: telephony.Split, Leg: c.Leg})
	silent, from := len(d.Heard()), len(p.Heard())
	waitSamples(t, p.Heard, from+8000)
	if audio.HasTone(p.Heard()[from+2000:], audio.Rate, agent) {
		t.Error("a held caller hears the agent")
	}
	if heard := d.Heard(); len(heard) > silent+2000 && audio.HasTone(heard[silent+2000:], audio.Rate, customer) {
		t.Error("an agent hears the held caller")
	}
	r.do(c, telephony.Action{Do: telephony.Join, Leg: c.Leg})
	r.do(c, telephony.Action{Do: telephony.Join, Leg: c.Leg}) // twice is harmless
	r.tone(agent, len(p.Heard()), p.Heard)
	r.tone(customer, len(d.Heard()), d.Heard)

	if err := d.Hangup(r.ctx); err != nil {
		t.Fatal(err)
	}
	r.event(c.ID, telephony.LegGone)
	r.do(c, telephony.Action{Do: telephony.DropLeg, Leg: c.Leg})
	r.do(c, telephony.Action{Do: telephony.HangUp})
	wall := time.Since(taped)
	if err := p.WaitEnd(r.ctx); err != nil || p.End().Cause != 16 {
		t.Errorf("the caller's call ended as %v (%v)", p.End(), err)
	}
	r.do(c, telephony.Action{Do: telephony.Clear})
	r.do(c, telephony.Action{Do: telephony.Clear})
	r.nothingLeft(c)

	in := r.recording(telephony.Name(telephony.RoleTape, c.ID, "in"))
	out := r.recording(telephony.Name(telephony.RoleTape, c.ID, "out"))
	if !audio.HasTone(in.Mono(), audio.Rate, customer) || audio.HasTone(in.Mono(), audio.Rate, agent) {
		t.Error("side in is not the customer alone")
	}
	if !audio.HasTone(out.Mono(), audio.Rate, agent) || audio.HasTone(out.Mono(), audio.Rate, customer) {
		t.Error("side out is not what the customer heard")
	}
	for _, w := range []audio.WAV{in, out} {
		if w.Duration() < wall*98/100-50*time.Millisecond {
			t.Errorf("a talk of %v is %v on tape", wall, w.Duration())
		}
	}
	if d := in.Duration() - out.Duration(); d.Abs() > 60*time.Millisecond {
		t.Errorf("the sides are %v apart", d)
	}
	r.forget(telephony.Name(telephony.RoleTape, c.ID, "in"), telephony.Name(telephony.RoleTape, c.ID, "out"))
}

func waitSamples(t *testing.T, heard func() []int16, n int) {
	t.Helper()
	for range 400 {
		if len(heard()) >= n {
			return
		}
		<-time.After(25 * time.Millisecond) // sound takes its time
	}
	t.Fatal("no sound comes")
}

// nothingLeft waits until Asterisk has no channel and no bridge of a call.
func (r *rig) nothingLeft(c telephony.Call) {
	r.t.Helper()
	var left []string
	for range 100 {
		left = nil
		inv, err := r.client.Inventory(r.ctx)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, ch := range inv.Channels {
			if _, call, _ := telephony.Owner(ch.ID); call == c.ID || ch.ID == c.Channel {
				left = append(left, ch.ID)
			}
		}
		for _, b := range inv.Bridges {
			if _, call, _ := telephony.Owner(b.ID); call == c.ID {
				left = append(left, b.ID)
			}
		}
		if len(left) == 0 {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	r.t.Errorf("left in Asterisk: %v", left)
}

func (r *rig) forget(names ...string) {
	r.t.Helper()
	for _, n := range names {
		for range 2 {
			if err := r.client.Forget(r.ctx, n); err != nil {
				r.t.Error(err)
			}
		}
		if _, err := r.client.Fetch(r.ctx, n); !errors.Is(err, ErrNotFound) {
			r.t.Errorf("%s is still there: %v", n, err)
		}
	}
}

func TestAVoicemailEndsWithTheHashOrTheHangUpAndIsKept(t *testing.T) {
	r := newRig(t, nil)
	c, p := r.caller(customer)
	record := func(n int) telephony.Action {
		return telephony.Action{Do: telephony.Record, Name: telephony.Numbered(telephony.RoleMessage, c.ID, n),
			Max: telephony.Duration(time.Minute), Silence: telephony.Duration(10 * time.Second)}
	}
	first, second := record(1), record(2)
	r.do(c, first)
	r.do(c, first) // its answer was lost
	waitSamples(t, p.Heard, len(p.Heard())+12000)
	if err := p.SendDTMF(r.ctx, "#"); err != nil {
		t.Fatal(err)
	}
	named := func(name string) func(telephony.Event) bool {
		return func(ev telephony.Event) bool { return ev.Name == name }
	}
	if h := r.event(c.ID, telephony.Stored, named(first.Name)); h.ev.Cause != "" {
		t.Errorf("the first take ended with %q", h.ev.Cause)
	}
	if err := p.SendDTMF(r.ctx, "2"); err != nil {
		t.Fatal(err)
	}
	r.event(c.ID, telephony.Digit, func(ev telephony.Event) bool { return ev.Digit == "2" })
	r.do(c, second)
	waitSamples(t, p.Heard, len(p.Heard())+24000)
	p.Hangup(r.ctx)
	r.event(c.ID, telephony.Stored, named(second.Name))
	if h := r.event(c.ID, telephony.Left); h.ev.Cause != "normal" {
		t.Errorf("left because of %q", h.ev.Cause)
	}
	for _, a := range []telephony.Action{first, second} {
		if w := r.recording(a.Name); !audio.HasTone(w.Mono(), audio.Rate, customer) {
			t.Errorf("%s does not hold what was said", a.Name)
		}
		r.forget(a.Name)
	}
}

func TestAnAgentInTheBrowserTalksOverExternalMedia(t *testing.T) {
	desk := newRelay(t, agent)
	r := newRig(t, desk)
	c, p := r.caller(customer)
	r.do(c, telephony.Action{Do: telephony.MusicOn})
	c.Legs, c.Agent, c.Leg = 1, "agent5", telephony.Numbered(telephony.RoleLeg, c.ID, 1)
	connect := telephony.Action{Do: telephony.Connect, Leg: c.Leg, Agent: "agent5", Device: telephony.Browser}
	r.do(c, connect)
	r.do(c, connect) // its answer was lost
	r.event(c.ID, telephony.LegUp)
	r.do(c, telephony.Action{Do: telephony.Join, Leg: c.Leg})
	c.AnsweredAt = time.Now()
	r.tone(customer, 0, desk.samples)
	r.tone(agent, 0, p.Heard)
	r.do(c, telephony.Action{Do: telephony.DropLeg, Leg: telephony.Numbered(telephony.RoleLeg, c.ID, 0), Agent: "agent5"})
	if desk.detached != 0 {
		t.Error("an old leg takes the audio of the new one away")
	}
	r.do(c, telephony.Action{Do: telephony.DropLeg, Leg: c.Leg, Agent: "agent5"})
	if desk.detached != 1 {
		t.Error("the browser is not detached")
	}
	p.Hangup(r.ctx)
	r.event(c.ID, telephony.Left)
	r.do(c, telephony.Action{Do: telephony.Clear})
	r.nothingLeft(c)
}

func TestADeskPhoneThatDoesNotAnswerSaysWhy(t *testing.T) {
	r := newRig(t, nil)
	c, _ := r.caller(0)
	for name, tt := range map[string]struct {
		code int
		want []string
	}{
		"busy":     {486, []string{"busy", "rejected"}}, // "rejected" when it was faster than Asterisk
		"declined": {603, []string{"rejected"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.Legs++
			c.Leg = telephony.Numbered(telephony.RoleLeg, c.ID, c.Legs)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				d, err := real.desk.Accept(r.ctx)
				if err == nil {
					d.Decline(tt.code)
				}
			}()
			ev, ok := r.do(c, telephony.Action{Do: telephony.RingPhone, Leg: c.Leg, Device: "sip:agent1"})
			<-ended
			if !ok {
				ev = r.event(c.ID, telephony.LegGone, func(ev telephony.Event) bool { return ev.Leg == c.Leg }).ev
			}
			if ev.Kind != telephony.LegGone || ev.Cause != tt.want[0] && ev.Cause != tt.want[len(tt.want)-1] {
				t.Errorf("got %+v", ev)
			}
		})
	}
	for device, want := range map[string]string{"sip:agent2": "unregistered", "sip:nobody": "unregistered", "sip:a@b/&": "unregistered"} {
		ev, ok := r.do(c, telephony.Action{Do: telephony.RingPhone, Leg: telephony.Numbered(telephony.RoleLeg, c.ID, 9), Device: device})
		if !ok || ev.Kind != telephony.LegGone || ev.Cause != want {
			t.Errorf("%s: got %+v", device, ev)
		}
	}
}

func TestAnOutboundCallIsPickedUp(t *testing.T) {
	r := newRig(t, nil)
	c := telephony.Call{ID: "11111111-2222-4333-8444-555555555555", Direction: telephony.Outbound, Line: "100", Language: "en",
		Caller: telephony.Caller{Number: "+15550100099"}, Deadline: time.Now().Add(10 * time.Second)}
	c.Channel = telephony.Name(telephony.RoleCust, c.ID)
	r.do(c, telephony.Action{Do: telephony.CallOut})
	p, err := real.trunk.Accept(r.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if number, _ := p.From(); p.Dialled() != "+15550100099" || number != "100" {
		t.Errorf("dialled %q as %q", p.Dialled(), number)
	}
	p.Answer(r.ctx)
	r.event(c.ID, telephony.Picked)
	p.Hangup(r.ctx)
	r.event(c.ID, telephony.Left)
	r.nothingLeft(c)

	for _, number := range []string{"", "agent1", "100&PJSIP/agent1", "1@evil", "+", "100/200"} {
		c.Caller = telephony.Caller{Number: number}
		if _, _, err := r.media.Perform(r.ctx, c, telephony.Action{Do: telephony.CallOut}); !errors.Is(err, ErrNumber) {
			t.Errorf("%q was dialled: %v", number, err)
		}
	}
}

func TestWhatTheServerCannotServeGoesBackToTheDialplan(t *testing.T) {
	r := newRig(t, nil)
	c, p := r.caller(customer)
	if err := r.media.GiveBack(r.ctx, c.Channel); err != nil {
		t.Fatal(err)
	}
	if h := r.event(c.ID, telephony.Left); h.ev.Cause != Fallback {
		t.Errorf("left because of %q", h.ev.Cause)
	}
	r.until("in the dialplan", func() bool {
		ch, err := r.client.Channel(r.ctx, c.Channel)
		return err == nil && ch.Dialplan.Context == "take-message"
	})
	p.Hangup(context.Background())
}

func TestMessagesOfTheDialplanAreFoundFetchedAndForgotten(t *testing.T) {
	c := newClient(t)
	name := "fallback~1795366632~100~+15550100001~11111111-2222-4333-8444-555555555555"
	want := audio.WAV{Rate: audio.Rate, Channels: 1, Samples: audio.Tone(audio.Rate, 440, time.Second)}
	if err := want.WriteFile(filepath.Join(real.stack.RecordingDir, name+".wav")); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, ctx: t.Context(), client: c}
	stored, err := c.Recordings(r.ctx)
	if err != nil || !slices.ContainsFunc(stored, func(s ari.StoredRecordingData) bool { return s.Name == name }) {
		t.Fatalf("recordings %v, %v", stored, err)
	}
	if got := r.recording(name); !slices.Equal(got.Samples, want.Samples) {
		t.Error("the message came home altered")
	}
	r.forget(name)
}
