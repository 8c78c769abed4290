package callqueue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"
)

const (
	nodes  = 3
	agents = 4
	calls  = 9 // call i belongs to node i mod nodes
	queues = 3
)

// step is one thing that somebody does on the floor.
type step struct{ What, Node, Agent, Call, Queue int }

func (s step) String() string {
	return fmt.Sprintf("%s n%d a%d c%d q%d", deeds[s.What].name, s.Node, s.Agent, s.Call, s.Queue)
}

// fair is a number below n, all about as likely: rapid's own numbers are mostly small, and so mostly the same deed.
func fair(n int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) (v int) {
		for range 7 {
			v *= 2
			if rapid.Bool().Draw(t, "bit") {
				v++
			}
		}
		return v % n
	})
}

var aStep = rapid.Custom(func(t *rapid.T) step {
	return step{fair(len(deeds)).Draw(t, "what"), fair(nodes).Draw(t, "node"), fair(agents).Draw(t, "agent"),
		fair(calls).Draw(t, "call"), fair(queues).Draw(t, "queue")}
})

var someSteps = rapid.SliceOfN(aStep, 100, 200)

// world is the floor under test and what is known from outside about it.
type world struct {
	ctx   context.Context
	floor [nodes]*Floor
	clock *clock

	mu      sync.Mutex
	since   map[string]time.Time // first arrival of each call
	talking map[string]string    // agent -> call, from the answer "yes" to just before the end is said
	old     map[string][]Match   // reservations that are over, by agent
	top     map[string]int64     // highest token seen of each agent
	wrong   error
}

func newWorld(ctx context.Context, rdb redis.UniversalClient, patch func(name, text string) string) *world {
	w := &world{ctx: ctx, clock: &clock{now: start}, since: map[string]time.Time{}, talking: map[string]string{},
		old: map[string][]Match{}, top: map[string]int64{}}
	system := rand.Text()[:10]
	for i := range w.floor {
		w.floor[i] = New(rdb, system, Options{Node: fmt.Sprintf("n%d", i), Now: w.clock.Now})
		w.floor[i].scripts = load(patch)
	}
	return w
}

func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wrong == nil {
		w.wrong = fmt.Errorf(format, args...)
	}
}

func (w *world) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong
}

func (w *world) firstArrival(call string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since[call]
}

// does is an error of a deed that may not be one: refusals are part of the game.
func (w *world) does(what string, err error) {
	if err != nil && !errors.Is(err, ErrStale) && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrOffline) && !errors.Is(err, ErrNoWrapup) {
		w.fail("%s: %w", what, err)
	}
}

var deeds = []struct {
	name string
	do   func(*world, *Floor, step)
}{
	{"enqueue", (*world).enqueue},
	{"enqueue", (*world).enqueue},
	{"dequeue", (*world).dequeue},
	{"log on", (*world).logOn},
	{"log off", func(w *world, f *Floor, s step) { w.does("log off", f.LogOff(w.ctx, s.agent(), "test")) }},
	{"ready", func(w *world, f *Floor, s step) { w.wish(f, s, Ready, 0) }},
	{"ready", func(w *world, f *Floor, s step) { w.wish(f, s, Ready, 0) }},
	{"pause", func(w *world, f *Floor, s step) { w.wish(f, s, Pause, time.Duration(s.Call)*10*time.Second) }},
	{"accept", func(w *world, f *Floor, s step) { w.seat(f, s, "talking") }},
	{"accept", func(w *world, f *Floor, s step) { w.seat(f, s, "talking") }},
	{"miss", func(w *world, f *Floor, s step) { w.seat(f, s, Missed) }},
	{"free", func(w *world, f *Floor, s step) { w.seat(f, s, Free) }},
	{"hang up", func(w *world, f *Floor, s step) { w.seat(f, s, "wrapup") }},
	{"finish", func(w *world, f *Floor, s step) {
		p, _ := f.Agent(w.ctx, s.agent())
		_, err := f.FinishWrapup(w.ctx, s.agent(), p.Call)
		w.does("finish", err)
	}},
	{"dial", (*world).dial},
	{"answer late", (*world).answerLate},
	{"wait", func(w *world, f *Floor, s step) {
		w.clock.pass(time.Duration(1+s.Call) * 7 * time.Second)
		f.expire(w.ctx)
	}},
}

func (s step) agent() string { return fmt.Sprint("a", s.Agent) }
func (s step) queue() string { return fmt.Sprint("q", s.Queue) }
func (s step) call() string  { return fmt.Sprint("c", s.Call-s.Call%nodes+s.Node) } // one of the node's own

func (w *world) enqueue(f *Floor, s step) {
	w.mu.Lock()
	if w.since[s.call()].IsZero() {
		w.since[s.call()] = w.clock.Now()
	}
	since := w.since[s.call()]
	for agent, call := range w.talking {
		if call == s.call() {
			delete(w.talking, agent)
		}
	}
	w.mu.Unlock()
	w.does("enqueue", f.Enqueue(w.ctx, Waiting{Call: s.call(), Queue: s.queue(), Since: since, Priority: s.Call % 2, Node: f.opt.Node}))
}

func (w *world) dequeue(f *Floor, s step) { w.does("dequeue", f.Dequeue(w.ctx, s.call())) }

func (w *world) logOn(f *Floor, s step) {
	all := []string{"q0", "q1", "q2"}
	serves := all
	if s.Call%3 > 0 {
		serves = all[s.Queue : s.Queue+1]
	}
	_, err := f.LogOn(w.ctx, s.agent(), serves, "webrtc")
	w.does("log on", err)
}

func (w *world) wish(f *Floor, s step, state State, d time.Duration) {
	until := time.Time{}
	if d > 0 {
		until = w.clock.Now().Add(d)
	}
	_, err := f.Set(w.ctx, s.agent(), state, "test", until)
	w.does("set", err)
}

// mine is the agent's reservation if it is for a call of this node: only the call itself may speak for it.
func (w *world) mine(f *Floor, s step) (Match, bool) {
	p, err := f.Agent(w.ctx, s.agent())
	var i int
	fmt.Sscanf(p.Call, "c%d", &i)
	return Match{Call: p.Call, Agent: p.Agent, Token: p.Token}, err == nil && p.Call != "" && i%nodes == s.Node
}

func (w *world) seat(f *Floor, s step, as string) {
	m, ok := w.mine(f, s)
	if !ok {
		return
	}
	w.mu.Lock()
	if as != "talking" && w.talking[m.Agent] == m.Call {
		delete(w.talking, m.Agent)
	}
	w.mu.Unlock()
	err := f.Seat(w.ctx, m.Token, m.Agent, m.Call, as, "", time.Duration(s.Queue)*20*time.Second)
	w.does("seat", err)
	if err != nil {
		return
	}
	if as == "talking" {
		w.talks(m)
		return
	}
	w.mu.Lock()
	w.old[m.Agent] = append(w.old[m.Agent], m)
	w.mu.Unlock()
}

func (w *world) talks(m Match) {
	w.mu.Lock()
	other, taken := w.talking[m.Agent]
	w.talking[m.Agent] = m.Call
	w.mu.Unlock()
	if taken && other != m.Call {
		w.fail("%s talks to %s and %s", m.Agent, other, m.Call)
	}
}

func (w *world) dial(f *Floor, s step) {
	w.mu.Lock()
	if w.since[s.call()].IsZero() {
		w.since[s.call()] = w.clock.Now()
	}
	w.mu.Unlock()
	if m, err := f.Occupy(w.ctx, s.agent(), s.call()); err == nil {
		w.talks(m)
	} else {
		w.does("dial", err)
	}
}

func (w *world) answerLate(f *Floor, s step) {
	w.mu.Lock()
	old := w.old[s.agent()]
	w.mu.Unlock()
	for _, m := range old {
		if err := f.Seat(w.ctx, m.Token, m.Agent, m.Call, "talking", "", 0); !errors.Is(err, ErrStale) {
			w.fail("late answer %+v: %v", m, err)
		}
	}
}

// do does a step; nobody runs, so nobody is told.
func (w *world) do(s step) {
	f := w.floor[s.Node]
	deeds[s.What].do(w, f, s)
	toldBy(f)
}

// look checks a snapshot; times and places are exact at every instant.
func (w *world) look() (snapshot, error) {
	s, err := w.floor[0].snapshot(w.ctx)
	if err == nil {
		err = s.broken(w.firstArrival, w.floor[0].opt.Ageing)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, a := range s.Agents {
		if a.Token < w.top[name] {
			return s, fmt.Errorf("token of %s fell from %d to %d", name, w.top[name], a.Token)
		}
		w.top[name] = a.Token
	}
	return s, err
}

// play does the steps one by one.
func play(w *world, steps []step) error {
	var before snapshot
	for i, s := range steps {
		w.do(s)
		if err := w.failed(); err != nil {
			return fmt.Errorf("step %d, %v: %w", i, s, err)
		}
		after, err := w.look()
		if err == nil {
			err = after.unfair(before)
		}
		for name, a := range after.Agents {
			if deeds[s.What].name == "wait" && a.Until > 0 && a.Until <= w.clock.Now().UnixMilli() {
				err = fmt.Errorf("%s is still %s", name, a.State)
			}
		}
		if err != nil {
			return fmt.Errorf("step %d, %v: %w", i, s, err)
		}
		before = after
	}
	return nil
}

// playTogether lets every node do its own steps, all at the same time, and looks in between.
func playTogether(w *world, steps []step) error {
	var group sync.WaitGroup
	for n := range nodes {
		group.Go(func() {
			for _, s := range steps {
				if s.Node == n {
					w.do(s)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for {
		if _, err := w.look(); err != nil {
			w.fail("%w", err)
		}
		select {
		case <-done:
			if _, err := w.look(); err != nil {
				w.fail("at rest: %w", err)
			}
			return w.failed()
		default:
		}
	}
}

func TestWhateverHappensTheFloorIsRight(t *testing.T) {
	h := newHall(t)
	rapid.Check(t, func(t *rapid.T) {
		steps := someSteps.Draw(t, "steps")
		if err := play(newWorld(t.Context(), h.rdb, nil), steps); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhateverHappensAtOnceTheFloorIsRight(t *testing.T) {
	h := newHall(t)
	rapid.Check(t, func(t *rapid.T) {
		if err := playTogether(newWorld(t.Context(), h.rdb, nil), someSteps.Draw(t, "steps")); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPlantedFaultsAreFound: a check that finds nothing in a broken floor is worth nothing.
func TestPlantedFaultsAreFound(t *testing.T) {
	h := newHall(t)
	for _, fault := range []struct {
		name, file string
		texts      []string // from, to, from, to ...
	}{
		{"an agent is claimed without a look whether it is free", "floor", []string{
			"if a.state == 'ready' then leave(a) end", "", "if a and a.state == 'ready' then return reserve(a, c) end", "if a then return reserve(a, c) end"}},
		{"an agent is taken out of one queue only", "floor", []string{
			"for q in queues(a) do call('zrem', P .. 'ready:' .. q, a.agent) end",
			"for q in queues(a) do call('zrem', P .. 'ready:' .. q, a.agent) break end"}},
		{"a caller is taken but stays in the queue", "floor", []string{
			"call('zrem', P .. 'waiting:' .. queue, id)", "", "if c and not c.agent then", "if c then"}},
		{"a free agent does not look for a caller", "floor", []string{"local c = take_caller(a)", "local c = nil"}},
		{"a caller who comes back stands at the end", "floor", []string{
			"call('zadd', P .. 'waiting:' .. c.queue, c.place, c.call)", "call('zadd', P .. 'waiting:' .. c.queue, now, c.call)"}},
		{"the agent who has just become idle is first", "floor", []string{"'ready:' .. c.queue, 0, 0)", "'ready:' .. c.queue, -1, -1)"}},
		{"an older token is as good", "seat", []string{"elseif a.token > token then", "elseif false then"}},
		{"an offer has no lease", "floor", []string{"to(a, 'ringing', '', now + lease)", "to(a, 'ringing', '', 0)\na['until'] = now + lease"}},
		{"a reservation ends without its call", "floor", []string{"call('hdel', P .. 'calls', c.call)", ""}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			patch := func(name, text string) string {
				if name != fault.file {
					return text
				}
				for i := 0; i < len(fault.texts); i += 2 {
					if !strings.Contains(text, fault.texts[i]) {
						t.Fatalf("%q is not in %s.lua any more", fault.texts[i], name)
					}
					text = strings.ReplaceAll(text, fault.texts[i], fault.texts[i+1])
				}
				return text
			}
			for seed := range 300 {
				if err := play(newWorld(t.Context(), h.rdb, patch), someSteps.Example(seed)); err != nil {
					t.Logf("found at seed %d: %v", seed, err)
					return
				}
			}
			t.Error("not found")
		})
	}
}
