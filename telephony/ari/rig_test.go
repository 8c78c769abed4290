package ari

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"hotline/deploy/stack"
	"hotline/telephony"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// real is the Asterisk that all tests of the package share, with the phones around it.
var real struct {
	stack *stack.Stack
	desk  *phone.Phone // agent1
	trunk *phone.Phone // where outbound calls go
	out   *phone.Phone // calls in
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		if !testing.Short() {
			defer start()()
		}
		return m.Run()
	}())
}

func start() (stop func()) {
	dir, err := os.MkdirTemp("", "ha")
	must(err)
	for _, p := range []**phone.Phone{&real.desk, &real.trunk, &real.out} {
		*p, err = phone.New(phone.Config{Listen: "127.0.0.1:0"})
		must(err)
	}
	real.stack, err = stack.Start(context.Background(), stack.Config{
		Dir: dir, Asterisk: true, Fast: true, Trunk: real.trunk.Addr(),
		PhoneContacts: map[string]string{"agent1": real.desk.Addr()},
	})
	must(err)
	return func() {
		for _, p := range []*phone.Phone{real.desk, real.trunk, real.out} {
			p.Close()
		}
		real.stack.Stop()
		os.RemoveAll(dir)
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// rig is a client, a link and a media over the shared Asterisk, and all events since it began.
type rig struct {
	t      *testing.T
	ctx    context.Context
	client *Client
	media  *Media

	mu        sync.Mutex
	heard     []heard
	connected []Inventory
	news      chan struct{}
}

type heard struct {
	call string
	ev   telephony.Event
}

func newClient(t *testing.T) *Client {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Asterisk")
	}
	a := real.stack.ARI
	c, err := NewClient(Config{URL: a.URL, Username: a.User, Password: a.Password, App: a.App})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func newRig(t *testing.T, browser Browser) *rig {
	t.Helper()
	c := newClient(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	r := &rig{t: t, ctx: ctx, client: c, media: NewMedia(c, MediaConfig{Browser: browser}), news: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- NewLink(c, nil).Run(ctx, r) }()
	t.Cleanup(func() { cancel(); <-ended })
	r.until("connected", func() bool { return len(r.connected) > 0 })
	return r
}

func (r *rig) Connected(_ context.Context, inv Inventory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connected = append(r.connected, inv)
	r.wake()
}

func (r *rig) Event(call string, ev telephony.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, heard{call, ev})
	r.wake()
}

func (r *rig) wake() { close(r.news); r.news = make(chan struct{}) }

// until waits for what a function sees in the events.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	late := time.After(15 * time.Second)
	look := time.NewTicker(100 * time.Millisecond) // for what comes without an event
	defer look.Stop()
	for {
		r.mu.Lock()
		yes, news := ok(), r.news
		r.mu.Unlock()
		if yes {
			return
		}
		select {
		case <-news:
		case <-look.C:
		case <-late:
			r.t.Fatalf("not %s; heard %s", what, r.words())
		}
	}
}

func (r *rig) words() (s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.heard {
		s += fmt.Sprintf("\n%s %+v", h.call, h.ev)
	}
	return s
}

// event waits for the first event of a kind of a call ("" for any) that a function accepts.
func (r *rig) event(call string, kind telephony.Kind, accept ...func(telephony.Event) bool) (found heard) {
	r.t.Helper()
	r.until(string(kind), func() bool {
		for _, h := range r.heard {
			if h.ev.Kind == kind && (call == "" || h.call == call) && (len(accept) == 0 || accept[0](h.ev)) {
				found = h
				return true
			}
		}
		return false
	})
	return found
}

func (r *rig) do(c telephony.Call, a telephony.Action) (telephony.Event, bool) {
	r.t.Helper()
	ev, ok, err := r.media.Perform(r.ctx, c, a)
	if err != nil {
		r.t.Fatal(err)
	}
	return ev, ok
}

// caller is a customer in a call that came to us, disarmed and answered, sending a tone.
func (r *rig) caller(hz int) (telephony.Call, *phone.Call) {
	r.t.Helper()
	r.mu.Lock()
	n := len(r.heard)
	r.mu.Unlock()
	p, err := real.out.Dial(r.ctx, "sip:100@"+real.stack.SIPAddr, phone.Caller{Number: "+15550100001", Name: "Ann"})
	if err != nil {
		r.t.Fatal(err)
	}
	var h heard
	r.until("came", func() bool {
		for _, e := range r.heard[n:] {
			if e.ev.Kind == telephony.Came {
				h = e
				return true
			}
		}
		return false
	})
	c := telephony.Call{ID: h.call, Channel: h.ev.Channel, Line: h.ev.Line, Caller: h.ev.Caller, Language: "en", Node: h.ev.Node, ArrivedAt: time.Now()}
	r.do(c, telephony.Action{Do: telephony.Disarm})
	r.do(c, telephony.Action{Do: telephony.AnswerCall})
	if _, err := p.Wait(r.ctx, phone.Answered); err != nil {
		r.t.Fatal(err)
	}
	if hz > 0 {
		p.Play(audio.ToneSource(hz))
	}
	r.t.Cleanup(func() { p.Hangup(context.Background()) })
	return c, p
}
