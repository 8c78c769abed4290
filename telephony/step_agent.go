package telephony

import "time"

// offered is a call that one agent may take: first the screen-pop, then the ring.
func (s *step) offered(ev Event) bool {
	o := *s.Offer
	mine := ev.Agent == o.Agent
	switch ev.Kind {
	case Popped:
		return mine && s.State == Offered && !o.Rung && s.ring()
	case Accept:
		return mine && s.State == Offered && o.Device == Browser && s.accept()
	case LegUp:
		return ev.Leg == s.Leg && s.Leg != "" && s.talk()
	case Decline:
		return mine && s.missed("declined")
	case LegGone:
		return ev.Leg == s.Leg && s.Leg != "" && s.missed(ev.Cause)
	case DeskLost:
		return mine && o.Device == Browser && s.missed("desk lost")
	case Failure:
		if ev.Name == string(RingPhone) || ev.Name == string(Connect) {
			return s.missed("no audio")
		}
	case Clock:
		if s.State == Offered && !o.Rung {
			return s.ring() // the pop was not acknowledged in time: ring all the same
		}
		if s.State == Joining {
			return s.missed("no audio")
		}
		return s.missed("no answer")
	}
	return false
}

// Browser is the device of an agent who talks in the page; a desk phone is "sip:" and its name.
const Browser = "webrtc"

func (s *step) ring() bool {
	o := *s.Offer
	o.Rung = true
	s.Offer, s.Deadline = &o, s.now.Add(time.Duration(s.rules.Ring))
	if o.Device == Browser {
		s.act(Action{Do: RingTab, Agent: o.Agent})
		return true
	}
	return s.buildLeg(o.Agent, o.Device)
}

func (s *step) accept() bool {
	s.State, s.Deadline = Joining, s.now.Add(forLeg)
	return s.buildLeg(s.Offer.Agent, Browser)
}

// buildLeg makes the agent's channel under a name that was never used before.
func (s *step) buildLeg(agent, device string) bool {
	s.Legs++
	s.Leg = Numbered(RoleLeg, s.ID, s.Legs)
	do := RingPhone
	if device == Browser {
		do = Connect
	}
	s.act(Action{Do: do, Leg: s.Leg, Agent: agent, Device: device})
	return true
}

// missed takes the offer back: the agent pauses with the cause, the caller waits on at the old place.
func (s *step) missed(cause string) bool {
	if s.Leg != "" {
		s.act(Action{Do: DropLeg, Leg: s.Leg, Agent: s.Offer.Agent})
	}
	s.act(s.seat("missed", cause))
	return s.queue()
}

// talk joins caller and agent.
func (s *step) talk() bool {
	if o := s.Offer; o != nil {
		s.Agent, s.Device, s.Token, s.Offer = o.Agent, o.Device, o.Token, nil
	}
	s.State = Talking
	if s.AnsweredAt.IsZero() {
		s.AnsweredAt = s.now
	}
	s.act(Action{Do: Join, Leg: s.Leg, Agent: s.Agent}, s.seat("talking", ""))
	if s.rules.Record && !s.Recorded {
		s.Recorded = true
		s.act(Action{Do: Tape, Name: Name(RoleTape, s.ID)})
	}
	return s.tapeOn()
}

func (s *step) talking(ev Event) bool {
	mine := ev.Agent == s.Agent
	switch ev.Kind {
	case Hold:
		if !mine || s.State != Talking {
			return false
		}
		s.State, s.HeldAt = Held, s.now
		s.act(Action{Do: Split, Leg: s.Leg}, s.seat("hold", ""))
		return true
	case Resume:
		return mine && s.State == Held && s.resume()
	case Hangup:
		return mine && s.finish(Answered, "agent hung up")
	case DeskLost:
		return mine && s.Device == Browser && s.State != Stranded && s.strand()
	case DeskBack:
		return mine && s.State == Stranded && s.reunite()
	case LegUp:
		return ev.Leg == s.Leg && s.State == Stranded && s.resume()
	case LegGone:
		return ev.Leg == s.Leg && s.Leg != "" && s.legGone()
	case Failure:
		return ev.Name == string(Connect) && s.State == Stranded && s.giveUp()
	case PauseTape:
		return mine && s.State != Stranded && s.pauseTape()
	case ResumeTape:
		return mine && s.State != Stranded && s.resumeTape()
	case Clock:
		if s.State == Stranded {
			return s.giveUp()
		}
		return s.resumeTape()
	}
	return false
}

// legGone: a desk phone was hung up; a browser's leg that dies is made again when the desk says so.
func (s *step) legGone() bool {
	s.Leg = ""
	if s.Device != Browser {
		return s.finish(Answered, "agent hung up")
	}
	return s.State == Stranded || s.strand()
}

func (s *step) resume() bool {
	s.endHold()
	return s.talk()
}

func (s *step) endHold() {
	if s.State == Held {
		s.Hold, s.HeldAt = s.Hold+s.now.Sub(s.HeldAt), time.Time{}
	}
}

// strand keeps a caller whose agent's desk went away: "one moment", then music, until the desk is back or grace is over.
func (s *step) strand() bool {
	s.endHold()
	s.State, s.Deadline = Stranded, s.now.Add(orElse(s.rules.Grace, forDesk))
	s.act(Action{Do: Split, Leg: s.Leg, Media: []string{"sound:hotline/one-moment"}})
	return true
}

// reunite puts the agent back: over the leg that is still there, or over a new one.
func (s *step) reunite() bool {
	if s.Leg != "" {
		return s.talk()
	}
	return s.buildLeg(s.Agent, s.Device)
}

// giveUp: the desk did not come back, the caller goes to the queue at the old place.
func (s *step) giveUp() bool {
	if s.Leg != "" {
		s.act(Action{Do: DropLeg, Leg: s.Leg, Agent: s.Agent})
	}
	s.act(s.seat("missed", "desk lost"))
	s.Token = 0
	if s.Direction == Outbound {
		return s.finish(Answered, "desk lost")
	}
	return s.queue()
}

// calling is an outbound call: first the agent's leg, then the customer's phone.
func (s *step) calling(ev Event) bool {
	mine := ev.Agent == s.Agent
	switch {
	case ev.Kind == LegUp && ev.Leg == s.Leg:
		s.Plays++
		s.act(Action{Do: CallOut}, Action{Do: Play, Leg: s.Leg, Name: Numbered(RolePlay, s.ID, s.Plays), Media: []string{"tone:ring"}})
		return true
	case ev.Kind == Picked:
		s.act(Action{Do: StopPlay, Name: Numbered(RolePlay, s.ID, s.Plays)})
		return s.talk()
	case ev.Kind == Hangup && mine, ev.Kind == LegGone && ev.Leg == s.Leg, ev.Kind == DeskLost && mine && s.Device == Browser:
		return s.finish(Abandoned, "agent hung up")
	case ev.Kind == Failure:
		return s.finish(Failed, ev.Cause)
	case ev.Kind == Clock:
		return s.finish(Failed, "no answer")
	}
	return false
}
