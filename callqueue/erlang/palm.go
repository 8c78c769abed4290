package erlang

import "math"

// erlangA is Erlang A, M/M/n+M: a waiting caller gives up after an exponential time with mean 1/θ. With x = nμ/θ, y = λ/θ and
// the weights of the states "k callers wait" relative to "nobody waits, all are busy",
//
//	t(k) = y^k / ((x+1)(x+2)...(x+k)),   A = Σ t(k) = 1 + y/(x+1) + y²/((x+1)(x+2)) + ...
//
// the figures are, B being Erlang's formula of loss:
//
//	P(W > 0)            = A B / (1 - B + A B)
//	P(abandon | W > 0)  = Σ k t(k) / (y A)                      = 1 - (1 - 1/A)/ρ
//	P(served | W > 0)   = Σ t(k+1) x / (y A)                    = (1 - 1/A)/ρ
//	E[W | W > 0]        = P(abandon | W > 0) / θ                of all who wait
//	E[W; served | W> 0] = (x/y) Σ t(k) H(k) / (θ A),            H(k) = 1/(x+1) + ... + 1/(x+k)
//	P(served, 0 < W <= T | W > 0) = (x/y) (A - 1 - f(T) (A' - 1)) / A
//
// where f(T) = exp(y (1 - e^(-θT)) - nμT) and A' is A with y e^(-θT) instead of y: who has waited T sees a queue into which
// only those came who would still be there. Service level here is the share of the offered that is answered within T: who
// gives up is in the denominator and never in the numerator, also when giving up before T (formula F3 of the reports).
// ASA is the wait of the answered over the answered. Occupancy is a P(served)/n.
//
// H: a caller behind k-1 others is served when none of k steps, of rate nμ + iθ each, is its own giving up; the k
// probabilities telescope to x/(x+k), the steps last 1/(θ(x+i)) on average whatever ends them.
//
// Sources: C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1 (1957), for A and B;
// J. Riordan, "Stochastic Service Systems" (1962), section 6.7, for the wait of the served; O. Garnett, A. Mandelbaum and
// M. Reiman, "Designing a call center with impatient customers", MSOM 4 (2002), and A. Mandelbaum and S. Zeltyn, "Service
// engineering in action: the Palm/Erlang-A queue, with applications to call centers" (2007), for the whole set.
func (q Queue) erlangA(n int) Figures {
	a, agents, patience := q.Offered(), float64(n), q.Patience.Seconds()
	scale := patience / q.AHT.Seconds()
	x, y := agents*scale, a*scale
	s := sum(x, y)

	b := lost(a, n)
	waiting := 0.0
	if b > 0 { // else even overflowing weights of waiting states are those of a queue that never waits
		waiting = 1 / (1 + (1-b)/b*math.Exp(-s.logA(x, y)))
	}
	served := agents / a * s.behind / s.all
	within := agents / a * (s.behind - s.late(x, y, q.Target.Seconds()/patience)) / s.all
	answered := 1 - waiting + waiting*served
	gaveUp := waiting * s.queue / (y * s.all)
	return Figures{
		Offered:      a,
		Waiting:      waiting,
		ServiceLevel: share(1 - waiting + waiting*within),
		ASA:          waiting * patience * agents / a * s.clear / s.all / answered,
		Wait:         gaveUp * patience,
		Occupancy:    share(a * answered / agents),
		Abandonment:  share(gaveUp),
	}
}

// share takes away what rounding left below 0 and above 1.
func share(p float64) float64 { return max(0, min(1, p)) }

// sums are over the states "k callers wait", in units of the heaviest state's weight.
type sums struct {
	all    float64 // Σ t(k) = A
	behind float64 // Σ t(k), k >= 1 = A - 1
	queue  float64 // Σ k t(k)
	clear  float64 // Σ H(k) t(k)
	mode   float64 // the heaviest k
	top    float64 // ln of its weight e^(-y) y^(x+k) / Γ(x+k+1), that of a Poisson distribution
}

// tiny is the weight at which a sum ends. What follows is at most a geometric series with the ratio reached there.
const tiny = 1e-24

// sum starts at the heaviest state and goes both ways until the rest is nothing: some 15 √y steps.
func sum(x, y float64) sums {
	s := sums{mode: max(0, math.Floor(y-x))}
	s.top = -distance(x+s.mode, y) - logGammaStar(x+s.mode)
	h := steps(x, s.mode)
	s.add(s.mode, 1, h)
	for k, w, h := s.mode+1, 1.0, h; w > tiny*s.all; k++ {
		w *= y / (x + k)
		h += 1 / (x + k)
		s.add(k, w, h)
	}
	for k, w, h := s.mode, 1.0, h; k > 0 && w > tiny*s.all; k-- {
		w *= (x + k) / y
		h -= 1 / (x + k)
		s.add(k-1, w, h)
	}
	return s
}

func (s *sums) add(k, w, h float64) {
	s.all += w
	s.queue += k * w
	s.clear += h * w
	if k > 0 {
		s.behind += w
	}
}

// logA is ln A. In an overload A itself may not be a float64.
func (s sums) logA(x, y float64) float64 {
	if s.mode == 0 {
		return math.Log(s.all)
	}
	return math.Log(s.all) + s.top + distance(x, y) + logGammaStar(x)
}

// late is f(T) (A' - 1) in units of the heaviest state's weight; waited is θT. f is the ratio of the Poisson weights of
// "nobody waits", so that in an overload its huge exponent cancels against those of A and A' and need not be reckoned.
func (s sums) late(x, y, waited float64) float64 {
	then := sum(x, y*math.Exp(-waited))
	if then.behind == 0 {
		return 0
	}
	if s.mode == 0 {
		return then.behind * math.Exp(-y*math.Expm1(-waited)-x*waited)
	}
	return then.behind * math.Exp(then.top-s.top)
}
