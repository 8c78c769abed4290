package agentdesk

import (
	"context"
	"sync"
	"time"

	"hotline/telephony"
	"hotline/tickets"
)

// call is a telephony.Call as the API and the socket show it.
type call struct {
	ID          string              `json:"id"`
	Direction   telephony.Direction `json:"direction"`
	Line        string              `json:"line"`
	Queue       string              `json:"queue"`
	Caller      telephony.Caller    `json:"caller"`
	State       telephony.State     `json:"state"`
	Ticket      int64               `json:"ticket"`
	Contact     string              `json:"contact"`
	Agent       string              `json:"agent"`
	Device      string              `json:"device"`
	ArrivedAt   time.Time           `json:"arrived_at"`
	QueuedAt    *time.Time          `json:"queued_at"`
	AnsweredAt  *time.Time          `json:"answered_at"`
	EndedAt     *time.Time          `json:"ended_at"`
	Outcome     telephony.Outcome   `json:"outcome"`
	Reason      string              `json:"reason"`
	Waited      float64             `json:"waited_seconds"` // in the queue, until answered or over
	Talked      float64             `json:"talk_seconds"`   // without hold
	Hold        float64             `json:"hold_seconds"`
	Recorded    bool                `json:"recorded"`         // the talk is recorded
	PausedAt    *time.Time          `json:"record_paused_at"` // its recording holds silence since then
	Disposition string              `json:"disposition"`
	Note        string              `json:"note"`
}

func callView(c telephony.Call) call {
	v := call{ID: c.ID, Direction: c.Direction, Line: c.Line, Queue: c.Queue, Caller: c.Caller, State: c.State, Ticket: c.Ticket,
		Contact: c.Contact, Agent: c.Agent, Device: c.Device, ArrivedAt: c.ArrivedAt, QueuedAt: orNil(c.QueuedAt), AnsweredAt: orNil(c.AnsweredAt),
		EndedAt: orNil(c.EndedAt), Outcome: c.Outcome, Reason: c.Reason, Hold: c.Hold.Seconds(),
		Recorded: c.Recorded, PausedAt: orNil(c.PausedAt), Disposition: c.Disposition, Note: c.Note}
	if agent := c.CurrentAgent(); agent != "" {
		v.Agent = agent
	}
	now := time.Now()
	if !c.QueuedAt.IsZero() {
		v.Waited = first(c.AnsweredAt, c.EndedAt, now).Sub(c.QueuedAt).Seconds()
	}
	if !c.AnsweredAt.IsZero() {
		v.Talked = max(0, (first(c.EndedAt, now).Sub(c.AnsweredAt) - c.Hold).Seconds())
	}
	return v
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// first is the first instant that is set.
func first(list ...time.Time) time.Time {
	for _, t := range list {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// pop is the screen-pop: the call and what is known about who calls.
type pop struct {
	Call     call              `json:"call"`
	Ticket   *tickets.Ticket   `json:"ticket"`
	Contact  *tickets.Contact  `json:"contact"`
	Contract *tickets.Contract `json:"contract"`
	Queue    string            `json:"queue"`
	WaitedMS int64             `json:"waited_ms"`
	Until    *time.Time        `json:"until,omitempty"` // while it rings: when it stops (RONA)
	History  []tickets.Ticket  `json:"history"`         // newest first, at most 10
	Similar  []tickets.Ticket  `json:"similar"`         // solved ones about the same
}

const (
	popTime   = 100 * time.Millisecond // for what a pop can do without
	popLength = 10
)

// popOf gathers the pop. The ticket is durable before, so it is there; whatever is not in time stays empty, for the
// phone must ring.
func (s *Server) popOf(ctx context.Context, c telephony.Call) pop {
	p := pop{Call: callView(c), Queue: c.Queue, WaitedMS: int64(callView(c).Waited * 1000), History: []tickets.Ticket{}, Similar: []tickets.Ticket{}}
	if c.Offer != nil && c.Offer.Rung {
		p.Until = orNil(c.Deadline)
	}
	if t, err := s.Tickets.Get(ctx, c.Ticket); err == nil {
		p.Ticket = &t
	}
	ctx, cancel := context.WithTimeout(ctx, popTime)
	defer cancel()
	var parts sync.WaitGroup
	parts.Go(func() {
		if list, err := s.Tickets.Similar(ctx, c.Ticket, popLength); err == nil {
			p.Similar = list
		}
	})
	if p.Ticket != nil && p.Ticket.Contact != nil {
		id := p.Ticket.Contact.ID
		parts.Go(func() {
			if k, err := s.Tickets.Contact(ctx, id); err == nil {
				p.Contact = &k
			}
		})
		parts.Go(func() {
			if k, err := s.Tickets.ContractOf(ctx, id, time.Now()); err == nil {
				p.Contract = &k
			}
		})
		parts.Go(func() {
			if list, err := s.Tickets.History(ctx, id, popLength); err == nil {
				p.History = list
			}
		})
	}
	parts.Wait()
	return p
}

// Pop shows the call to the agent it is offered to. Without a desk there is nothing to acknowledge and the phone
// rings after the rule's time.
func (s *Server) Pop(ctx context.Context, c telephony.Call, agent string) error {
	d := s.desk(agent)
	if d == nil {
		return nil
	}
	d.send("call.offered", s.popOf(ctx, c))
	return nil
}

// RingTab lets the agent's page ring.
func (s *Server) RingTab(c telephony.Call, agent string) {
	if d := s.desk(agent); d != nil {
		d.send("call.ringing", map[string]any{"call": c.ID, "until": c.Deadline})
	}
}

// CallChanged hears of every step of every call: the board counts it, and the agents concerned are told.
func (s *Server) CallChanged(before, after telephony.Call, ev telephony.Event) {
	if before.Seq == after.Seq { // its recording is there
		s.board.ticket(tickets.TicketChanged{Number: after.Ticket, Queue: after.Queue})
		return
	}
	s.board.call(after)
	s.metrics.step(before, after)
	was, is := before.CurrentAgent(), after.CurrentAgent()
	s.occupy(after.ID, was, is)
	if was != "" && was != is {
		s.tell(was, "call.ended", map[string]any{"call": callView(after), "outcome": after.Outcome, "reason": whyEnded(after, ev)})
	}
	if is == "" {
		return
	}
	if kind := moved(before, after); kind != "" {
		s.tell(is, kind, map[string]any{"call": callView(after), "until": orNil(after.Deadline)})
	}
	if before.State == telephony.Arrived && after.State == telephony.Calling {
		if d := s.desk(is); d != nil {
			s.work.Go(func() { s.popOutbound(d, after) })
		}
	}
}

// popOutbound shows the agent the call that she makes. What happened to it while the pop was put together is said
// again, for the desk knew nothing of the call then.
func (s *Server) popOutbound(d *desk, c telephony.Call) {
	d.send("call.offered", s.popOf(s.ctx, c))
	now, live := s.Exchange.Call(c.ID)
	switch {
	case !live || now.Over():
		d.send("call.ended", map[string]any{"call": c.ID})
	case now.State != c.State:
		d.send("call.updated", map[string]any{"call": callView(now)})
	}
}

// whyEnded says to an agent why a call is not theirs any more.
func whyEnded(c telephony.Call, ev telephony.Event) string {
	switch {
	case c.Over():
		return c.Reason
	case ev.Kind == telephony.Decline:
		return "declined"
	case ev.Kind == telephony.DeskLost:
		return "desk_lost"
	}
	return "missed"
}

// moved names what a change of state is to the agent of the call; "" for nothing.
func moved(before, after telephony.Call) string {
	from, to := before.State, after.State
	switch {
	case before.PausedAt != after.PausedAt && from == to:
		return "call.updated"
	case from == to:
		return ""
	case to == telephony.Talking && (from == telephony.Held || from == telephony.Stranded):
		return "call.resumed"
	case to == telephony.Talking:
		return "call.answered"
	case to == telephony.Held:
		return "call.held"
	case to == telephony.Stranded:
		return "call.stranded"
	}
	return ""
}

func (s *Server) occupy(id, was, is string) {
	if was == is {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if was != "" && s.occupied[was] == id {
		delete(s.occupied, was)
	}
	if is != "" {
		s.occupied[is] = id
	}
}

func (s *Server) tell(agent, kind string, data any) {
	if d := s.desk(agent); d != nil {
		d.send(kind, data)
	}
}
