package ari

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/CyCoreSystems/ari/v5"

	"hotline/telephony"
	"hotline/telephony/phone"
)

// wire is a way to Asterisk that can be cut, or die without a word.
type wire struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns []net.Conn
	dead  *atomic.Bool // of the connections so far
}

func newWire(t *testing.T) (*wire, Config) {
	if testing.Short() {
		t.Skip("needs Asterisk")
	}
	a := real.stack.ARI
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: u.Host, dead: new(atomic.Bool)}
	go w.accept()
	t.Cleanup(func() { l.Close(); w.cut() })
	u.Host = l.Addr().String()
	return w, Config{URL: u.String(), Username: a.User, Password: a.Password, App: a.App}
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil {
			near.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, near, far)
		dead := w.dead
		w.mu.Unlock()
		go carry(near, far, dead)
		go carry(far, near, dead)
	}
}

func carry(to, from net.Conn, dead *atomic.Bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if dead.Load() {
			continue // swallowed; nobody is told
		}
		if err != nil {
			to.Close()
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut resets all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	w.conns = nil
}

// die lets the connections so far stay open and carry nothing.
func (w *wire) die() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead.Store(true)
	w.dead = new(atomic.Bool)
}

// linked runs a link over its own way and gives the rig that hears it and the end of Run.
func linked(t *testing.T, c Config, alive func() bool) (*rig, chan error) {
	t.Helper()
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	r := &rig{t: t, ctx: ctx, client: client, media: NewMedia(client, MediaConfig{}), news: make(chan struct{})}
	ended := make(chan error, 1)
	stopped := make(chan struct{})
	go func() { ended <- NewLink(client, alive).Run(ctx, r); close(stopped) }()
	t.Cleanup(func() { cancel(); <-stopped })
	r.connections(1)
	return r, ended
}

func (r *rig) connections(n int) Inventory {
	r.t.Helper()
	r.until("connected", func() bool { return len(r.connected) >= n })
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.connected[n-1]
}

func TestALostLinkComesBackAndWhatHappenedMeanwhileIsSeen(t *testing.T) {
	for name, lose := range map[string]struct {
		how    func(*wire)
		within time.Duration
	}{
		"reset":                     {(*wire).cut, time.Second},
		"half open, without a word": {(*wire).die, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w, config := newWire(t)
			r, _ := linked(t, config, nil)
			stays, _ := r.caller(customer)
			leaves, p := r.caller(customer)
			time.Sleep(1100 * time.Millisecond) // a link that was up for a while comes back at once
			direct := newClient(t)

			lost := time.Now()
			lose.how(w)
			p.Hangup(r.ctx)
			inv := r.connections(2)
			if d := time.Since(lost); d > lose.within {
				t.Errorf("back after %v", d)
			}
			if ev := inv.Adopt(stays); ev.Channel != stays.Channel {
				t.Errorf("the caller who stays: %+v", ev)
			}
			if ev := inv.Adopt(leaves); ev.Cause != "" {
				t.Errorf("the caller who left: %+v", ev)
			} else if ev.Channel != "" {
				r.event(leaves.ID, telephony.Left) // back so soon that the channel was still listed: then its end is told
			}
			if err := direct.Hangup(r.ctx, stays.Channel, "normal"); err != nil { // events come again
				t.Fatal(err)
			}
			r.event(stays.ID, telephony.Left)
		})
	}
}

func TestACallThatCameWhileWeWereAwayIsTakenAndOrphansAreEnded(t *testing.T) {
	r := newRig(t, nil)
	c, p := r.caller(customer)
	bridge := telephony.Name(telephony.RoleBridge, "99999999-2222-4333-8444-555555555555")
	d := r.ring(&c)
	if err := r.client.CreateBridge(r.ctx, bridge); err != nil {
		t.Fatal(err)
	}
	inv, err := r.client.Inventory(r.ctx)
	if err != nil {
		t.Fatal(err)
	}
	known, err := r.media.Orphans(r.ctx, inv, func(call string) bool { return true })
	if err != nil || len(known) != 0 {
		t.Errorf("with all calls live: %v, %v", known, err)
	}
	missed, err := r.media.Orphans(r.ctx, inv, func(call string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if len(missed) != 1 || missed[0].Call != c.ID || missed[0].Event.Line != "100" || missed[0].Event.Channel != c.Channel || missed[0].Event.Caller != c.Caller {
		t.Errorf("missed calls: %+v", missed)
	}
	if err := d.WaitEnd(r.ctx); err != nil { // the leg belonged to nobody
		t.Fatal(err)
	}
	if _, err := r.client.Bridge(r.ctx, bridge); !errors.Is(err, ErrNotFound) {
		t.Errorf("the orphan bridge is still there: %v", err)
	}
	select {
	case <-p.Done():
		t.Error("the caller was hung up")
	default:
	}
}

func TestAServerWhoseCallsAreStuckLetsGo(t *testing.T) {
	_, config := newWire(t)
	var stuck atomic.Bool
	r, _ := linked(t, config, func() bool { return !stuck.Load() })
	stuck.Store(true)
	r.until("away", r.refused)
	stuck.Store(false)
	r.connections(2)
}

// refused reports whether a new caller goes to the dialplan.
func (r *rig) refused() bool {
	p, err := real.out.Dial(r.ctx, "sip:100@"+real.stack.SIPAddr, phone.Caller{Number: "+15550100002"})
	if err != nil {
		return false
	}
	defer p.Hangup(context.Background())
	ctx, cancel := context.WithTimeout(r.ctx, 300*time.Millisecond)
	defer cancel()
	_, err = p.Wait(ctx, phone.Ringing) // the dialplan rings before it tries again
	return err == nil
}

func TestAServerThatWasReplacedStops(t *testing.T) {
	_, config := newWire(t)
	_, first := linked(t, config, nil)
	_, second := linked(t, config, nil)
	select {
	case err := <-first:
		if !errors.Is(err, ErrReplaced) {
			t.Errorf("the first ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the first server goes on")
	}
	select {
	case err := <-second:
		t.Errorf("the second ended too: %v", err)
	case <-time.After(1500 * time.Millisecond):
	}
}

func TestADeskPhoneThatDialsByItselfIsTurnedAway(t *testing.T) {
	r := newRig(t, nil)
	err := r.client.Originate(r.ctx, ari.OriginateRequest{ChannelID: "phone-1", Endpoint: "PJSIP/1@trunk", AppArgs: "phone,100", Timeout: 5})
	if err != nil {
		t.Fatal(err)
	}
	p, err := real.trunk.Accept(r.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(r.ctx); err != nil { // so its channel comes to us, as one that dialled does
		t.Fatal(err)
	}
	if err := p.WaitEnd(r.ctx); err != nil || p.End().By != phone.Remote {
		t.Errorf("ended %v, %v", p.End(), err)
	}
}

func TestCallsThatWentDownWithAsteriskAreToldApart(t *testing.T) {
	r := newRig(t, nil)
	c, _ := r.caller(customer)
	if err := real.stack.Asterisk.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := real.stack.Asterisk.Start(r.ctx); err != nil {
		t.Fatal(err)
	}
	up := time.Now()
	inv := r.connections(2)
	if d := time.Since(up); d > 5*time.Second {
		t.Errorf("linked %v after Asterisk's start", d)
	}
	if ev := inv.Adopt(c); ev.Channel != "" || ev.Cause != Outage {
		t.Errorf("got %+v", ev)
	}
	next, _ := r.caller(customer)
	if ev := inv.Adopt(next); ev.Cause == Outage { // it came after the start
		t.Errorf("a new call: %+v", ev)
	}
}
