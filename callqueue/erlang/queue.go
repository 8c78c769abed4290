package erlang

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Limits of what is reckoned with.
const (
	MaxAgents = 100_000
	MaxLoad   = 100_000.0        // erlangs
	MaxTime   = 1000 * time.Hour // any duration
	minTime   = time.Second      // of interval and AHT
	minWait   = time.Millisecond // of patience
	quiet     = 1e-12            // erlangs; less is nobody
)

// ErrUnstable is of Erlang C: callers who never give up bring at least as much work as the agents can do.
var ErrUnstable = errors.New("unstable load")

// ErrUnreachable says that not even MaxAgents reach the goal.
var ErrUnreachable = errors.New("no number of agents reaches the goal")

// Invalid is an input that makes no sense.
type Invalid struct{ Field, Text string }

func (e Invalid) Error() string { return e.Field + " " + e.Text }

// Queue is the demand of one interval and what it is measured by.
type Queue struct {
	Calls    float64       // that come in the interval; may be a forecast's fraction
	Interval time.Duration // 1s to MaxTime
	AHT      time.Duration // talk, hold and wrap-up on average, 1s to MaxTime
	Target   time.Duration // service level: answered within, 0 to MaxTime
	Patience time.Duration // average time after which a waiting caller gives up, 1ms to MaxTime; 0 never (Erlang C)
}

// Offered is the load in erlangs, a = λ/μ: how many agents it would keep busy without a pause.
func (q Queue) Offered() float64 { return q.Calls / q.Interval.Seconds() * q.AHT.Seconds() }

// Figures are shares from 0 to 1 and seconds.
type Figures struct {
	Offered      float64 `json:"offered_erlangs" doc:"Calls per second times average handling seconds"`
	Waiting      float64 `json:"waiting_probability" doc:"Share of calls that find all agents busy"`
	ServiceLevel float64 `json:"service_level" doc:"Answered within the target / offered; who gave up counts as offered"`
	ASA          float64 `json:"asa_seconds" doc:"Average wait of the answered, those answered at once included"`
	Wait         float64 `json:"wait_seconds" doc:"Average wait of all, those who gave up included"`
	Occupancy    float64 `json:"occupancy" doc:"Share of their time in which agents handle calls"`
	Abandonment  float64 `json:"abandonment" doc:"Share of calls that give up; Erlang C knows none"`
}

// idle are the figures when nobody calls.
func idle() Figures { return Figures{ServiceLevel: 1} }

// With gives the figures with n agents, 1 to MaxAgents: by Erlang A when callers have a patience, by Erlang C when not.
// Sources: Erlang 1917; Palm 1957; Garnett, Mandelbaum and Reiman 2002; in full at erlangC and erlangA.
// Errors are Invalid and, of Erlang C, ErrUnstable.
func (q Queue) With(n int) (Figures, error) {
	if err := q.check(n); err != nil {
		return Figures{}, err
	}
	if q.Offered() < quiet {
		return idle(), nil
	}
	if q.Patience == 0 {
		return q.erlangC(n)
	}
	return q.erlangA(n), nil
}

func (q Queue) check(n int) error {
	switch {
	case !(q.Calls >= 0) || math.IsInf(q.Calls, 0):
		return Invalid{"calls", "is a number from 0"}
	case q.Interval < minTime || q.Interval > MaxTime:
		return Invalid{"interval", "is 1s to 1000h"}
	case q.AHT < minTime || q.AHT > MaxTime:
		return Invalid{"aht", "is 1s to 1000h"}
	case q.Target < 0 || q.Target > MaxTime:
		return Invalid{"target", "is 0s to 1000h"}
	case q.Patience != 0 && q.Patience < minWait || q.Patience > MaxTime:
		return Invalid{"patience", "is 1ms to 1000h"}
	case q.Offered() > MaxLoad:
		return Invalid{"calls", fmt.Sprintf("are %.4g erlangs, more than %.0f", q.Offered(), MaxLoad)}
	case n < 1 || n > MaxAgents:
		return Invalid{"agents", fmt.Sprintf("are 1 to %d", MaxAgents)}
	}
	return nil
}
