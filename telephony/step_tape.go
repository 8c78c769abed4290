package telephony

import "time"

// pauseTape lets the recording hold silence while the customer says what must not be kept, such as card data. It stays
// silent through hold, lost desks and restarts until the agent, or the time of the rule, ends the pause in a talk.
func (s *step) pauseTape() bool {
	if !s.Recorded || !s.PausedAt.IsZero() {
		return false
	}
	s.PausedAt = s.now
	s.act(Action{Do: MuteTape, Name: Name(RoleTape, s.ID)})
	s.Deadline = s.PausedAt.Add(orElse(s.rules.TapePause, forCard))
	return true
}

func (s *step) resumeTape() bool {
	if s.PausedAt.IsZero() {
		return false
	}
	s.act(Action{Do: UnmuteTape, Name: Name(RoleTape, s.ID)})
	s.PausedAt, s.Deadline = time.Time{}, time.Time{}
	return true
}

// tapeOn sets the clock of a talk: it runs only while the recording is paused.
func (s *step) tapeOn() bool {
	s.Deadline = time.Time{}
	if !s.PausedAt.IsZero() {
		s.Deadline = s.PausedAt.Add(orElse(s.rules.TapePause, forCard))
	}
	return true
}
