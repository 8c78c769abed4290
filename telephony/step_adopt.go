package telephony

// Restarted in Adopt's Name says that the server's process is new: browsers' audio went with the old one.
const Restarted = "restart"

// adopt makes so again what the call's state says should be so, after a time in which we did not listen.
// Channel and Leg name what Asterisk still has of the call, Cause says why the rest is gone.
func (s *step) adopt(ev Event) bool {
	if ev.Channel == "" && !s.Gone && s.customerOnLine() {
		if ev.Cause == "" {
			ev.Cause = "hung up"
		}
		return s.left(ev.Cause)
	}
	restarted := ev.Name == Restarted
	switch s.State {
	case Arrived:
		s.act(s.doorstep()...)
	case Greeting, InMenu, Closed, Review:
		if s.Play != "" {
			s.act(Action{Do: Play, Name: s.Play, Media: s.Prompt})
		}
	case Saving:
		s.act(Action{Do: Keep, Name: s.Message.Name})
	case Waiting:
		s.act(Action{Do: MusicOn}, Action{Do: Enqueue})
	case Offered:
		if s.Leg != "" && ev.Leg == "" {
			return s.missed("lost")
		}
	case Joining:
		if restarted {
			o := s.Offer
			s.Agent, s.Device, s.Token, s.Offer = o.Agent, o.Device, o.Token, nil
			return s.lostAudio()
		}
	case Talking, Held, Stranded:
		if s.Device == Browser && restarted {
			return s.lostAudio()
		}
		if s.Leg != "" && ev.Leg == "" {
			return s.legGone()
		}
		if !s.PausedAt.IsZero() {
			s.act(Action{Do: MuteTape, Name: Name(RoleTape, s.ID)}) // when in doubt, silence
		}
	case Calling:
		if restarted {
			return s.finish(Failed, outage)
		}
	}
	return s.rejoin()
}

// customerOnLine reports whether the customer's channel must exist in this state.
func (s *step) customerOnLine() bool {
	return s.Direction == Inbound || s.State != Arrived && s.State != Calling
}

// doorstep are the first actions of a call.
func (s *step) doorstep() []Action {
	switch {
	case s.Direction == Inbound:
		return []Action{{Do: Disarm}, {Do: OpenTicket}}
	case s.Ticket != 0:
		return []Action{{Do: JoinTicket}}
	}
	return []Action{{Do: OpenTicket}}
}

// lostAudio: the browser's leg leads nowhere any more; a new one is made when the desk is back.
func (s *step) lostAudio() bool {
	if s.Leg != "" {
		s.act(Action{Do: DropLeg, Leg: s.Leg, Agent: s.Agent})
		s.Leg = ""
	}
	return s.strand()
}

// rejoin says again to the queue what it should know of this call. It changes nothing in the call.
func (s *step) rejoin() bool {
	as := map[State]string{Offered: "ringing", Joining: "ringing", Talking: "talking", Stranded: "talking", Calling: "talking", Held: "hold"}[s.State]
	switch {
	case s.State == Waiting:
		s.act(Action{Do: Enqueue})
	case as != "":
		s.act(s.seat(as, "reclaim"))
	}
	return false
}
