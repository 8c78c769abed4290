package telephony

import (
	"fmt"
	"time"
)

// announced is a call that hears us and is not with an agent: greeting, closed, voicemail.
func (s *step) announced(ev Event) bool {
	over := ev.Kind == Clock || ev.Kind == Played && ev.Name == s.Play && s.Play != ""
	switch s.State {
	case Greeting:
		return over && s.afterGreeting()
	case Closed:
		if !over {
			return false
		}
		if s.rules.Unknown {
			return s.finish(Refused, "unknown line")
		}
		return s.record()
	case Recording:
		return s.recording(ev)
	case Review:
		return s.review(ev)
	}
	return s.saving(ev)
}

// afterGreeting is the first menu; what a key let be said leads to the queue.
func (s *step) afterGreeting() bool {
	if s.Menu != "" {
		return s.queue()
	}
	return s.greeted()
}

// announce plays media in a state and waits for its end.
func (s *step) announce(st State, media ...string) bool {
	if len(media) == 0 {
		media = []string{"sound:silence/1"}
	}
	s.State, s.Plays = st, s.Plays+1
	s.Play, s.Prompt = Numbered(RolePlay, s.ID, s.Plays), media
	s.Deadline = s.now.Add(patience)
	s.act(Action{Do: Play, Name: s.Play, Media: media})
	return true
}

// whyAndWhen is what a caller hears after hours: why nobody answers, when we call back, and that a message is kept.
func (s *step) whyAndWhen() []string {
	media := append([]string{}, s.rules.Closed...)
	if due := s.rules.CallBackDue(s.now); !due.IsZero() {
		media = append(media, "sound:hotline/we-call-back")
		media = append(media, spoken(s.rules.Hours.Local(due))...)
	}
	return append(media, s.rules.Message.Prompt...)
}

// spoken is a day of the week and a time in Asterisk's own sounds, which follow the channel's language.
func spoken(t time.Time) []string {
	media := []string{fmt.Sprintf("sound:digits/day-%d", t.Weekday()), "sound:digits/at", fmt.Sprintf("number:%d", t.Hour())}
	if t.Minute() > 0 {
		return append(media, fmt.Sprintf("number:%d", t.Minute()))
	}
	return append(media, "sound:digits/oclock")
}

// CallBackDue is the promise made to a caller who leaves a voicemail at t; zero when the rules promise nothing.
func (r Rules) CallBackDue(t time.Time) time.Time {
	if r.CallBackIn == 0 {
		return time.Time{}
	}
	return r.Hours.Add(t, time.Duration(r.CallBackIn))
}

func (r Rules) noAgent() []string {
	return append([]string{"sound:hotline/no-agent"}, r.Message.Prompt...)
}

// record takes a message, or takes it again. Earlier takes are kept too: nothing that was said is lost.
func (s *step) record() bool {
	take := 1
	if s.Message != nil {
		take = s.Message.Take + 1
		s.act(Action{Do: Keep, Name: s.Message.Name})
	}
	s.Message = &Message{Take: take, Name: Numbered(RoleMessage, s.ID, take)}
	m := s.rules.Message
	s.State, s.Play, s.Prompt = Recording, "", nil
	s.Deadline = s.now.Add(time.Duration(m.Max) + patience)
	s.act(Action{Do: Record, Name: s.Message.Name, Max: m.Max, Silence: m.Silence})
	return true
}

func (s *step) recording(ev Event) bool {
	switch {
	case ev.Kind == Stored && ev.Name == s.Message.Name:
	case ev.Kind == Clock:
		s.act(Action{Do: StopRecord, Name: s.Message.Name})
	case ev.Kind == Failure && ev.Name == string(Record):
		s.Deadline = s.now.Add(forKey) // most likely the caller is leaving; if not, go on without
		return true
	default:
		return false
	}
	return s.announce(Review, s.rules.Message.Menu...)
}

func (s *step) review(ev Event) bool {
	switch {
	case ev.Kind == Digit && ev.Digit == "1":
		s.hush()
		return s.announce(Review, append([]string{"recording:" + s.Message.Name}, s.rules.Message.Menu...)...)
	case ev.Kind == Digit && ev.Digit == "2":
		s.hush()
		return s.record()
	case ev.Kind == Digit && ev.Digit == "#":
		s.hush()
		return s.save()
	case ev.Kind == Played && ev.Name == s.Play:
		s.Play, s.Deadline = "", s.now.Add(forKey)
		return true
	case ev.Kind == Clock:
		return s.save()
	}
	return false
}

// save brings the message home; a caller who is still there is thanked meanwhile.
func (s *step) save() bool {
	s.act(Action{Do: Keep, Name: s.Message.Name})
	if !s.Gone {
		return s.announce(Saving, s.rules.Message.Thanks...)
	}
	s.State, s.Play, s.Prompt, s.Deadline = Saving, "", nil, time.Time{}
	return true
}

// speech is how much a message must hold to be a voicemail. Less is a missed call, whose audio is kept all the same.
const speech = 1.0 // seconds

func (s *step) saving(ev Event) bool {
	switch {
	case ev.Kind == Kept && ev.Name == s.Message.Name && s.Outcome == "":
		s.Outcome = Voicemail
		if ev.Seconds < speech {
			s.Outcome, s.Reason = Abandoned, "empty message"
		}
	case ev.Kind == Failure && ev.Name == string(Keep) && s.Outcome == "":
		s.Outcome, s.Reason = Voicemail, "recording is brought home later"
	case ev.Kind == Played && ev.Name == s.Play && s.Play != "", ev.Kind == Clock:
		s.Play, s.Prompt, s.Deadline = "", nil, time.Time{}
	default:
		return false
	}
	if s.Outcome != "" && (s.Gone || s.Play == "") {
		return s.finish(s.Outcome, "")
	}
	return true
}
