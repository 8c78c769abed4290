package telephony

import "time"

// Numbers are what calls add up to in one queue. Every call contributes by Count, so the live board, the reports and
// the list behind a number cannot differ: they are sums of the same thing.
type Numbers struct {
	Offered        int           // entered the queue
	Answered       int           // A
	Abandoned      int           // B: left the queue unanswered; callbacks and voicemails are not abandoned
	ShortAbandoned int           // those of B who waited no longer than Target.Short
	WithinTarget   int           // A<=T + B<=T
	Wait           time.Duration // of the answered
	Waiting        int           // now
}

// Target is what a queue promises.
type Target struct {
	Answer time.Duration // T
	Short  time.Duration // an abandon within this time is short
}

// DefaultTarget is answered within 20 s, an abandon within 6 s is short.
var DefaultTarget = Target{20 * time.Second, 6 * time.Second}

// Count is one call's contribution. The clock starts when the caller enters the queue; menu and greeting do not count.
func Count(c Call, t Target) Numbers {
	if c.QueuedAt.IsZero() || c.Direction == Outbound {
		return Numbers{}
	}
	n := Numbers{Offered: 1}
	switch {
	case !c.AnsweredAt.IsZero():
		n.Answered, n.Wait = 1, c.AnsweredAt.Sub(c.QueuedAt)
		n.WithinTarget = count(n.Wait <= t.Answer)
	case c.Outcome == Abandoned:
		n.Abandoned = 1
		n.ShortAbandoned = count(c.EndedAt.Sub(c.QueuedAt) <= t.Short)
		n.WithinTarget = count(c.EndedAt.Sub(c.QueuedAt) <= t.Answer)
	case c.State == Waiting || c.State == Offered || c.State == Joining:
		n.Waiting = 1
	}
	return n
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Plus adds what o counted; Minus takes it away again.
func (n Numbers) Plus(o Numbers) Numbers {
	return Numbers{n.Offered + o.Offered, n.Answered + o.Answered, n.Abandoned + o.Abandoned, n.ShortAbandoned + o.ShortAbandoned,
		n.WithinTarget + o.WithinTarget, n.Wait + o.Wait, n.Waiting + o.Waiting}
}

func (n Numbers) Minus(o Numbers) Numbers {
	return Numbers{n.Offered - o.Offered, n.Answered - o.Answered, n.Abandoned - o.Abandoned, n.ShortAbandoned - o.ShortAbandoned,
		n.WithinTarget - o.WithinTarget, n.Wait - o.Wait, n.Waiting - o.Waiting}
}

// ServiceLevel is (A<=T + B<=T)/(A+B), formula F1; false while nobody was answered or left.
func (n Numbers) ServiceLevel() (float64, bool) {
	if n.Answered+n.Abandoned == 0 {
		return 0, false
	}
	return float64(n.WithinTarget) / float64(n.Answered+n.Abandoned), true
}

// ASA is the average speed of answer: queue wait of the answered over their number.
func (n Numbers) ASA() (time.Duration, bool) {
	if n.Answered == 0 {
		return 0, false
	}
	return n.Wait / time.Duration(n.Answered), true
}

// Has reports whether a call is one of those behind a number of the board.
func (n Numbers) Has(number string) bool {
	switch number {
	case "offered":
		return n.Offered > 0
	case "answered":
		return n.Answered > 0
	case "abandoned":
		return n.Abandoned > 0
	case "short_abandoned":
		return n.ShortAbandoned > 0
	case "within_target":
		return n.WithinTarget > 0
	case "waiting":
		return n.Waiting > 0
	}
	return false
}
