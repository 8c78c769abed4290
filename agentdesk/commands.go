package agentdesk

import (
	"errors"
	"time"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/tickets"
)

func (s *Server) ping(*desk, request) (any, error) { return nil, nil }

func (s *Server) presenceSet(d *desk, q request) (any, error) {
	var p struct {
		State  callqueue.State `json:"state"`
		Reason string          `json:"reason"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	switch p.State {
	case callqueue.Ready:
		if err := s.canHear(d); err != nil {
			return nil, err
		}
	case callqueue.Pause, callqueue.Offline:
	default:
		return nil, refusal{failure{"invalid", "the state is ready, pause or offline"}}
	}
	d.wishes.Lock()
	defer d.wishes.Unlock()
	set, err := s.Floor.Set(q.ctx, d.user.Username, p.State, tickets.Clean(p.Reason, 40), time.Time{})
	if err == nil {
		d.presence.Store(&set)
	}
	return set, err
}

// canHear refuses to let an agent be ready whose browser has no audio.
func (s *Server) canHear(d *desk) error {
	if d.device() != telephony.Browser {
		return nil
	}
	seat, err := s.Seat(d.user.Username)
	if err != nil {
		return err
	}
	if !seat.Connected() {
		return refusal{failure{"no_audio", "the browser's audio is not connected"}}
	}
	return nil
}

// about is the data of most messages: which call.
type about struct {
	Call string `json:"call"`
}

func (s *Server) popAck(d *desk, q request) (any, error) {
	var a about
	if err := q.read(&a); err != nil {
		return nil, err
	}
	s.Exchange.Tell(a.Call, telephony.Event{Kind: telephony.Popped, Agent: d.user.Username})
	return nil, nil
}

// ask gives an agent's event to the call. An event that comes too late but whose end is reached already is fine:
// commands may be sent twice.
func (s *Server) ask(d *desk, q request, kind telephony.Kind, reached ...telephony.State) (any, error) {
	var a about
	if err := q.read(&a); err != nil {
		return nil, err
	}
	c, err := s.Exchange.Ask(q.ctx, a.Call, telephony.Event{Kind: kind, Agent: d.user.Username})
	if errors.Is(err, telephony.ErrRefused) && c.CurrentAgent() == d.user.Username {
		for _, st := range reached {
			if c.State == st {
				err = nil
			}
		}
	}
	if errors.Is(err, telephony.ErrRefused) && c.CurrentAgent() != d.user.Username {
		return nil, refusal{failure{"stale", "the call is not yours any more"}}
	}
	if err != nil {
		return nil, err
	}
	return callView(c), nil
}

func (s *Server) callAnswer(d *desk, q request) (any, error) {
	if d.device() != telephony.Browser {
		return nil, refusal{failure{"refused", "pick up the desk phone"}}
	}
	return s.ask(d, q, telephony.Accept, telephony.Joining, telephony.Talking)
}

func (s *Server) callDecline(d *desk, q request) (any, error) { return s.ask(d, q, telephony.Decline) }

func (s *Server) callHangup(d *desk, q request) (any, error) {
	v, err := s.ask(d, q, telephony.Hangup)
	if errors.Is(err, telephony.ErrNoCall) {
		return nil, nil // it is over, which was asked
	}
	return v, err
}

func (s *Server) callHold(d *desk, q request) (any, error) {
	return s.ask(d, q, telephony.Hold, telephony.Held)
}

func (s *Server) callResume(d *desk, q request) (any, error) {
	return s.ask(d, q, telephony.Resume, telephony.Talking)
}

// recordPause lets the recording hold silence while the customer says card data.
func (s *Server) recordPause(d *desk, q request) (any, error) {
	return s.record(d, q, telephony.PauseTape, true)
}

func (s *Server) recordResume(d *desk, q request) (any, error) {
	return s.record(d, q, telephony.ResumeTape, false)
}

func (s *Server) record(d *desk, q request, kind telephony.Kind, paused bool) (any, error) {
	v, err := s.ask(d, q, kind)
	if c, ok := s.callOf(d.user.Username); errors.Is(err, telephony.ErrRefused) && ok && c.Recorded && c.PausedAt.IsZero() != paused {
		return callView(c), nil // it is so already: commands may be sent twice
	}
	return v, err
}

// callMute acknowledges: the browser itself mutes the microphone, the call goes on.
func (s *Server) callMute(d *desk, q request) (any, error) {
	var a about
	if err := q.read(&a); err != nil {
		return nil, err
	}
	c, ok := s.callOf(d.user.Username)
	if !ok || c.ID != a.Call {
		return nil, refusal{failure{"stale", "the call is not yours any more"}}
	}
	return nil, nil
}

func (s *Server) callDial(d *desk, q request) (any, error) {
	var p struct {
		To     string `json:"to"`
		Ticket int64  `json:"ticket"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := s.canHear(d); err != nil {
		return nil, err
	}
	c, err := s.Dial(q.ctx, d.user.Username, p.To, p.Ticket)
	if err != nil {
		return nil, err
	}
	return map[string]any{"call": callView(c)}, nil
}

func (s *Server) wrapupFinish(d *desk, q request) (any, error) {
	var p struct {
		Call        string `json:"call"`
		Disposition string `json:"disposition"`
		Note        string `json:"note"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	c, err := s.Journal.Call(q.ctx, p.Call)
	if err != nil || c.Agent != d.user.Username {
		return nil, refusal{failure{"not_found", "that is not a call of yours"}}
	}
	if p.Disposition != "" || p.Note != "" {
		if err := s.Tickets.Disposition(q.ctx, p.Call, p.Disposition, p.Note, d.user.Username); err != nil {
			return nil, err
		}
		if _, err := s.Journal.Dispose(q.ctx, p.Call, d.user.Username, tickets.Clean(p.Disposition, 40), tickets.CleanText(p.Note, 4000)); err != nil {
			return nil, err
		}
	}
	return s.Floor.FinishWrapup(q.ctx, d.user.Username, p.Call)
}

// extension is what one click adds to a wrap-up, once.
const extension = 60 * time.Second

func (s *Server) wrapupExtend(d *desk, q request) (any, error) {
	var a about
	if err := q.read(&a); err != nil {
		return nil, err
	}
	return s.Floor.ExtendWrapup(q.ctx, d.user.Username, a.Call, extension)
}

// mediaUse chooses the browser or the agent's own desk phone.
func (s *Server) mediaUse(d *desk, q request) (any, error) {
	var p struct {
		Device string `json:"device"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if p.Device != telephony.Browser && p.Device != "sip:"+d.user.Username {
		return nil, refusal{failure{"invalid", "the device is webrtc or sip:" + d.user.Username}}
	}
	d.wishes.Lock()
	defer d.wishes.Unlock()
	d.mu.Lock()
	d.uses = p.Device
	d.mu.Unlock()
	if p.Device == telephony.Browser {
		if pres := d.presence.Load(); pres != nil && pres.State == callqueue.Ready && s.canHear(d) != nil {
			if _, err := s.Floor.Set(q.ctx, d.user.Username, callqueue.Pause, "audio_lost", time.Time{}); err != nil {
				return nil, err
			}
		}
	}
	p2, err := s.Floor.LogOn(q.ctx, d.user.Username, d.user.Queues, p.Device)
	if err != nil {
		return nil, err
	}
	d.presence.Store(&p2)
	return p2, nil
}

func (s *Server) webrtcOffer(d *desk, q request) (any, error) {
	var p struct {
		SDP string `json:"sdp"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	seat, err := s.Seat(d.user.Username)
	if err != nil {
		return nil, err
	}
	sdp, err := seat.Offer(q.ctx, p.SDP)
	if err != nil {
		return nil, refusal{failure{"invalid", "the offer cannot be answered: G.711 audio is needed"}}
	}
	return answer{"webrtc.answer", map[string]string{"sdp": sdp}}, nil
}

func (s *Server) webrtcCandidate(d *desk, q request) (any, error) {
	var p struct {
		Candidate string `json:"candidate"`
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	seat, err := s.Seat(d.user.Username)
	if err != nil {
		return nil, err
	}
	return nil, seat.Candidate(p.Candidate)
}

func (s *Server) webrtcState(d *desk, _ request) (any, error) {
	seat, err := s.Seat(d.user.Username)
	if err != nil {
		return nil, err
	}
	return answer{"webrtc.state", mediaState{d.device(), seat.Connected()}}, nil
}
