package callqueue

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hotline/deploy/stack"
)

// hall is a floor under test: one Redis, a clock that the test moves, any number of nodes.
type hall struct {
	rdb    redis.UniversalClient
	system string
	clock  *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func connect(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	rdb, err := Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

func newHall(t testing.TB) *hall {
	t.Helper()
	return &hall{rdb: connect(t, stack.Redis(t)), system: rand.Text()[:8], clock: &clock{now: start}}
}

// again gives the same Redis another, empty system.
func (h *hall) again() *hall {
	return &hall{rdb: h.rdb, system: rand.Text()[:8], clock: &clock{now: start}}
}

func (h *hall) node(name string) *Floor {
	return New(h.rdb, h.system, Options{Node: name, Now: h.clock.Now})
}

// heard is what a node was told.
type heard struct {
	mu      sync.Mutex
	matches []Match
	changes []Presence
	emptied int
	news    chan struct{}
}

func newHeard() *heard { return &heard{news: make(chan struct{}, 1)} }

func (h *heard) note(what func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	what()
	select {
	case h.news <- struct{}{}:
	default:
	}
}

func (h *heard) Matched(m Match)            { h.note(func() { h.matches = append(h.matches, m) }) }
func (h *heard) PresenceChanged(p Presence) { h.note(func() { h.changes = append(h.changes, p) }) }
func (h *heard) Emptied()                   { h.note(func() { h.emptied++ }) }

// until waits for news until ok says that it heard enough.
func (h *heard) until(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	late := time.After(within)
	for {
		h.mu.Lock()
		done := ok()
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-h.news:
		case <-late:
			t.Fatalf("not heard within %v: %s; heard %+v %+v", within, what, h.matches, h.changes)
		}
	}
}

// run starts a node and stops it at the end of the test.
func run(t testing.TB, f *Floor) *heard {
	t.Helper()
	h := newHeard()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f.Run(ctx, h) }()
	t.Cleanup(func() { cancel(); <-done })
	return h
}

// told gives what a node that does not run would tell.
func toldBy(f *Floor) *heard {
	h := newHeard()
	for _, tell := range f.news.take() {
		tell(h)
	}
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hall) logOn(t testing.TB, f *Floor, agent string, queues ...string) {
	t.Helper()
	_, err := f.LogOn(t.Context(), agent, queues, "webrtc")
	must(t, err)
}

func (h *hall) ready(t testing.TB, f *Floor, agent string, queues ...string) {
	t.Helper()
	h.logOn(t, f, agent, queues...)
	_, err := f.Set(t.Context(), agent, Ready, "", time.Time{})
	must(t, err)
}

func (h *hall) enqueue(t testing.TB, f *Floor, call, queue string) {
	t.Helper()
	must(t, f.Enqueue(t.Context(), Waiting{Call: call, Queue: queue, Since: h.clock.Now(), Node: f.opt.Node}))
}

func agentOf(t testing.TB, f *Floor, name string) Presence {
	t.Helper()
	p, err := f.Agent(t.Context(), name)
	must(t, err)
	return p
}

func waitingIn(t testing.TB, f *Floor, queue string) (calls []string) {
	t.Helper()
	list, err := f.Waiting(t.Context(), queue)
	must(t, err)
	for _, w := range list {
		calls = append(calls, w.Call)
	}
	return calls
}
