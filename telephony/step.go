package telephony

import "time"

// Step is the whole flow of a call: what it becomes when ev happens at now under rules, and what is to be done.
// It is pure and total. An event that makes no sense in the call's state changes nothing: then Seq stays.
// The caller of Step writes the new value down first and performs the actions in their order afterwards.
func Step(c Call, ev Event, now time.Time, rules Rules) (Call, []Action) {
	s := step{Call: c, now: now, rules: rules}
	if !s.take(ev) {
		return c, s.do
	}
	s.Seq++
	return s.Call, s.do
}

// step is one step in the making: the new call and the actions so far.
type step struct {
	Call
	now   time.Time
	rules Rules
	do    []Action
}

func (s *step) act(a ...Action) { s.do = append(s.do, a...) }

// take reports whether the event changed the call.
func (s *step) take(ev Event) bool {
	switch {
	case ev.Kind == Matched && s.State != Waiting:
		return s.tooLate(ev)
	case s.State == "":
		return s.born(ev)
	case s.Over():
		return false
	}
	switch ev.Kind {
	case Left:
		return s.left(ev.Cause)
	case Adopt:
		return s.adopt(ev)
	case Rejoin:
		return s.rejoin()
	case Clock:
		if s.Deadline.IsZero() || s.now.Before(s.Deadline) {
			return false
		}
	}
	switch s.State {
	case Arrived:
		return s.arrived(ev)
	case Greeting, Closed, Recording, Review, Saving:
		return s.announced(ev)
	case InMenu:
		return s.inMenu(ev)
	case Waiting:
		return s.waiting(ev)
	case Offered, Joining:
		return s.offered(ev)
	case Talking, Held, Stranded:
		return s.talking(ev)
	case Calling:
		return s.calling(ev)
	}
	return false
}

// born begins a call: from outside, or by an agent who dials.
func (s *step) born(ev Event) bool {
	switch ev.Kind {
	case Came:
		s.Direction, s.Line, s.Caller, s.Channel, s.Node = Inbound, ev.Line, ev.Caller, ev.Channel, ev.Node
	case Dial:
		s.Direction, s.Line, s.Caller, s.Node, s.Ticket = Outbound, ev.Line, ev.Caller, ev.Node, ev.Ticket
		s.Agent, s.Device, s.Token = ev.Agent, ev.Device, ev.Token
		s.Channel = Name(RoleCust, s.ID)
	default:
		return false
	}
	s.State, s.ArrivedAt = Arrived, s.now
	s.Language, s.Queue = s.rules.Language, s.rules.Queue
	s.act(s.doorstep()...)
	return true
}

// tooLate gives an agent back whom the queue reserved for a call that no longer waits.
func (s *step) tooLate(ev Event) bool {
	if ev.Token != 0 && ev.Token != s.reservation() {
		s.act(Action{Do: Seat, Agent: ev.Agent, Token: ev.Token, As: "free"})
	}
	return false
}

func (s *step) reservation() int64 {
	if s.Offer != nil {
		return s.Offer.Token
	}
	return s.Token
}

// arrived waits for the ticket; nobody is offered the call before it is durable.
func (s *step) arrived(ev Event) bool {
	if ev.Kind != TicketOpened {
		return ev.Kind == Hangup && s.Direction == Outbound && ev.Agent == s.Agent && s.finish(Abandoned, "agent hung up")
	}
	s.Ticket, s.Contact, s.Priority = ev.Ticket, ev.Contact, ev.Priority
	if ev.Caller.Number != "" {
		s.Caller.Number = ev.Caller.Number
	}
	switch {
	case s.Gone:
		return s.finish(Abandoned, "hung up at once")
	case s.Direction == Outbound:
		s.State, s.Deadline = Calling, s.now.Add(patience)
		return s.buildLeg(s.Agent, s.Device)
	}
	s.act(Action{Do: AnswerCall})
	switch {
	case s.rules.Unknown:
		return s.announce(Closed, s.rules.Closed...)
	case s.rules.ClosedNow || !s.rules.Hours.Open(s.now):
		return s.announce(Closed, s.whyAndWhen()...)
	case len(s.rules.Greeting) > 0:
		return s.announce(Greeting, s.rules.Greeting...)
	}
	return s.greeted()
}

// queue lets the call wait at its place, which is the first time that it came here.
func (s *step) queue() bool {
	if s.QueuedAt.IsZero() {
		s.QueuedAt = s.now
	}
	if s.State != Offered && s.State != Joining { // there the music goes on
		s.act(Action{Do: MusicOn})
	}
	s.State, s.Play, s.Prompt, s.Offer, s.Leg, s.Deadline = Waiting, "", nil, nil, "", time.Time{}
	if limit := time.Duration(s.rules.MaxWait); limit > 0 {
		s.Deadline = s.QueuedAt.Add(limit)
	}
	s.act(Action{Do: Enqueue})
	return true
}

func (s *step) waiting(ev Event) bool {
	switch ev.Kind {
	case Matched:
		s.State, s.Deadline = Offered, s.now.Add(time.Duration(s.rules.Pop))
		s.Offer = &Offer{Agent: ev.Agent, Device: ev.Device, Token: ev.Token, At: s.now}
		s.act(Action{Do: Pop, Agent: ev.Agent, Token: ev.Token})
		return true
	case Clock:
		s.act(Action{Do: Dequeue}, Action{Do: MusicOff})
		s.Reason = "waited too long"
		return s.announce(Closed, s.rules.noAgent()...)
	}
	return false
}

// finish ends the call. Whoever was occupied with it has been told before.
func (s *step) finish(o Outcome, reason string) bool {
	s.State, s.Outcome, s.EndedAt, s.Deadline = Ended, o, s.now, time.Time{}
	if reason != "" {
		s.Reason = reason
	}
	if s.Token != 0 {
		as := "wrapup"
		if s.AnsweredAt.IsZero() {
			as = "free"
		}
		s.act(s.seat(as, s.Reason))
	}
	if s.Leg != "" {
		s.act(Action{Do: DropLeg, Leg: s.Leg, Agent: s.Agent})
	}
	if !s.Gone {
		s.act(Action{Do: HangUp})
	}
	if s.Recorded {
		s.act(Action{Do: KeepTape, Name: Name(RoleTape, s.ID)})
	}
	s.act(Action{Do: Clear})
	s.Offer, s.Leg, s.Play, s.Prompt, s.Token = nil, "", "", nil, 0
	return true
}

// seat tells the queue what becomes of the agent.
func (s *step) seat(as, cause string) Action {
	a := Action{Do: Seat, Agent: s.Agent, Token: s.Token, As: as, Cause: cause}
	if s.Offer != nil {
		a.Agent, a.Token = s.Offer.Agent, s.Offer.Token
	}
	return a
}

// left is the customer's channel gone, for whatever cause.
func (s *step) left(cause string) bool {
	if s.Gone {
		return false
	}
	s.Gone = cause != fallback
	lost := cause == outage
	switch s.State {
	case Recording, Review:
		return s.save()
	case Saving:
		s.Gone, s.Play, s.Deadline = true, "", time.Time{}
		return s.Outcome == "" || s.finish(s.Outcome, "")
	case Arrived:
		if lost || cause == fallback {
			s.freeOffer()
			return s.finish(Failed, cause)
		}
		return true
	case Waiting:
		s.act(Action{Do: Dequeue})
	case Offered, Joining:
		s.freeOffer()
	}
	s.Gone = true // whatever the cause: from here on the channel is not ours
	switch {
	case lost || cause == fallback:
		return s.finish(Failed, cause)
	case s.State == Closed && s.rules.Unknown:
		return s.finish(Refused, "unknown line")
	case s.State == Calling:
		return s.finish(Failed, cause)
	case !s.AnsweredAt.IsZero():
		return s.finish(Answered, "caller hung up")
	}
	return s.finish(Abandoned, s.whereLeft())
}

// whereLeft says for the report where an abandoned caller was.
func (s *step) whereLeft() string {
	switch s.State {
	case Greeting:
		return "in the greeting"
	case InMenu:
		return "in the menu"
	case Closed:
		if s.QueuedAt.IsZero() {
			return "after hours"
		}
		return "waited too long"
	case Offered, Joining:
		return "while ringing"
	}
	return "in the queue"
}

func (s *step) freeOffer() {
	if s.Offer == nil {
		return
	}
	s.act(s.seat("free", "caller left"))
	if s.Leg != "" {
		s.act(Action{Do: DropLeg, Leg: s.Leg, Agent: s.Offer.Agent})
	}
	s.Offer, s.Leg = nil, ""
}

const (
	fallback = "fallback" // the channel went back to the dialplan, which takes a message
	outage   = "outage"   // Asterisk went away with the call

	patience = 60 * time.Second // for what has no rule of its own: prompts whose end is never reported, outbound ringing
	forKey   = 5 * time.Second  // after the review menu
	forLeg   = 5 * time.Second  // for the browser's audio leg to be made
	forCard  = 2 * time.Minute  // a recording paused for card data
	forDesk  = 15 * time.Second // for a stranded caller when the rules name no grace
)
