package agentdesk

import (
	"sync"
	"time"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// board is the live floor in numbers: what each call of the day adds to its queue, who waits, and what agents do.
//
//	Exchange ──call──▶ ┌───────┐ ──hello──▶ desk   (the whole, under the same lock as its subscription)
//	Floor ────agent──▶ │ board │ ──patch──▶ desks  (what is dirty, in full, at most every flushEvery)
//	                   └───────┘
//
// What must stay true: a queue's numbers are the sum of telephony.Count over the calls of the day; a desk that got its
// hello and every patch since has what the server has.
type board struct {
	zone    *time.Location
	setup   *journal.Setup
	changed chan struct{} // holds one signal: something is dirty

	mu     sync.Mutex
	day    time.Time                    // local midnight, when the numbers began
	calls  map[string]counted           // of the day, and the living ones of days before
	sums   map[string]telephony.Numbers // by queue
	queue  map[string]waitingView       // who waits, by call
	agents map[string]agentView         // by username
	desks  map[*desk]scope              // who is subscribed, and to what
	dirty  dirt
}

// dirt is what changed since the last flush; of callers and agents also how they have looked since, for a desk that
// subscribed in between may have seen any of it.
type dirt struct {
	day     bool
	queues  map[string]bool
	calls   map[string][]waitingView
	agents  map[string][]agentView
	tickets map[int64]tickets.TicketChanged
}

func newDirt() dirt {
	return dirt{false, map[string]bool{}, map[string][]waitingView{}, map[string][]agentView{}, map[int64]tickets.TicketChanged{}}
}

func (d dirt) none() bool {
	return !d.day && len(d.queues)+len(d.calls)+len(d.agents)+len(d.tickets) == 0
}

func newBoard(zone *time.Location, setup *journal.Setup) *board {
	return &board{zone: zone, setup: setup, changed: make(chan struct{}, 1), day: midnight(time.Now().In(zone)), calls: map[string]counted{},
		sums: map[string]telephony.Numbers{}, queue: map[string]waitingView{}, agents: map[string]agentView{}, desks: map[*desk]scope{}, dirty: newDirt()}
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// counted is what the board keeps of a call: enough to count it again when the day or the queue's target changes.
type counted struct {
	seq       int
	queue     string
	direction telephony.Direction
	state     telephony.State
	outcome   telephony.Outcome

	arrived, queued, answered, ended time.Time

	adds telephony.Numbers // to the queue, as of now
}

func keep(c telephony.Call) counted {
	return counted{seq: c.Seq, queue: c.Queue, direction: c.Direction, state: c.State, outcome: c.Outcome,
		arrived: c.ArrivedAt, queued: c.QueuedAt, answered: c.AnsweredAt, ended: c.EndedAt}
}

// count gives what the call adds. One that came before the day was counted then: it only waits.
func (k counted) count(t telephony.Target, day time.Time) telephony.Numbers {
	n := telephony.Count(telephony.Call{Direction: k.direction, State: k.state, Outcome: k.outcome,
		QueuedAt: k.queued, AnsweredAt: k.answered, EndedAt: k.ended}, t)
	if k.arrived.Before(day) {
		return telephony.Numbers{Waiting: n.Waiting}
	}
	return n
}

func (k counted) past(day time.Time) bool { return k.state == telephony.Ended && k.arrived.Before(day) }

// call counts a call as it is now, instead of as it was. The same step again, or an older one, changes nothing.
func (b *board) call(c telephony.Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, known := b.calls[c.ID]
	if known && was.seq >= c.Seq {
		return
	}
	is := keep(c)
	is.adds = is.count(b.target(is.queue), b.day)
	if was.queue != is.queue || was.adds != is.adds {
		b.add(was.queue, telephony.Numbers{}.Minus(was.adds))
		b.add(is.queue, is.adds)
	}
	if is.past(b.day) {
		delete(b.calls, c.ID)
	} else {
		b.calls[c.ID] = is
	}
	b.wait(c, is.adds.Waiting > 0)
	b.signal()
}

func (b *board) target(queue string) telephony.Target {
	q, _ := b.setup.Queue(queue)
	return q.Targets()
}

func (b *board) add(queue string, n telephony.Numbers) {
	if n != (telephony.Numbers{}) {
		b.sums[queue] = b.sums[queue].Plus(n)
		b.dirty.queues[queue] = true
	}
}

// wait keeps the list of callers who wait beside their number.
func (b *board) wait(c telephony.Call, waits bool) {
	was, did := b.queue[c.ID]
	is := waitingView{}
	if waits {
		is = waiting(c)
	}
	if is == was {
		return
	}
	b.dirty.calls[c.ID] = append(b.dirty.calls[c.ID], was)
	if did {
		delete(b.queue, c.ID)
		b.dirty.queues[was.Queue] = true
	}
	if waits {
		b.queue[c.ID] = is
		b.dirty.queues[is.Queue] = true
	}
}

// agent shows what an agent does. An older version changes nothing; without a name the known one stays.
func (b *board) agent(p callqueue.Presence, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, known := b.agents[p.Agent]
	if name == "" {
		name = was.Name
	}
	if name == "" {
		name = p.Agent
	}
	if known && p.Version < was.version {
		if was.Name != name {
			was.Name = name
			b.show(was)
		}
		return
	}
	b.show(agentView{Username: p.Agent, Name: name, State: p.State, Reason: p.Reason, Since: p.Since, Until: orNil(p.Until), LimitAt: limitOf(p),
		Call: p.Call, Queues: append([]string{}, p.Queues...), version: p.Version})
}

func (b *board) show(a agentView) {
	b.dirty.agents[a.Username] = append(b.dirty.agents[a.Username], b.agents[a.Username])
	b.agents[a.Username] = a
	b.signal()
}

// ticket lets desks look at a ticket again.
func (b *board) ticket(t tickets.TicketChanged) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dirty.tickets[t.Number] = t
	b.signal()
}

// rename shows an agent under a new name.
func (b *board) rename(username, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a, known := b.agents[username]; known && a.Name != name {
		a.Name = name
		b.show(a)
	}
}

// emptied: the queue's data began anew, and so do the versions of presences.
func (b *board) emptied() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, a := range b.agents {
		a.version = 0
		b.agents[name] = a
	}
}

// recount counts all calls again: a new day has begun, or queues have other targets.
func (b *board) recount(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	day := midnight(now.In(b.zone))
	b.dirty.day = b.dirty.day || !day.Equal(b.day)
	b.day = day
	for queue := range b.sums {
		b.dirty.queues[queue] = true
	}
	for _, q := range b.setup.Queues() {
		b.dirty.queues[q.Name] = true
	}
	clear(b.sums)
	for id, k := range b.calls {
		if k.past(b.day) {
			delete(b.calls, id)
			continue
		}
		k.adds = k.count(b.target(k.queue), b.day)
		b.calls[id] = k
		b.add(k.queue, k.adds)
	}
	b.signal()
}

// since is when the numbers began.
func (b *board) since() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.day
}

func (b *board) signal() {
	if b.dirty.none() {
		return
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}
