package telephony

import (
	"encoding/json"
	"fmt"
	"time"
)

// Schedule is the hours of a line: a week in a time zone, and days that differ. One schedule serves routing
// (is the line open now?) and promises (when are two working hours over?).
type Schedule struct {
	Zone string            `json:"zone"`           // IANA name
	Week [7][]Span         `json:"week"`           // Sunday first; a span may not cross midnight: write two
	Days map[string][]Span `json:"days,omitempty"` // "2026-01-07": holidays (no span) and exceptions
}

// Span is a part of a day in minutes after midnight, From inclusive, To exclusive; "09:00-18:00" in JSON, 24:00 allowed.
type Span struct{ From, To int }

func (s Span) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60), nil
}

func (s *Span) UnmarshalText(b []byte) error {
	var fh, fm, th, tm int
	if n, err := fmt.Sscanf(string(b), "%d:%d-%d:%d", &fh, &fm, &th, &tm); n != 4 || err != nil {
		return fmt.Errorf("hours %q: want 09:00-18:00", b)
	}
	s.From, s.To = fh*60+fm, th*60+tm
	if fm < 0 || fm > 59 || tm < 0 || tm > 59 || s.From < 0 || s.To > 24*60 || s.From >= s.To {
		return fmt.Errorf("hours %q: want a beginning before an end on one day", b)
	}
	return nil
}

// UnmarshalJSON refuses a zone that this machine does not know.
func (s *Schedule) UnmarshalJSON(b []byte) error {
	type plain Schedule
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	_, err := time.LoadLocation(s.Zone)
	return err
}

// Open reports whether t falls into the hours. A line without a schedule is always open.
func (s *Schedule) Open(t time.Time) bool {
	if s == nil {
		return true
	}
	for _, sp := range s.spans(s.local(t)) {
		if !t.Before(sp.from) && t.Before(sp.to) {
			return true
		}
	}
	return false
}

// furthest is how many days ahead an opening is looked for.
const furthest = 370

// Add gives the instant at which d of working time after t is over. Without a schedule that is t+d.
// It gives the zero time when the schedule has not that much working time within a year.
func (s *Schedule) Add(t time.Time, d time.Duration) time.Time {
	if s == nil {
		return t.Add(d)
	}
	day := s.local(t)
	for range furthest {
		for _, sp := range s.spans(day) {
			from := sp.from
			if from.Before(t) {
				from = t
			}
			if left := sp.to.Sub(from); left >= d && left > 0 {
				return from.Add(d)
			} else if left > 0 {
				d -= left
			}
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 12, 0, 0, 0, day.Location())
	}
	return time.Time{}
}

// Local gives t on the schedule's clock.
func (s *Schedule) Local(t time.Time) time.Time {
	if s == nil {
		return t.UTC()
	}
	return s.local(t)
}

func (s *Schedule) local(t time.Time) time.Time {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		loc = time.UTC // cannot happen for a schedule that was read: UnmarshalJSON refuses it
	}
	return t.In(loc)
}

type instants struct{ from, to time.Time }

// spans gives the hours of the day that t lies in as instants, so that days of 23 and 25 hours come out right.
func (s *Schedule) spans(t time.Time) []instants {
	spans, special := s.Days[t.Format(time.DateOnly)]
	if !special {
		spans = s.Week[t.Weekday()]
	}
	at := func(minutes int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), minutes/60, minutes%60, 0, 0, t.Location())
	}
	out := make([]instants, len(spans))
	for i, sp := range spans {
		out[i] = instants{at(sp.From), at(sp.To)}
	}
	return out
}
