package erlang

import (
	"fmt"
	"math"
)

// B is the share of calls that find all n agents busy and go away, from 0 to 1, when a erlangs are offered.
//
//	B(0) = 1,  B(k) = a B(k-1) / (k + a B(k-1))
//
// The recursion only adds and divides positive numbers, so that it neither overflows nor loses digits; n steps.
// Errors: Invalid when a is not from 0 to MaxLoad or n not from 0 to MaxAgents.
//
// Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
// exchanges", Elektroteknikeren 13 (1917), formula of loss.
func B(a float64, n int) (float64, error) {
	if !(a >= 0 && a <= MaxLoad) {
		return 0, Invalid{"load", fmt.Sprintf("is 0 to %.0f erlangs", MaxLoad)}
	}
	if n < 0 || n > MaxAgents {
		return 0, Invalid{"agents", fmt.Sprintf("are 0 to %d", MaxAgents)}
	}
	return lost(a, n), nil
}

func lost(a float64, n int) float64 {
	b := 1.0
	for k := 1.0; k <= float64(n); k++ {
		b = a * b / (k + a*b)
	}
	return b
}

// erlangC is Erlang C, M/M/n: callers wait for ever.
//
//	P(W > 0) = n B / (n - a (1-B))
//	P(W > t) = P(W > 0) exp(-(n-a) μ t)      service level = 1 - P(W > target)
//	E[W]     = P(W > 0) / ((n-a) μ)          ASA
//
// Occupancy is a/n, nobody abandons. Error: ErrUnstable when a >= n.
//
// Source: Erlang 1917 as above, formula of delay; the distribution of the wait also in L. Kleinrock, "Queueing Systems",
// volume 1 (1975), section 3.5.
func (q Queue) erlangC(n int) (Figures, error) {
	a, agents, aht := q.Offered(), float64(n), q.AHT.Seconds()
	if a >= agents {
		return Figures{}, fmt.Errorf("%w: %.4g erlangs are too much for %d agents, the queue would grow without end; at least %.0f are needed",
			ErrUnstable, a, n, math.Floor(a)+1)
	}
	b := lost(a, n)
	waiting := agents * b / (agents - a*(1-b))
	asa := waiting * aht / (agents - a)
	return Figures{
		Offered:      a,
		Waiting:      waiting,
		ServiceLevel: 1 - waiting*math.Exp(-(agents-a)*q.Target.Seconds()/aht),
		ASA:          asa,
		Wait:         asa,
		Occupancy:    a / agents,
	}, nil
}
