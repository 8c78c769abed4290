package callqueue

import (
	"errors"
	"testing"
	"time"
)

// stage is one agent, a1, and one call, c1, at a node that does not run: the test tells it when time is over.
type stage struct {
	*testing.T
	*hall
	f     *Floor
	token int64 // of the last match
}

func (s *stage) offer() {
	s.enqueue(s, s.f, "c1", "support")
	told := toldBy(s.f)
	if len(told.matches) != 1 {
		s.Fatalf("matches %+v, want one", told.matches)
	}
	s.token = told.matches[0].Token
}

func (s *stage) seat(as, cause string, wrapup time.Duration) {
	s.Helper()
	must(s, s.f.Seat(s.Context(), s.token, "a1", "c1", as, cause, wrapup))
}

func (s *stage) wish(state State, reason string, until time.Time) {
	s.Helper()
	_, err := s.f.Set(s.Context(), "a1", state, reason, until)
	must(s, err)
}

func (s *stage) later(d time.Duration) {
	s.clock.pass(d)
	s.f.expire(s.Context())
}

func (s *stage) logOff() { must(s, s.f.LogOff(s.Context(), "a1", "tab closed")) }

func TestAnAgentsPresence(t *testing.T) {
	hall := newHall(t)
	never := time.Time{}
	for _, c := range []struct {
		name   string
		do     func(*stage)
		state  State
		reason string
		next   State
	}{
		{"a ready agent who asks for a pause is paused", func(s *stage) { s.wish(Pause, "lunch", never) }, Pause, "lunch", ""},
		{"a pause without an end goes on", func(s *stage) { s.wish(Pause, "lunch", never); s.later(24 * time.Hour) }, Pause, "lunch", ""},
		{"a pause with an end makes ready", func(s *stage) {
			s.wish(Pause, "tea", s.clock.Now().Add(time.Minute))
			s.later(time.Minute)
		}, Ready, "", ""},
		{"an agent may be offline with a desk", func(s *stage) { s.wish(Offline, "", never) }, Offline, "", ""},
		{"a match makes ring", func(s *stage) { s.offer() }, Ringing, "", ""},
		{"a pause asked while it rings waits", func(s *stage) { s.offer(); s.wish(Pause, "lunch", never) }, Ringing, "", Pause},
		{"a pause asked in a talk waits for the wrap-up", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.wish(Pause, "lunch", never)
			s.seat("wrapup", "", time.Minute)
		}, Wrapup, "", Pause},
		{"a pause asked in a talk starts after the wrap-up", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.wish(Pause, "lunch", never)
			s.seat("wrapup", "", time.Minute)
			s.later(time.Minute)
		}, Pause, "lunch", ""},
		{"a pause asked in a talk without wrap-up starts at once", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.wish(Pause, "lunch", never)
			s.seat("wrapup", "", 0)
		}, Pause, "lunch", ""},
		{"ready asked in a wrap-up cancels the pause", func(s *stage) {
			s.offer()
			s.wish(Pause, "lunch", never)
			s.seat("wrapup", "", time.Minute)
			s.wish(Ready, "", never)
			s.later(time.Minute)
		}, Ready, "", ""},
		{"hold and back", func(s *stage) { s.offer(); s.seat("talking", "", 0); s.seat("hold", "", 0) }, Hold, "", ""},
		{"a talk has no lease", func(s *stage) { s.offer(); s.seat("talking", "", 0); s.later(5 * time.Hour) }, Talking, "", ""},
		{"a wrap-up ends by the server's clock", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			s.later(time.Minute)
		}, Ready, "", ""},
		{"a wrap-up may be finished early", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			_, err := s.f.FinishWrapup(s.Context(), "a1", "c1")
			must(s, err)
		}, Ready, "", ""},
		{"the wrap-up of another call is not finished", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			_, err := s.f.FinishWrapup(s.Context(), "a1", "c0")
			must(s, err)
		}, Wrapup, "", ""},
		{"a wrap-up is extended once", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			_, err := s.f.ExtendWrapup(s.Context(), "a1", "c1", time.Minute)
			must(s, err)
			if _, err = s.f.ExtendWrapup(s.Context(), "a1", "c1", time.Minute); !errors.Is(err, ErrNoWrapup) {
				s.Errorf("extended twice: %v", err)
			}
			s.later(90 * time.Second)
		}, Wrapup, "", ""},
		{"a missed call pauses", func(s *stage) { s.offer(); s.seat(Missed, "no answer", 0) }, Pause, "no answer", ""},
		{"a missed call does not pause for ever", func(s *stage) {
			s.offer()
			s.seat(Missed, "no answer", 0)
			s.later(time.Minute)
		}, Ready, "", ""},
		{"who asked for a pause and then missed has the pause asked for", func(s *stage) {
			s.offer()
			s.wish(Pause, "lunch", never)
			s.seat(Missed, "no answer", 0)
		}, Pause, "lunch", ""},
		{"an offer that nobody took is lost", func(s *stage) { s.offer(); s.later(45 * time.Second) }, Pause, ReasonLost, ""},
		{"a lost offer may still be said to be missed", func(s *stage) {
			s.offer()
			s.later(45 * time.Second)
			s.seat(Missed, "declined", 0)
		}, Pause, "declined", ""},
		{"without a desk an agent is offline", func(s *stage) { s.logOff() }, Offline, "tab closed", ""},
		{"a desk that is back soon is ready again", func(s *stage) {
			s.logOff()
			s.clock.pass(time.Minute)
			s.logOn(s, s.f, "a1", "support")
		}, Ready, "", ""},
		{"a desk that is back late is not", func(s *stage) {
			s.logOff()
			s.clock.pass(time.Hour)
			s.logOn(s, s.f, "a1", "support")
		}, Pause, ReasonLogOn, ""},
		{"a pause is there again after a reload", func(s *stage) {
			s.wish(Pause, "lunch", never)
			s.logOff()
			s.logOn(s, s.f, "a1", "support")
		}, Pause, "lunch", ""},
		{"a wrap-up goes on after a reload", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			s.logOff()
			s.clock.pass(30 * time.Second)
			s.logOn(s, s.f, "a1", "support")
		}, Wrapup, "", ""},
		{"a wrap-up that ended during the reload is over", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			s.logOff()
			s.clock.pass(61 * time.Second)
			s.logOn(s, s.f, "a1", "support")
		}, Ready, "", ""},
		{"a talk goes on without the desk", func(s *stage) { s.offer(); s.seat("talking", "", 0); s.logOff() }, Talking, "", Offline},
		{"a talk whose desk came back goes on", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.logOff()
			s.logOn(s, s.f, "a1", "support")
		}, Talking, "", ""},
		{"a talk that ends without the desk ends offline", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.logOff()
			s.seat("wrapup", "", time.Minute)
		}, Offline, "tab closed", ""},
		{"its wrap-up is there when the desk is back", func(s *stage) {
			s.offer()
			s.seat("talking", "", 0)
			s.logOff()
			s.seat("wrapup", "", time.Minute)
			s.logOn(s, s.f, "a1", "support")
		}, Wrapup, "", ""},
		{"an offer to a desk that goes may be freed", func(s *stage) { s.offer(); s.logOff(); s.seat(Free, "", 0) }, Offline, "tab closed", ""},
		{"and is ready when the desk is back", func(s *stage) {
			s.offer()
			s.logOff()
			s.seat(Free, "", 0)
			s.logOn(s, s.f, "a1", "support")
		}, Ready, "", ""},
		{"an agent without a desk cannot be made ready", func(s *stage) {
			s.logOff()
			if _, err := s.f.Set(s.Context(), "a1", Ready, "", never); !errors.Is(err, ErrOffline) {
				s.Errorf("Set: %v", err)
			}
		}, Offline, "tab closed", ""},
		{"a dialling agent talks", func(s *stage) { s.occupy("o1") }, Talking, "", ""},
		{"who dials from a pause is paused afterwards", func(s *stage) {
			s.wish(Pause, "office work", never)
			s.occupy("o1")
			must(s, s.f.Seat(s.Context(), s.token, "a1", "o1", Free, "", 0))
		}, Pause, "office work", ""},
		{"who dials from a wrap-up leaves it", func(s *stage) {
			s.offer()
			s.seat("wrapup", "", time.Minute)
			s.occupy("o1")
			s.later(time.Minute)
		}, Talking, "", ""},
		{"a new process at the node finds no desk connected", func(s *stage) {
			s.beatOf(s.node("n1"))
		}, Offline, ReasonServer, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hall.again()
			s := &stage{T: t, hall: h, f: h.node("n1")}
			h.ready(t, s.f, "a1", "support")
			toldBy(s.f)
			c.do(s)
			p := agentOf(t, s.f, "a1")
			if p.State != c.state || p.Reason != c.reason || p.Next != c.next {
				t.Errorf("%s %q next %q, want %s %q next %q", p.State, p.Reason, p.Next, c.state, c.reason, c.next)
			}
		})
	}
}

func (s *stage) occupy(call string) {
	s.Helper()
	m, err := s.f.Occupy(s.Context(), "a1", call)
	must(s, err)
	s.token = m.Token
}

func (s *stage) beatOf(f *Floor) { f.beat(s.Context(), &beater{fresh: true}) }

func TestAFirstLogOnWaitsForTheAgent(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.enqueue(t, f, "c1", "support")
	h.logOn(t, f, "a1", "support")
	if p := agentOf(t, f, "a1"); p.State != Pause || p.Reason != ReasonLogOn {
		t.Errorf("%s %q", p.State, p.Reason)
	}
}
