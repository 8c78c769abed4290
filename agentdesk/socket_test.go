package agentdesk

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/tickets"
)

func (f frame) read(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(f.Data, into); err != nil {
		t.Fatalf("%v in %s", err, f.Data)
	}
}

func (f frame) code(t testing.TB) string {
	t.Helper()
	var e failure
	f.read(t, &e)
	return e.Code
}

func TestHelloIsFirstAndSaysWhoAndWhat(t *testing.T) {
	h := open(t)
	b := h.tab(h.token("agent1"))
	var f frame
	must(t, b.ReadJSON(&f))
	if f.Type != "hello" || f.Seq != 1 {
		t.Fatalf("the first message is %s number %d", f.Type, f.Seq)
	}
	var in hello
	f.read(t, &in)
	if in.Agent.Username != "agent1" || in.Presence.State != callqueue.Pause || in.Media.Device != "sip:agent1" || in.Media.Connected {
		t.Errorf("hello says %s", f.Data)
	}
	if len(in.Board.Queues) != 1 || in.Board.Queues[0].Name != "support" {
		t.Errorf("an agent of one queue sees %v", in.Board.Queues)
	}
}

func TestWhatHappensWhileADeskComesInFollowsItsHello(t *testing.T) {
	d := newDesk(tickets.User{Username: "agent1"}, "", nil)
	d.send("presence.changed", callqueue.Presence{})
	d.send("call.offered", pop{})
	d.send("hello", hello{})
	d.send("ticket.changed", 1)
	for i, want := range []string{"hello", "presence.changed", "call.offered", "ticket.changed"} {
		var f frame
		must(t, json.Unmarshal(<-d.out, &f))
		if f.Type != want || f.Seq != int64(i+1) {
			t.Errorf("message %d is %s number %d instead of %s", i+1, f.Type, f.Seq, want)
		}
	}
}

// TestOneCallOnTheDesk follows a call from the pop to the end of its wrap-up, with a reload in between.
func TestOneCallOnTheDesk(t *testing.T) {
	h := open(t)
	token := h.token("agent1")
	b := h.tab(token)
	if f := b.ask("presence.set", map[string]string{"state": "ready"}); f.Type != "ok" {
		t.Fatalf("not ready: %s", f.Data)
	}
	id := uuid.NewString()
	h.comes(id, "100", "+15550100001")
	var p pop
	b.until("call.offered", nil).read(t, &p)
	if p.Call.ID != id || p.Ticket == nil || p.Ticket.Caller != "+15550100001" || p.Queue != "support" {
		t.Fatalf("the pop is %+v", p)
	}
	must(t, b.WriteJSON(map[string]any{"type": "pop.ack", "data": map[string]string{"call": id}}))
	b.until("call.answered", nil)
	if f := b.ask("call.hold", about{id}); f.Type != "ok" {
		t.Fatalf("hold: %s", f.Data)
	}
	if f := b.ask("call.hold", about{id}); f.Type != "ok" {
		t.Errorf("hold twice: %s", f.Data)
	}
	if f := b.ask("call.resume", about{id}); f.Type != "ok" {
		t.Errorf("resume: %s", f.Data)
	}
	if f := b.ask("call.hangup", about{id}); f.Type != "ok" {
		t.Fatalf("hang up: %s", f.Data)
	}
	b.until("presence.changed", func(f frame) bool { return strings.Contains(string(f.Data), `"wrapup"`) })
	if f := b.ask("call.hangup", about{id}); f.Type != "ok" {
		t.Errorf("hang up twice: %s", f.Data)
	}

	again := h.tab(token)
	var in hello
	again.until("hello", nil).read(t, &in)
	if len(in.Calls) != 1 || in.Calls[0].Call.ID != id || in.Presence.State != callqueue.Wrapup {
		t.Fatalf("after a reload the desk has %+v in %s", in.Calls, in.Presence.State)
	}
	if f := again.ask("wrapup.extend", about{id}); f.Type != "ok" {
		t.Errorf("extend: %s", f.Data)
	}
	if f := again.ask("wrapup.extend", about{id}); f.code(t) != "busy" {
		t.Errorf("extend twice: %s", f.Data)
	}
	if f := again.ask("wrapup.finish", map[string]string{"call": id, "note": "all fine"}); f.Type != "ok" {
		t.Fatalf("finish: %s", f.Data)
	}
	c, err := h.Journal.Call(context.Background(), id)
	must(t, err)
	if c.Outcome != telephony.Answered || c.Note != "all fine" {
		t.Errorf("the call ended as %s with note %q", c.Outcome, c.Note)
	}
}

func TestMessagesThatAreRefused(t *testing.T) {
	h := open(t)
	b := h.tab(h.token("agent1"))
	for _, c := range []struct {
		kind string
		data any
		code string
	}{
		{"no.such.type", nil, "unknown_type"},
		{"presence.set", map[string]string{"state": "talking"}, "invalid"},
		{"presence.set", "ready", "invalid"},
		{"call.hold", about{uuid.NewString()}, "not_found"},
		{"call.answer", about{"x"}, "refused"}, // a desk phone is picked up
		{"call.mute", about{uuid.NewString()}, "stale"},
		{"wrapup.finish", about{"../../x"}, "not_found"},
		{"media.use", map[string]string{"device": "sip:agent2"}, "invalid"},
		{"webrtc.offer", map[string]string{"sdp": "v=0"}, "invalid"},
	} {
		if f := b.ask(c.kind, c.data); f.Type != "error" || f.code(t) != c.code {
			t.Errorf("%s %v: %s %s, want %s", c.kind, c.data, f.Type, f.Data, c.code)
		}
	}
	if f := b.ask("media.use", map[string]string{"device": "webrtc"}); f.Type != "ok" {
		t.Fatalf("media.use: %s", f.Data)
	}
	if f := b.ask("presence.set", map[string]string{"state": "ready"}); f.code(t) != "no_audio" {
		t.Errorf("ready without audio: %s", f.Data)
	}
}

// TestEveryMessageAsksTheTable takes a type's roles away and sees it denied.
func TestEveryMessageAsksTheTable(t *testing.T) {
	s := bare()
	for kind, m := range messages {
		if len(m.roles) == 0 || m.do == nil {
			t.Errorf("%s has no roles or does nothing", kind)
		}
		d := newDesk(tickets.User{Username: "x", Role: "customer"}, "", nil)
		d.greeted = true
		s.ctx = context.Background()
		s.handle(d, frame{Type: kind, ID: "1"})
		var f frame
		must(t, json.Unmarshal(<-d.out, &f))
		if f.code(t) != "denied" {
			t.Errorf("%s as an unknown role: %s", kind, f.Data)
		}
	}
}

func TestAnAgentTouchesNoCallOfAnother(t *testing.T) {
	h := open(t)
	one, two := h.tab(h.token("agent1")), h.tab(h.token("agent2"))
	one.ask("presence.set", map[string]string{"state": "ready"})
	id := uuid.NewString()
	h.comes(id, "100", "+15550100002")
	one.until("call.offered", nil)
	for _, kind := range []string{"call.decline", "call.hold", "call.resume", "call.hangup"} {
		if f := two.ask(kind, about{id}); f.code(t) != "stale" {
			t.Errorf("%s of another agent's call: %s", kind, f.Data)
		}
	}
	two.ask("pop.ack", about{id})
	if c, _ := h.Exchange.Call(id); c.State != telephony.Offered || c.Offer.Agent != "agent1" || c.Offer.Rung {
		t.Errorf("the call is %s, offer %+v", c.State, c.Offer)
	}
}

func TestTheNewestTabTakesOver(t *testing.T) {
	h := open(t)
	token := h.token("agent1")
	old := h.tab(token)
	old.until("hello", nil)
	newer := h.tab(token)
	newer.until("hello", nil)
	if code := old.closing(); code != closeTakenOver {
		t.Errorf("the old tab is closed with %d", code)
	}
	if f := newer.ask("ping", nil); f.Type != "ok" {
		t.Errorf("the new tab: %s", f.Data)
	}
	p, err := h.Floor.Agent(context.Background(), "agent1")
	must(t, err)
	if p.State == callqueue.Offline {
		t.Error("the old tab's end logged the agent off")
	}
}

func TestADeskThatIsGoneIsOffline(t *testing.T) {
	h := open(t)
	watch := h.tab(h.token("supervisor"))
	b := h.tab(h.token("agent1"))
	b.ask("presence.set", map[string]string{"state": "ready"})
	b.Conn.NetConn().(*net.TCPConn).SetLinger(0)
	b.Conn.NetConn().Close()
	watch.until("board.changed", func(f frame) bool {
		var p boardPatch
		f.read(t, &p)
		return slices.ContainsFunc(p.Agents, func(a agentView) bool {
			return a.Username == "agent1" && a.State == callqueue.Offline && a.Reason == "desk_lost"
		})
	})
}

func TestSessionsEndAndTheirDesksClose(t *testing.T) {
	h := open(t)
	admin := h.token("admin")
	user := map[string]any{"name": "Agent Two", "role": "agent", "queues": []string{"support"}}
	disabled := map[string]any{"name": "Agent Two", "role": "agent", "disabled": true}
	for _, c := range []struct {
		name string
		end  func(token string)
	}{
		{"log-out", func(token string) { h.do(token, "DELETE", "/api/v1/session", nil).read(t, 204, nil) }},
		{"password", func(string) {
			h.do(admin, "PUT", "/api/v1/users/agent2/password", map[string]string{"password": "agent2"}).read(t, 204, nil)
		}},
		{"role", func(string) {
			h.do(admin, "PUT", "/api/v1/users/agent2", map[string]any{"name": "x", "role": "supervisor"}).read(t, 200, nil)
		}},
		{"disabled", func(string) { h.do(admin, "PUT", "/api/v1/users/agent2", disabled).read(t, 200, nil) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := h.token("agent2")
			b := h.tab(token)
			b.until("hello", nil)
			began := time.Now()
			c.end(token)
			if code := b.closing(); code != closeLoggedOut {
				t.Errorf("closed with %d", code)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("closed after %v", took)
			}
			h.do(token, "GET", "/api/v1/session", nil).read(t, 401, nil)
			if _, r, err := h.dial(token, nil); err == nil || r.StatusCode != 401 {
				t.Error("a socket opens with an ended session")
			}
			h.do(admin, "PUT", "/api/v1/users/agent2", user).read(t, 200, nil)
		})
	}
}

// TestTheSweepClosesDesks whose session ended by time, or on another node.
func TestTheSweepClosesDesks(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	gone, stays := h.tab(h.token("agent1")), h.tab(h.token("agent2"))
	gone.until("hello", nil)
	stays.until("hello", nil)
	_, err := h.Pool.Exec(ctx, `UPDATE sessions SET expiry = now() - interval '1 second' WHERE token = $1`, hashed(h.desk("agent1").token))
	must(t, err)
	must(t, h.sweepOnce(ctx))
	if code := gone.closing(); code != closeLoggedOut {
		t.Errorf("closed with %d", code)
	}
	if f := stays.ask("ping", nil); f.Type != "ok" {
		t.Errorf("the other desk answers %s", f.Data)
	}
}

// TestASlowDeskIsCutOff: one desk reads nothing; the others get everything and it is sent away.
func TestASlowDeskIsCutOff(t *testing.T) {
	h := open(t)
	slow := h.tab(h.token("agent1"))
	slow.until("hello", nil)
	quick := h.tab(h.token("agent2"))
	quick.until("hello", nil)
	got := make(chan int, 1)
	const sent = 800
	go func() {
		n := 0
		_ = quick.SetReadDeadline(time.Now().Add(patience))
		for n < sent {
			var f frame
			if quick.ReadJSON(&f) != nil {
				break
			}
			if f.Type == "test" {
				n++
			}
		}
		got <- n
	}()
	big := strings.Repeat("x", 32<<10)
	for range sent {
		for _, d := range h.all() {
			d.send("test", big)
		}
		for d := h.desk("agent2"); d != nil && len(d.out) > queued/2; { // the quick one has to be able to keep up
			time.Sleep(time.Millisecond)
		}
	}
	if n := <-got; n != sent {
		t.Errorf("the quick desk got %d of %d", n, sent)
	}
	deadline := time.Now().Add(patience)
	for h.desk("agent1") != nil {
		if time.Now().After(deadline) {
			t.Fatal("the slow desk is still there")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestForeignPagesOpenNoDesk(t *testing.T) {
	h := open(t)
	token := h.token("agent1")
	host := strings.TrimPrefix(h.http.URL, "http://")
	for origin, open := range map[string]bool{"": true, "http://" + host: true, "https://evil.example": false, "null": false, "http://" + host + ".evil.example": false} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		c, r, err := h.dial(token, header)
		if (err == nil) != open {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			c.Close()
		} else if r.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: %d", origin, r.StatusCode)
		}
	}
	if a := h.do(token, "POST", "/api/v1/tickets", map[string]string{"subject": "x"}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.status != 403 {
		t.Errorf("a foreign page may write: %d", a.status)
	}
}

func TestALeavingServerTellsItsDesksToComeBack(t *testing.T) {
	h := open(t)
	b := h.tab(h.token("agent1"))
	b.until("hello", nil)
	go h.stop()
	if code := b.closing(); code != closeGoingAway {
		t.Errorf("closed with %d", code)
	}
}

// FuzzFrames: whatever a desk sends, it gets an answer or nothing, and the server goes on.
func FuzzFrames(f *testing.F) {
	for kind := range messages {
		f.Add(`{"type":"` + kind + `","id":"1","data":{"call":"00000000-0000-4000-8000-000000000000"}}`)
		f.Add(`{"type":"` + kind + `","id":"1","data":[]}`)
		f.Add(`{"type":"` + kind + `"}`)
	}
	f.Add(`[`)
	f.Add(`{"type":"webrtc.offer","data":{"sdp":"` + strings.Repeat("a=", 1000) + `"}}`)
	f.Add("\x00\xff")
	h := open(f)
	b := h.tab(h.token("agent1"))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		b.t = t
		must(t, b.WriteMessage(websocket.TextMessage, []byte(text)))
		if f := b.ask("ping", nil); f.Type != "ok" {
			t.Fatalf("after %q the desk answers %s", text, f.Type)
		}
	})
}
