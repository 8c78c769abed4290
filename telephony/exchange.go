package telephony

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

var (
	// ErrNoCall: the call is over or never was.
	ErrNoCall = errors.New("no such call")
	// ErrRefused: the event makes no sense in the call's state, nothing changed. A late answer gets this.
	ErrRefused = errors.New("the call is not in a state for that")
	// ErrTaken: somebody else has written a later step of this call; this process must leave it alone.
	ErrTaken = errors.New("call is owned by another server")
)

// Journal makes steps durable. Write returns when the step cannot be lost any more; ErrTaken fences off a second owner.
type Journal interface {
	Write(ctx context.Context, c Call, ev Event) error
}

// World does what Step wants done. It may answer at once with an event, or later through Exchange.Tell.
// It is asked by the call's own goroutine, in order.
type World interface {
	Do(ctx context.Context, c Call, a Action) (Event, bool, error)
}

// Exchange runs calls, one goroutine each. Its mailboxes never block, lose or reorder.
type Exchange struct {
	Journal Journal
	World   World
	Rules   func(line string) Rules            // of a dialled number, always an answer
	Watch   func(before, after Call, ev Event) // hears of every step after it is durable; must not block
	Log     *slog.Logger
	Now     func() time.Time

	mu     sync.Mutex
	calls  map[string]*live
	leave  chan struct{}
	closed bool
	wg     sync.WaitGroup
}

// live is a call with its goroutine.
type live struct {
	x    *Exchange
	mail *mailbox

	mu   sync.Mutex // guards call for readers outside; only the goroutine writes
	call Call
}

// Tell gives an event to its call and returns at once. Came and Dial begin a call that is not known yet.
func (x *Exchange) Tell(id string, ev Event) { x.post(id, letter{ev: ev}) }

// Ask gives an event to its call and waits until it is durable and done. ErrRefused says that it changed nothing.
func (x *Exchange) Ask(ctx context.Context, id string, ev Event) (Call, error) {
	answer := make(chan reply, 1)
	x.post(id, letter{ev, answer})
	select {
	case r := <-answer:
		return r.call, r.err
	case <-ctx.Done():
		return Call{}, ctx.Err()
	}
}

// Restore takes up calls that an earlier process left behind. Adopt events follow when Asterisk has been asked.
func (x *Exchange) Restore(calls []Call) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range calls {
		if x.calls[c.ID] == nil && !x.closed {
			x.start(c)
		}
	}
}

// Calls gives all live calls as they are now.
func (x *Exchange) Calls() []Call {
	x.mu.Lock()
	lives := make([]*live, 0, len(x.calls))
	for _, l := range x.calls {
		lives = append(lives, l)
	}
	x.mu.Unlock()
	out := make([]Call, len(lives))
	for i, l := range lives {
		out[i] = l.snapshot()
	}
	return out
}

// Call gives one live call.
func (x *Exchange) Call(id string) (Call, bool) {
	x.mu.Lock()
	l := x.calls[id]
	x.mu.Unlock()
	if l == nil {
		return Call{}, false
	}
	return l.snapshot(), true
}

// Leave ends all goroutines after the step that each is in. Calls go on in Asterisk and are adopted by the next process.
func (x *Exchange) Leave() {
	x.mu.Lock()
	if !x.closed {
		x.closed = true
		if x.leave == nil {
			x.leave = make(chan struct{})
		}
		close(x.leave)
	}
	x.mu.Unlock()
	x.wg.Wait()
}

func (x *Exchange) post(id string, m letter) {
	x.mu.Lock()
	l := x.calls[id]
	if l == nil && !x.closed && (m.ev.Kind == Came || m.ev.Kind == Dial) {
		l = x.start(Call{ID: id})
	}
	ok := l != nil && l.mail.put(m)
	x.mu.Unlock()
	if ok {
		return
	}
	m.answer.give(Call{}, ErrNoCall)
	if m.ev.Kind == Matched {
		x.wg.Go(func() { x.giveBack(id, m.ev) })
	}
}

// giveBack frees an agent who was reserved for a call that is over: Step knows how.
func (x *Exchange) giveBack(id string, ev Event) {
	c := Call{ID: id, State: Ended}
	_, do := Step(c, ev, x.Now(), Rules{})
	x.perform(c, do)
}

// start is called with mu held.
func (x *Exchange) start(c Call) *live {
	if x.calls == nil {
		x.calls = map[string]*live{}
	}
	if x.leave == nil {
		x.leave = make(chan struct{})
	}
	l := &live{x: x, call: c, mail: newMailbox()}
	x.calls[c.ID] = l
	x.wg.Go(l.run)
	return l
}

// run is the call's life: news first, then clocks.
func (l *live) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		for m, ok := l.mail.take(); ok; m, ok = l.mail.take() {
			l.step(m)
			if l.left() {
				return
			}
		}
		if l.over() {
			return
		}
		l.arm(timer)
		select {
		case <-l.mail.news:
		case <-timer.C:
			l.step(letter{ev: Event{Kind: Clock}})
		case <-l.x.leave:
			return
		}
	}
}

// left reports whether the process is leaving: a step once begun is finished, then the goroutine goes.
func (l *live) left() bool {
	select {
	case <-l.x.leave:
		return true
	default:
		return false
	}
}

func (l *live) arm(t *time.Timer) {
	if l.call.Deadline.IsZero() {
		t.Stop()
		return
	}
	t.Reset(max(0, l.call.Deadline.Sub(l.x.Now())))
}

// over forgets a call that has ended, unless there is news for it.
func (l *live) over() bool {
	if !l.call.Over() && l.call.State != "" {
		return false
	}
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	if !l.mail.shut() {
		return false
	}
	delete(l.x.calls, l.call.ID)
	return true
}

func (l *live) step(m letter) {
	defer func() {
		if r := recover(); r != nil {
			l.x.Log.Error("a call panicked", "call", l.call.ID, "err", r, "stack", string(debug.Stack()))
			m.answer.give(l.call, ErrRefused)
		}
	}()
	before := l.call
	line := before.Line
	if line == "" {
		line = m.ev.Line
	}
	after, do := Step(before, m.ev, l.x.Now(), l.x.Rules(line))
	if after.Seq == before.Seq {
		l.x.perform(before, do).post(l)
		m.answer.give(before, ErrRefused)
		return
	}
	if err := l.x.Journal.Write(context.Background(), after, m.ev); err != nil {
		l.abandonShip(before, err)
		m.answer.give(before, err)
		return
	}
	l.mu.Lock()
	l.call = after
	l.mu.Unlock()
	l.x.Watch(before, after, m.ev)
	l.x.perform(after, do).post(l)
	m.answer.give(after, nil)
}

// abandonShip: the journal refused the step, so another server owns the call (Write retries all else by itself).
func (l *live) abandonShip(c Call, err error) {
	l.x.Log.Warn("call given up", "call", c.ID, "err", err)
	l.mu.Lock()
	l.call.State = Ended
	l.mu.Unlock()
}

func (l *live) snapshot() Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.call
}

// answers are the events with which the world answered a step's actions.
type answers []Event

func (a answers) post(l *live) {
	for _, ev := range a {
		l.mail.put(letter{ev: ev})
	}
}

func (x *Exchange) perform(c Call, do []Action) answers {
	var out answers
	for _, a := range do {
		ev, ok, err := x.World.Do(context.Background(), c, a)
		if err != nil {
			x.Log.Warn("action failed", "call", c.ID, "action", a.Do, "err", err)
			ev, ok = Event{Kind: Failure, Name: string(a.Do), Cause: err.Error()}, true
		}
		if ok {
			out = append(out, ev)
		}
	}
	return out
}
