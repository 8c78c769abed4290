package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/telephony/webrtc"
	"hotline/tickets"
)

// sameOrigin lets pages of the own host and of the configured origins open a desk; programs send no Origin.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.options.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// serveDesk is the websocket of one desk, from log-on to its end.
func (s *Server) serveDesk(w http.ResponseWriter, r *http.Request) {
	me := callerOf(r.Context())
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	d := newDesk(me.user, me.token, conn)
	s.work.Add(1)
	defer s.work.Done()
	s.work.Go(d.write)
	s.work.Go(func() { s.reportQuality(d) })
	s.enter(d)
	defer s.depart(d)
	if _, _, ok := s.session(r); !ok { // it ended while the desk came in
		d.close(closeLoggedOut, "the session has ended")
	} else if s.ctx.Err() != nil {
		d.close(closeGoingAway, "the server restarts, come back")
	} else {
		s.arrive(d)
	}
	d.read(func(f frame) { s.handle(d, f) })
}

// enter makes d the desk of its user; an older one is told and closed, for the newest owns the audio.
func (s *Server) enter(d *desk) {
	s.mu.Lock()
	old := s.desks[d.user.Username]
	s.desks[d.user.Username] = d
	s.mu.Unlock()
	s.metrics.desks.Inc()
	if old != nil {
		old.close(closeTakenOver, "this desk was opened in another place")
	}
}

// hello is the first message: who you are, your calls, the whole board.
type hello struct {
	Agent    tickets.User        `json:"agent"`
	Presence *callqueue.Presence `json:"presence"`
	Calls    []pop               `json:"calls"`
	Board    boardView           `json:"board"`
	Media    mediaState          `json:"media"`
}

type mediaState struct {
	Device    string `json:"device"`
	Connected bool   `json:"connected"`
}

// arrive logs the desk on and greets it, or sends it away when there is no audio to be had.
func (s *Server) arrive(d *desk) {
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	h := hello{Agent: d.user, Calls: []pop{}, Media: mediaState{Device: d.device()}}
	seat, err := s.Seat(d.user.Username)
	if err != nil {
		d.close(closeGoingAway, "audio is not available, come back")
		return
	}
	h.Media.Connected = seat.Connected()
	d.wishes.Lock()
	p, err := s.Floor.LogOn(ctx, d.user.Username, d.user.Queues, d.device())
	d.wishes.Unlock()
	if err != nil {
		s.Log.Warn("desk could not log on", "agent", d.user.Username, "err", err) // Emptied or the next try mends it
	} else {
		d.presence.CompareAndSwap(nil, &p) // what has come since is newer
		h.Presence = &p
		s.board.agent(p, d.user.Name)
	}
	for _, c := range s.callsOf(ctx, d.user.Username, p) {
		h.Calls = append(h.Calls, s.popOf(ctx, c))
	}
	s.board.subscribe(d, func(view boardView) {
		h.Board = view
		d.send("hello", h)
	})
	if h.Media.Connected || d.device() != telephony.Browser {
		s.back(d.user.Username)
	}
}

// callsOf are the calls that the agent has, is offered, or wraps up.
func (s *Server) callsOf(ctx context.Context, agent string, p callqueue.Presence) []telephony.Call {
	if c, ok := s.callOf(agent); ok {
		return []telephony.Call{c}
	}
	if p.State == callqueue.Wrapup && p.Call != "" {
		if c, err := s.Journal.Call(ctx, p.Call); err == nil {
			return []telephony.Call{c}
		}
	}
	return nil
}

// depart: the socket has ended. Unless a newer desk took its place, the agent is gone and a live call is told.
func (s *Server) depart(d *desk) {
	s.metrics.desks.Dec()
	s.board.unsubscribe(d)
	s.mu.Lock()
	current := s.desks[d.user.Username] == d
	if current {
		delete(s.desks, d.user.Username)
	}
	leaving := s.ctx.Err() != nil
	s.mu.Unlock()
	if !current || leaving {
		return // a leaving server says nothing: the desk comes back to the next one
	}
	if c, ok := s.callOf(d.user.Username); ok {
		s.Exchange.Tell(c.ID, telephony.Event{Kind: telephony.DeskLost, Agent: d.user.Username})
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	if err := s.Floor.LogOff(ctx, d.user.Username, "desk_lost"); err != nil {
		s.Log.Warn("desk could not log off", "agent", d.user.Username, "err", err)
	}
}

// back tells the agent's stranded call that the desk is there again.
func (s *Server) back(agent string) {
	if c, ok := s.callOf(agent); ok {
		s.Exchange.Tell(c.ID, telephony.Event{Kind: telephony.DeskBack, Agent: agent})
	}
}

// Seat is the agent's audio; it outlives desks.
func (s *Server) Seat(agent string) (*webrtc.Seat, error) {
	return s.Audio.Seat(agent, func(ev webrtc.Event) { s.audio(agent, ev) })
}

// audio hears what happens to an agent's audio. It must not block: the rest runs beside.
func (s *Server) audio(agent string, ev webrtc.Event) {
	d := s.desk(agent)
	if d == nil {
		return
	}
	switch ev.Kind {
	case webrtc.Connected:
		d.send("webrtc.state", mediaState{d.device(), true})
		s.back(agent)
	case webrtc.Lost:
		d.send("webrtc.state", mediaState{d.device(), false})
		if c, ok := s.callOf(agent); ok {
			s.Exchange.Tell(c.ID, telephony.Event{Kind: telephony.DeskLost, Agent: agent})
		}
		s.work.Go(func() { s.mute(d) })
	}
}

// mute takes an agent whose browser lost its audio out of the queue: nobody is offered a call that would be silent.
func (s *Server) mute(d *desk) {
	p := d.presence.Load()
	if p == nil || p.State != callqueue.Ready || d.device() != telephony.Browser {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	if _, err := s.Floor.Set(ctx, d.user.Username, callqueue.Pause, "audio_lost", time.Time{}); err != nil {
		s.Log.Warn("agent without audio could not be paused", "agent", d.user.Username, "err", err)
	}
}

// request is a message from a desk with its time limit.
type request struct {
	ctx  context.Context
	kind string
	data json.RawMessage
}

// read takes the message's data apart, strictly.
func (q request) read(into any) error {
	if len(q.data) == 0 {
		return nil
	}
	if err := json.Unmarshal(q.data, into); err != nil {
		return refusal{failure{"invalid", "the message's data is not what " + q.kind + " needs"}}
	}
	return nil
}

// failure is the data of an error message: a code for the page, words for people.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refusal is a failure on its way through error returns.
type refusal struct{ failure }

func (r refusal) Error() string { return r.Code + ": " + r.Message }

// handle answers one message: ok or error, with the id of the request in re.
func (s *Server) handle(d *desk, f frame) {
	m, known := messages[f.Type]
	switch {
	case !known:
		d.reply("error", f.ID, failure{"unknown_type", "there is no message of this type"})
		return
	case !allowed(m.roles, d.user.Role):
		d.reply("error", f.ID, failure{"denied", "your role may not do this"})
		return
	}
	data, err := s.obey(d, f, m.do)
	if err != nil {
		d.reply("error", f.ID, s.explain(f.Type, err))
		return
	}
	kind := "ok"
	if a, ok := data.(answer); ok {
		kind, data = a.kind, a.data
	}
	if data == nil {
		data = struct{}{}
	}
	d.reply(kind, f.ID, data)
}

// obey does what a message asks. A panic in it is that message's failure, not the desk's end.
func (s *Server) obey(d *desk, f frame, do func(*Server, *desk, request) (any, error)) (data any, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return do(s, d, request{ctx, f.Type, f.Data})
}

// answer is a reply of another type than ok.
type answer struct {
	kind string
	data any
}

// explain puts an error into words for the desk. What is not expected is logged and kept vague.
func (s *Server) explain(kind string, err error) failure {
	var r refusal
	var invalid tickets.Invalid
	switch {
	case errors.As(err, &r):
		return r.failure
	case errors.As(err, &invalid):
		return failure{"invalid", invalid.Text}
	case errors.Is(err, telephony.ErrNoCall):
		return failure{"not_found", "the call is over"}
	case errors.Is(err, telephony.ErrRefused):
		return failure{"refused", "the call is not in a state for that"}
	case errors.Is(err, callqueue.ErrBusy):
		return failure{"busy", "you have another call"}
	case errors.Is(err, callqueue.ErrNoWrapup):
		return failure{"busy", "there is no such wrap-up, or it was extended before"}
	case errors.Is(err, callqueue.ErrOffline):
		return failure{"offline", "you are not on the floor"}
	case errors.Is(err, tickets.ErrNotFound):
		return failure{"not_found", "there is no such ticket"}
	case errors.Is(err, callqueue.ErrUnavailable):
		return failure{"unavailable", "the queue does not answer, try again"}
	}
	s.Log.Error("desk's message failed", "type", kind, "err", err)
	return failure{"unavailable", "that did not work, try again"}
}
