package agentdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/callqueue"
	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// screen is what a page makes of hello and patches, as the page does it.
type screen struct {
	*desk
	view boardView
}

func (s *screen) receive(t *testing.T) {
	for {
		select {
		case text := <-s.out:
			var f frame
			must(t, json.Unmarshal(text, &f))
			if f.Type == "hello" {
				s.view = boardView{}
				f.read(t, &s.view)
				continue
			}
			var p boardPatch
			f.read(t, &p)
			s.apply(p)
		default:
			return
		}
	}
}

func (s *screen) apply(p boardPatch) {
	s.view.At, s.view.Since = p.At, p.Since
	for _, id := range p.WaitingRemoved {
		s.view.Waiting = slices.DeleteFunc(s.view.Waiting, func(w waitingView) bool { return w.Call == id })
	}
	for _, name := range p.AgentsRemoved {
		s.view.Agents = slices.DeleteFunc(s.view.Agents, func(a agentView) bool { return a.Username == name })
	}
	s.view.Queues = merge(s.view.Queues, p.Queues, func(q queueView) string { return q.Name })
	s.view.Waiting = merge(s.view.Waiting, p.Waiting, func(w waitingView) string { return w.Call })
	s.view.Agents = merge(s.view.Agents, p.Agents, func(a agentView) string { return a.Username })
}

func merge[T any](old, changed []T, key func(T) string) []T {
	for _, c := range changed {
		if i := slices.IndexFunc(old, func(o T) bool { return key(o) == key(c) }); i >= 0 {
			old[i] = c
		} else {
			old = append(old, c)
		}
	}
	return old
}

// normal is a view as JSON values, in one order and without the moment at which it was made.
func normal(t *testing.T, v boardView) any {
	v.At = time.Time{}
	v.Target = 0
	slices.SortFunc(v.Queues, func(a, b queueView) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(v.Waiting, func(a, b waitingView) int { return strings.Compare(a.Call, b.Call) })
	slices.SortFunc(v.Agents, func(a, b agentView) int { return strings.Compare(a.Username, b.Username) })
	text, err := json.Marshal(v)
	must(t, err)
	var out any
	must(t, json.Unmarshal(text, &out))
	return out
}

func newSetup(t testing.TB) *journal.Setup {
	t.Helper()
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, stack.Migrated(t, schema.Domain{Name: "telephony", Files: journal.Schema()}))
	must(t, err)
	t.Cleanup(pool.Close)
	setup, err := journal.OpenSetup(ctx, pool)
	must(t, err)
	for _, name := range []string{"q0", "q1", "q2"} {
		must(t, setup.PutQueue(ctx, "test", journal.Queue{Name: name, Title: strings.ToUpper(name)}))
	}
	return setup
}

// TestABoardIsTheServersAfterAnything plays random calls and agents while desks come, lag, go and come back, days end and
// targets change. Every desk's board must be the server's, and the server's the sum of the calls.
func TestABoardIsTheServersAfterAnything(t *testing.T) {
	setup := newSetup(t)
	for seed := range uint64(300) {
		play(t, setup, seed)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func play(t *testing.T, setup *journal.Setup, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	b := newBoard(time.UTC, setup)
	now := time.Now()
	calls := map[string]telephony.Call{}
	versions := map[string]int64{}
	screens := map[*screen]bool{}
	users := []tickets.User{{Username: "boss", Role: "supervisor"}, {Username: "a0", Role: "agent", Queues: []string{"q0"}},
		{Username: "a1", Role: "agent", Queues: []string{"q1", "q0"}}, {Username: "a2", Role: "agent"}}
	for range 200 {
		switch rnd.IntN(12) {
		case 0, 1, 2, 3, 4:
			id := fmt.Sprint("c", rnd.IntN(12))
			c := anyStep(rnd, calls[id], id, now)
			if c.Seq > calls[id].Seq {
				calls[id] = c
			}
			b.call(c)
			if rnd.IntN(4) == 0 {
				b.call(c) // told twice
			}
		case 5, 6, 7:
			name := fmt.Sprint("a", rnd.IntN(4))
			v := versions[name] + int64(rnd.IntN(3)) - 1 // sometimes late
			versions[name] = max(v, versions[name])
			b.agent(callqueue.Presence{Agent: name, State: []callqueue.State{callqueue.Ready, callqueue.Pause, callqueue.Talking}[rnd.IntN(3)],
				Since: now, Queues: []string{fmt.Sprint("q", rnd.IntN(3))}, Version: v}, "")
		case 8:
			d := &screen{desk: newDesk(users[rnd.IntN(len(users))], "", nil)}
			b.subscribe(d.desk, func(v boardView) { d.send("hello", v) })
			screens[d] = true
		case 9:
			for d := range screens {
				b.unsubscribe(d.desk)
				delete(screens, d)
				break
			}
		case 10:
			b.flush()
		case 11:
			switch rnd.IntN(6) {
			case 0:
				now = now.Add(25 * time.Hour)
				b.recount(now)
			case 1:
				must(t, setup.PutQueue(context.Background(), "test", journal.Queue{Name: "q0", Title: "Q0", Target: telephony.Duration(time.Duration(1+rnd.IntN(40)) * time.Second)}))
				b.recount(now)
			}
		}
		for d := range screens {
			if rnd.IntN(3) > 0 {
				d.receive(t)
			}
		}
	}
	b.flush()
	for d := range screens {
		d.receive(t)
		if is, want := normal(t, d.view), normal(t, b.see(scopeOf(d.user))); !reflect.DeepEqual(is, want) {
			t.Errorf("%s sees\n%v\nand the server\n%v", d.user.Username, is, want)
		}
	}
	sums := map[string]telephony.Numbers{}
	for _, c := range calls {
		n := telephony.Count(c, b.target(c.Queue))
		if c.ArrivedAt.Before(b.day) {
			n = telephony.Numbers{Waiting: n.Waiting}
		}
		sums[c.Queue] = sums[c.Queue].Plus(n)
	}
	for q, n := range sums {
		if q != "" && b.sums[q] != n {
			t.Errorf("queue %s counts %+v, its calls %+v", q, b.sums[q], n)
		}
	}
	for id, k := range b.calls {
		if k.past(b.day) {
			t.Errorf("call %s of a day before is kept", id)
		}
	}
}

// anyStep takes a call on in some way; sometimes it is an older step that comes late.
func anyStep(rnd *rand.Rand, c telephony.Call, id string, now time.Time) telephony.Call {
	if c.ID == "" {
		return telephony.Call{ID: id, Seq: 1, State: telephony.Arrived, Direction: telephony.Inbound, ArrivedAt: now, Ticket: int64(rnd.IntN(1000))}
	}
	if c.Over() {
		return c
	}
	if rnd.IntN(10) == 0 {
		c.Seq--
		return c
	}
	c.Seq++
	at := now.Add(time.Duration(rnd.IntN(60)) * time.Second)
	switch rnd.IntN(5) {
	case 0:
		if c.QueuedAt.IsZero() {
			c.QueuedAt = now
		}
		c.State, c.Queue = telephony.Waiting, fmt.Sprint("q", rnd.IntN(3))
	case 1:
		if !c.QueuedAt.IsZero() {
			c.State = telephony.Offered
		}
	case 2:
		if !c.QueuedAt.IsZero() && c.AnsweredAt.IsZero() {
			c.State, c.AnsweredAt = telephony.Talking, at
		}
	case 3:
		c.State, c.EndedAt, c.Outcome = telephony.Ended, at, telephony.Abandoned
		if !c.AnsweredAt.IsZero() {
			c.Outcome = telephony.Answered
		}
	}
	return c
}

func TestChangesReachDesksTogetherAndSoon(t *testing.T) {
	h := open(t)
	b := h.tab(h.token("supervisor"))
	b.until("hello", nil)
	began := time.Now()
	for i := range 50 {
		h.board.call(telephony.Call{ID: fmt.Sprint("call", i), Seq: 1, State: telephony.Waiting, Direction: telephony.Inbound, Queue: "support",
			ArrivedAt: time.Now(), QueuedAt: time.Now()})
	}
	seen, patches := 0, 0
	for seen < 50 {
		var p boardPatch
		b.until("board.changed", nil).read(t, &p)
		patches++
		for _, q := range p.Queues {
			seen = q.Waiting
		}
	}
	if took := time.Since(began); took > 250*time.Millisecond {
		t.Errorf("the board is %v late", took)
	}
	if patches > 3 {
		t.Errorf("50 changes at once made %d patches", patches)
	}
}

// TestNumbersAndTheirCalls: the number on the board is the length of the list behind it.
func TestNumbersAndTheirCalls(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	at := time.Now().Add(-time.Second)
	if midnight(at.UTC()).Before(h.board.since()) {
		t.Skip("the day has just begun")
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		c := telephony.Call{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Seq: 1, Direction: telephony.Inbound, Queue: "support", ArrivedAt: at,
			QueuedAt: at, State: telephony.Waiting}
		wait := time.Duration(rnd.IntN(40)) * time.Second
		switch i % 4 {
		case 0:
			c.State, c.Outcome, c.AnsweredAt, c.EndedAt = telephony.Ended, telephony.Answered, at.Add(wait), at.Add(time.Minute)
		case 1:
			c.State, c.Outcome, c.EndedAt = telephony.Ended, telephony.Abandoned, at.Add(wait)
		case 2:
			c.State, c.Outcome, c.EndedAt = telephony.Ended, telephony.Voicemail, at.Add(wait)
		}
		must(t, h.Journal.Write(ctx, c, telephony.Event{Kind: telephony.Came}))
		h.board.call(c)
	}
	token := h.token("supervisor")
	var v boardView
	h.do(token, "GET", "/api/v1/board", nil).read(t, 200, &v)
	q := v.Queues[slices.IndexFunc(v.Queues, func(q queueView) bool { return q.Name == "support" })]
	for number, want := range map[string]int{"offered": q.Offered, "answered": q.Answered, "abandoned": q.Abandoned,
		"short_abandoned": q.ShortAbandoned, "within_target": q.WithinTarget, "waiting": q.Waiting} {
		n, cursor := 0, ""
		for {
			var p page[call]
			h.do(token, "GET", "/api/v1/calls?queue=support&limit=3&number="+number+"&cursor="+cursor, nil).read(t, 200, &p)
			n += len(p.Items)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if n != want || want == 0 {
			t.Errorf("%s is %d on the board and a list of %d", number, want, n)
		}
	}
	if *q.ServiceLevel != float64(q.WithinTarget)/float64(q.Answered+q.Abandoned) {
		t.Errorf("service level %v of %+v", *q.ServiceLevel, q)
	}
}
