package agentdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/callqueue"
	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/telephony/webrtc"
	"hotline/tickets"
)

// house is a whole desk server on real Postgres and Redis, without Asterisk: calls are told what would have happened.
type house struct {
	*Server
	t    testing.TB
	http *httptest.Server
	log  *bytes.Buffer
	stop func()
}

// open starts a house with the users admin, supervisor, agent1 and agent2 (queue support) and agent3 (queue sales), whose
// passwords are their names.
func open(t testing.TB) *house {
	t.Helper()
	url := stack.Migrated(t, schema.Domain{Name: "telephony", Files: journal.Schema()}, schema.Domain{Name: "tickets", Files: tickets.Schema},
		schema.Domain{Name: "recording", Files: recording.Schema()}, schema.Domain{Name: "agentdesk", Files: Schema()})
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, url)
	must(t, err)
	t.Cleanup(pool.Close)
	rdb, err := callqueue.Connect(stack.Redis(t))
	must(t, err)
	t.Cleanup(func() { _ = rdb.Close() })
	h := &house{t: t, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	setup, err := journal.OpenSetup(ctx, pool)
	must(t, err)
	folder, err := recording.NewFolder(t.TempDir())
	must(t, err)
	audio, err := webrtc.New(webrtc.Config{Listen: "127.0.0.1:0", Log: log})
	must(t, err)
	t.Cleanup(func() { _ = audio.Close() })

	jr := journal.New(pool, log)
	floor := callqueue.New(rdb, "test", callqueue.Options{Log: log})
	exchange := &telephony.Exchange{Journal: jr, World: world{h}, Rules: setup.Rules, Log: log, Now: time.Now,
		Watch: func(before, after telephony.Call, ev telephony.Event) { h.CallChanged(before, after, ev) }}
	desk := tickets.New(pool, tickets.Options{Region: "US", Changed: func(c tickets.TicketChanged) { h.TicketChanged(c) }})
	tapes := recording.New(pool, folder, recording.Asterisk{Fetch: noTape, Forget: func(context.Context, string) error { return nil }}, log)
	must(t, setup.PutQueue(ctx, "test", journal.Queue{Name: "support", Title: "Support"}))
	must(t, setup.PutQueue(ctx, "test", journal.Queue{Name: "sales", Title: "Sales"}))
	for line, queue := range map[string]string{"100": "support", "500": "sales"} {
		must(t, setup.PutLine(ctx, "test", telephony.Rules{Line: line, Title: queue, Language: "en", Queue: queue,
			Pop: telephony.Duration(2 * time.Second), Ring: telephony.Duration(20 * time.Second)}))
	}
	h.Server, err = New(ctx, Parts{Pool: pool, Exchange: exchange, Journal: jr, Setup: setup, Floor: floor, Tickets: desk, Recordings: tapes,
		Audio: audio, Log: log, Node: "test", Dial: noDial, Ready: func(context.Context) error { return nil }}, Options{})
	must(t, err)
	for _, u := range []tickets.User{{Username: "admin", Role: "admin"}, {Username: "supervisor", Role: "supervisor"},
		{Username: "agent1", Role: "agent", Queues: []string{"support"}}, {Username: "agent2", Role: "agent", Queues: []string{"support"}},
		{Username: "agent3", Role: "agent", Queues: []string{"sales"}}} {
		u.Name, u.Device = strings.ToUpper(u.Username), "sip:"+u.Username
		_, err := desk.CreateUser(ctx, u, u.Username)
		must(t, err)
	}
	h.http = httptest.NewServer(h.Handler())
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{}, 3)
	for _, run := range []func(context.Context) error{jr.Run, h.Run, func(ctx context.Context) error { return floor.Run(ctx, events{h.Server}) }} {
		go func() { _ = run(running); ended <- struct{}{} }()
	}
	h.stop = sync.OnceFunc(func() {
		stop()
		for range cap(ended) {
			<-ended
		}
	})
	t.Cleanup(func() { h.stop(); exchange.Leave(); h.http.Close() })
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type events struct{ *Server }

func (e events) Matched(m callqueue.Match) {
	e.Exchange.Tell(m.Call, telephony.Event{Kind: telephony.Matched, Agent: m.Agent, Device: m.Device, Token: m.Token})
}

// world does what calls want of the stores and the desk. Of Asterisk it plays the part in which every phone is picked up.
type world struct{ *house }

func (w world) Do(ctx context.Context, c telephony.Call, a telephony.Action) (telephony.Event, bool, error) {
	switch a.Do {
	case telephony.OpenTicket:
		o, err := w.Tickets.Open(ctx, tickets.Opening{Call: c.ID, Direction: string(c.Direction), Line: c.Line, LineTitle: c.Line, Queue: c.Queue,
			Language: c.Language, CallerRaw: c.Caller.Raw, CallerName: c.Caller.Name, At: c.ArrivedAt})
		return telephony.Event{Kind: telephony.TicketOpened, Ticket: o.Ticket.Number, Caller: telephony.Caller{Number: o.CallerNumber}}, err == nil, err
	case telephony.Enqueue:
		return telephony.Event{}, false, w.Floor.Enqueue(ctx, callqueue.Waiting{Call: c.ID, Queue: c.Queue, Since: c.QueuedAt, Node: "main"})
	case telephony.Dequeue:
		return telephony.Event{}, false, w.Floor.Dequeue(ctx, c.ID)
	case telephony.Seat:
		return telephony.Event{}, false, w.Floor.Seat(ctx, a.Token, a.Agent, c.ID, a.As, a.Cause, 30*time.Second)
	case telephony.Pop:
		return telephony.Event{}, false, w.Pop(ctx, c, a.Agent)
	case telephony.RingPhone, telephony.Connect:
		return telephony.Event{Kind: telephony.LegUp, Leg: a.Leg}, true, nil
	}
	return telephony.Event{}, false, nil
}

// comes lets somebody phone a line.
func (h *house) comes(id, line, number string) {
	h.Exchange.Tell(id, telephony.Event{Kind: telephony.Came, Line: line, Node: "test", Channel: "c-" + id, Caller: telephony.Caller{Raw: number}})
}

func noDial(context.Context, string, string, int64) (telephony.Call, error) {
	return telephony.Call{}, tickets.Invalid{Field: "to", Text: "is not a number that may be called"}
}

func noTape(context.Context, string) (io.ReadCloser, error) { return nil, recording.ErrNotFound }

// token logs in.
func (h *house) token(username string) string {
	h.t.Helper()
	a := h.do("", "POST", "/api/v1/session", map[string]string{"username": username, "password": username})
	var in struct{ Token string }
	a.read(h.t, http.StatusOK, &in)
	return in.Token
}

// reply is what a request got.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) read(t testing.TB, status int, into any) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d instead of %d: %s", r.status, status, r.body)
	}
	if into != nil {
		if err := json.Unmarshal(r.body, into); err != nil {
			t.Fatalf("%v in %s", err, r.body)
		}
	}
	return r
}

// do sends a request with a token; further arguments are headers, name and value.
func (h *house) do(token, method, path string, body any, more ...string) reply {
	h.t.Helper()
	var b io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		must(h.t, err)
		b = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, h.http.URL+path, b)
	must(h.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	must(h.t, err)
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	must(h.t, err)
	return reply{a.StatusCode, a.Header, raw}
}

// tab is a page's socket.
type tab struct {
	*websocket.Conn
	t    testing.TB
	next int
	seen []frame // while an answer was waited for
}

func (h *house) dial(token string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Authorization", "Bearer "+token)
	return websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(h.http.URL, "http")+"/api/v1/desk", header)
}

// tab opens a desk; its hello is the first message.
func (h *house) tab(token string) *tab {
	h.t.Helper()
	c, _, err := h.dial(token, nil)
	must(h.t, err)
	h.t.Cleanup(func() { _ = c.Close() })
	return &tab{Conn: c, t: h.t}
}

const patience = 10 * time.Second

// until reads messages up to one of a type and gives it.
func (b *tab) until(kind string, is func(frame) bool) frame {
	b.t.Helper()
	fits := func(f frame) bool { return f.Type == kind && (is == nil || is(f)) }
	if i := slices.IndexFunc(b.seen, fits); i >= 0 {
		f := b.seen[i]
		b.seen = b.seen[i+1:]
		return f
	}
	b.seen = nil
	for {
		if f := b.read(kind); fits(f) {
			return f
		}
	}
}

func (b *tab) read(waitingFor string) frame {
	b.t.Helper()
	_ = b.SetReadDeadline(time.Now().Add(patience))
	var f frame
	if err := b.ReadJSON(&f); err != nil {
		b.t.Fatalf("waiting for %s: %v", waitingFor, err)
	}
	return f
}

// ask sends a message and gives its answer.
func (b *tab) ask(kind string, data any) frame {
	b.t.Helper()
	b.next++
	id := "ask " + strconv.Itoa(b.next)
	must(b.t, b.WriteJSON(map[string]any{"type": kind, "id": id, "data": data}))
	for {
		f := b.read("the answer of " + kind)
		if f.Re == id {
			return f
		}
		b.seen = append(b.seen, f)
	}
}

// closing reads until the server closes and gives its code.
func (b *tab) closing() int {
	b.t.Helper()
	_ = b.SetReadDeadline(time.Now().Add(patience))
	for {
		if _, _, err := b.ReadMessage(); err != nil {
			var c *websocket.CloseError
			if e, ok := err.(*websocket.CloseError); ok {
				c = e
			}
			if c == nil {
				b.t.Fatalf("closed without a word: %v", err)
			}
			return c.Code
		}
	}
}
