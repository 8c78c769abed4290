package agentdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/tickets"
)

// boardView is the board as one desk may see it.
type boardView struct {
	At      time.Time     `json:"at"`
	Since   time.Time     `json:"since" doc:"When the day's numbers began"`
	Target  float64       `json:"target_seconds" doc:"T of the first queue"`
	Formula string        `json:"formula" doc:"How service_level is made"`
	Queues  []queueView   `json:"queues" nullable:"false"`
	Waiting []waitingView `json:"waiting" nullable:"false"`
	Agents  []agentView   `json:"agents" nullable:"false"`
}

// formula is telephony.Numbers.ServiceLevel in words.
const formula = "(A≤T + B≤T)/(A+B)"

type queueView struct {
	Name           string     `json:"name"`
	Title          string     `json:"title"`
	Waiting        int        `json:"waiting"`
	LongestSince   *time.Time `json:"longest_since" doc:"Since when the one waits who waits longest"`
	Offered        int        `json:"offered"`
	Answered       int        `json:"answered"`
	Abandoned      int        `json:"abandoned"`
	ShortAbandoned int        `json:"short_abandoned"`
	WithinTarget   int        `json:"within_target"`
	ServiceLevel   *float64   `json:"service_level" doc:"0 to 1; null while nobody was answered or left"`
	ASA            *float64   `json:"asa_seconds" doc:"Average speed of answer; null while nobody was answered"`
	Target         float64    `json:"target_seconds"`
	Short          float64    `json:"short_seconds" doc:"An abandon within this time is short"`
	Formula        string     `json:"formula"`
}

type waitingView struct {
	Call     string          `json:"call"`
	Ticket   int64           `json:"ticket"`
	Caller   string          `json:"caller"`
	Contact  string          `json:"contact"`
	Queue    string          `json:"queue"`
	Line     string          `json:"line"`
	Since    time.Time       `json:"since"`
	Priority int             `json:"priority"`
	State    telephony.State `json:"state" doc:"waiting, or offered and joining while an agent's phone rings"`
}

func waiting(c telephony.Call) waitingView {
	return waitingView{Call: c.ID, Ticket: c.Ticket, Caller: cmp.Or(c.Caller.Number, c.Caller.Raw), Contact: c.Contact, Queue: c.Queue,
		Line: c.Line, Since: c.QueuedAt, Priority: c.Priority, State: c.State}
}

type agentView struct {
	Username string          `json:"username"`
	Name     string          `json:"name"`
	State    callqueue.State `json:"state"`
	Reason   string          `json:"reason"`
	Since    time.Time       `json:"since"`
	Until    *time.Time      `json:"until"`
	LimitAt  *time.Time      `json:"limit_at"` // when a pause has lasted too long and the board alerts
	Call     string          `json:"call"`
	Queues   []string        `json:"queues" nullable:"false"`
	version  int64
}

// boardPatch is what changed: each entry in full, so that getting one twice is harmless.
type boardPatch struct {
	At             time.Time               `json:"at"`
	Since          time.Time               `json:"since"`
	Queues         []queueView             `json:"queues,omitempty"`
	Waiting        []waitingView           `json:"waiting,omitempty"`
	WaitingRemoved []string                `json:"waiting_removed,omitempty"`
	Agents         []agentView             `json:"agents,omitempty"`
	AgentsRemoved  []string                `json:"agents_removed,omitempty"`
	Tickets        []tickets.TicketChanged `json:"tickets,omitempty"`
}

func (p boardPatch) empty() bool {
	return len(p.Queues)+len(p.Waiting)+len(p.WaitingRemoved)+len(p.Agents)+len(p.AgentsRemoved)+len(p.Tickets) == 0
}

// scope is which part of the board somebody sees. Equal scopes have equal keys and get the same bytes.
type scope struct {
	whole  bool
	me     string   // an agent always sees herself
	queues []string // sorted
}

func scopeOf(u tickets.User) scope {
	if allowed(supervisors, u.Role) {
		return scope{whole: true}
	}
	return scope{me: u.Username, queues: slices.Sorted(slices.Values(u.Queues))}
}

func (s scope) key() string {
	if s.whole {
		return "*"
	}
	if len(s.queues) > 0 { // who serves a queue is seen by all who serve it, herself too
		return strings.Join(s.queues, "\n")
	}
	return "\n" + s.me
}

func (s scope) queue(name string) bool {
	_, found := slices.BinarySearch(s.queues, name)
	return s.whole || found
}

func (s scope) agent(a agentView) bool {
	return s.whole || a.Username == s.me || slices.ContainsFunc(a.Queues, s.queue)
}

// subscribe gives hello the board as this desk may see it; every change after that comes as a patch.
func (b *board) subscribe(d *desk, hello func(boardView)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	sc := scopeOf(d.user)
	b.desks[d] = sc
	hello(b.view(sc))
}

func (b *board) unsubscribe(d *desk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.desks, d)
}

// see is the board as it is now.
func (b *board) see(sc scope) boardView {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view(sc)
}

func (b *board) view(sc scope) boardView {
	v := boardView{At: time.Now(), Since: b.day, Target: telephony.DefaultTarget.Answer.Seconds(), Formula: formula,
		Queues: []queueView{}, Waiting: []waitingView{}, Agents: []agentView{}}
	for _, name := range b.queueNames() {
		if sc.queue(name) {
			v.Queues = append(v.Queues, b.queueView(name))
		}
	}
	if len(v.Queues) > 0 {
		v.Target = v.Queues[0].Target
	}
	for _, w := range b.queue {
		if sc.queue(w.Queue) {
			v.Waiting = append(v.Waiting, w)
		}
	}
	slices.SortFunc(v.Waiting, func(a, b waitingView) int { return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Call, b.Call)) })
	for _, name := range slices.Sorted(maps.Keys(b.agents)) {
		if sc.agent(b.agents[name]) {
			v.Agents = append(v.Agents, b.agents[name])
		}
	}
	return v
}

// queueNames are the queues of the setup and those that have numbers still, in order.
func (b *board) queueNames() []string {
	names := map[string]bool{}
	for _, q := range b.setup.Queues() {
		names[q.Name] = true
	}
	for name, n := range b.sums {
		if n != (telephony.Numbers{}) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (b *board) queueView(name string) queueView {
	q, _ := b.setup.Queue(name)
	n, t := b.sums[name], q.Targets()
	v := queueView{Name: name, Title: q.Title, Waiting: n.Waiting, Offered: n.Offered, Answered: n.Answered, Abandoned: n.Abandoned,
		ShortAbandoned: n.ShortAbandoned, WithinTarget: n.WithinTarget, Target: t.Answer.Seconds(), Short: t.Short.Seconds(), Formula: formula}
	if level, ok := n.ServiceLevel(); ok {
		v.ServiceLevel = &level
	}
	if asa, ok := n.ASA(); ok {
		seconds := asa.Seconds()
		v.ASA = &seconds
	}
	for _, w := range b.queue {
		if w.Queue == name && (v.LongestSince == nil || w.Since.Before(*v.LongestSince)) {
			v.LongestSince = &w.Since
		}
	}
	return v
}

// patch gives what is dirty, as far as the scope sees it. What left the scope is removed from it.
func (b *board) patch(sc scope) boardPatch {
	p := boardPatch{At: time.Now(), Since: b.day}
	for _, name := range slices.Sorted(maps.Keys(b.dirty.queues)) {
		if name != "" && sc.queue(name) {
			p.Queues = append(p.Queues, b.queueView(name))
		}
	}
	for id, was := range b.dirty.calls {
		if w, waits := b.queue[id]; waits && sc.queue(w.Queue) {
			p.Waiting = append(p.Waiting, w)
		} else if slices.ContainsFunc(was, func(w waitingView) bool { return w.Call != "" && sc.queue(w.Queue) }) {
			p.WaitingRemoved = append(p.WaitingRemoved, id)
		}
	}
	for name, was := range b.dirty.agents {
		if a := b.agents[name]; sc.agent(a) {
			p.Agents = append(p.Agents, a)
		} else if slices.ContainsFunc(was, func(a agentView) bool { return a.Username != "" && sc.agent(a) }) {
			p.AgentsRemoved = append(p.AgentsRemoved, name)
		}
	}
	for _, t := range b.dirty.tickets {
		p.Tickets = append(p.Tickets, t)
	}
	return p
}

// flush sends the desks what is dirty. Desks that see the same get the same bytes.
func (b *board) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dirty.none() {
		return
	}
	frames := map[string][]byte{}
	for d, sc := range b.desks {
		text, made := frames[sc.key()]
		if !made {
			if p := b.patch(sc); b.dirty.day || !p.empty() {
				text = p.frame()
			}
			frames[sc.key()] = text
		}
		if text != nil {
			d.push(text)
		}
	}
	b.dirty = newDirt()
}

func (p boardPatch) frame() []byte {
	raw, _ := json.Marshal(p)
	text, _ := json.Marshal(frame{Type: "board.changed", Data: raw})
	return text
}

const (
	flushEvery = 100 * time.Millisecond // several changes at once make one patch
	longestNap = time.Hour              // a clock that was set is noticed after this
)

// pushBoard sends changes as they come, and begins a new day at local midnight, until ctx ends.
func (s *Server) pushBoard(ctx context.Context) {
	for {
		next := time.NewTimer(min(longestNap, time.Until(s.board.since().AddDate(0, 0, 1))))
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
		case <-s.board.changed:
		}
		next.Stop()
		if now := time.Now(); !midnight(now.In(s.board.zone)).Equal(s.board.since()) {
			s.board.recount(now)
		}
		s.board.flush()
		select {
		case <-ctx.Done():
			return
		case <-time.After(flushEvery):
		}
	}
}
