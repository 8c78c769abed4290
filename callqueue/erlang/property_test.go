package erlang

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func seconds(t *rapid.T, what string, from, to float64) time.Duration {
	return time.Duration(math.Exp(rapid.Float64Range(math.Log(from), math.Log(to)).Draw(t, what)) * float64(time.Second))
}

// floor draws a queue with patience and a number of agents that has to do with the load.
func floor(t *rapid.T, largest int) (Queue, int) {
	n := int(math.Exp(rapid.Float64Range(0, math.Log(float64(largest))).Draw(t, "agents")))
	q := Queue{Interval: seconds(t, "interval", 60, 86400), AHT: seconds(t, "aht", 5, 7200),
		Target:   rapid.SampledFrom([]time.Duration{0, time.Second, 20 * time.Second, 5 * time.Minute}).Draw(t, "target"),
		Patience: seconds(t, "patience", 0.01, 36000)}
	load := float64(n) * rapid.Float64Range(0.02, 3).Draw(t, "load")
	q.Calls = load * q.Interval.Seconds() / q.AHT.Seconds()
	return q, n
}

func with(t *rapid.T, q Queue, n int) Figures {
	f, err := q.With(n)
	if err != nil {
		t.Fatalf("%+v with %d: %v", q, n, err)
	}
	sound(t, f)
	return f
}

type fatal interface{ Fatalf(string, ...any) }

// sound fails when a figure is not what its name allows.
func sound(t fatal, f Figures) {
	for what, p := range map[string]float64{"waiting": f.Waiting, "service level": f.ServiceLevel, "occupancy": f.Occupancy, "abandonment": f.Abandonment} {
		if !(p >= 0 && p <= 1) {
			t.Fatalf("%s is %v in %+v", what, p, f)
		}
	}
	for what, s := range map[string]float64{"load": f.Offered, "ASA": f.ASA, "wait": f.Wait} {
		if !(s >= 0 && s <= math.MaxFloat64) {
			t.Fatalf("%s is %v in %+v", what, s, f)
		}
	}
}

const slack = 1e-9 // rounding

func TestEveryAgentHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, n := floor(t, 2000)
		less, more := with(t, q, n), with(t, q, n+1)
		if more.ServiceLevel < less.ServiceLevel-slack || more.Waiting > less.Waiting+slack || more.ASA > less.ASA*(1+slack)+slack ||
			more.Wait > less.Wait*(1+slack)+slack || more.Occupancy > less.Occupancy+slack || more.Abandonment > less.Abandonment+slack {
			t.Fatalf("one more than %d does harm:\n%+v\n%+v", n, less, more)
		}
	})
}

func TestEveryCallCosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, n := floor(t, 500)
		less := with(t, q, n)
		q.Calls *= rapid.Float64Range(1.0001, 2).Draw(t, "more")
		more := with(t, q, n)
		if more.ServiceLevel > less.ServiceLevel+slack || more.Waiting < less.Waiting-slack || more.Occupancy < less.Occupancy-slack ||
			more.Abandonment < less.Abandonment-slack {
			t.Fatalf("more calls do good:\n%+v\n%+v", less, more)
		}
	})
}

func TestALaterTargetIsEasier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, n := floor(t, 500)
		q.Target = 0
		at0 := with(t, q, n)
		near := func(is, want float64) bool { return math.Abs(is-want) < slack }
		if !near(at0.ServiceLevel, 1-at0.Waiting) {
			t.Fatalf("at once are %v, not all who do not wait, %v", at0.ServiceLevel, 1-at0.Waiting)
		}
		last := at0.ServiceLevel
		for _, q.Target = range []time.Duration{time.Second, time.Minute, time.Hour, MaxTime} {
			now := with(t, q, n).ServiceLevel
			if now < last-slack {
				t.Fatalf("%v at %v is less than %v", now, q.Target, last)
			}
			last = now
		}
		if !near(last, 1-at0.Abandonment) {
			t.Fatalf("in the end %v are answered, not all who do not give up, %v", last, 1-at0.Abandonment)
		}
	})
}

func TestFewestIsEnoughAndOneLessIsNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, _ := floor(t, 300)
		if rapid.Bool().Draw(t, "endless patience") {
			q.Patience = 0
		}
		g := Goal{ServiceLevel: rapid.Float64Range(0, 0.999).Draw(t, "level"), MaxOccupancy: rapid.SampledFrom([]float64{0, 0.5, 0.85, 1}).Draw(t, "occupancy"),
			MaxAbandonment: rapid.SampledFrom([]float64{0, 0.001, 0.05}).Draw(t, "abandonment")}
		s, err := q.Fewest(g)
		if err != nil {
			t.Fatal(err)
		}
		if f := with(t, q, s.Agents); f != s.Figures || !g.reached(f) {
			t.Fatalf("%d are not enough: %+v", s.Agents, f)
		}
		if s.Agents > 1 && q.reaches(g, s.Agents-1) {
			t.Fatalf("%d would do", s.Agents-1)
		}
	})
}

func TestPlainSumsInLongNumbersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, n := floor(t, 200)
		is, want := with(t, q, n), plain(q, n)
		for what, pair := range map[string][2]float64{"waiting": {is.Waiting, want.Waiting}, "level": {is.ServiceLevel, want.ServiceLevel},
			"ASA": {is.ASA, want.ASA}, "wait": {is.Wait, want.Wait}, "occupancy": {is.Occupancy, want.Occupancy}, "abandonment": {is.Abandonment, want.Abandonment}} {
			if math.Abs(pair[0]-pair[1]) > 1e-10*(1+math.Abs(pair[1])) {
				t.Fatalf("%s of %+v with %d is %.15g instead of %.15g", what, q, n, pair[0], pair[1])
			}
		}
	})
}

// plain reckons Erlang A without any cleverness: the balance of every state in turn, in numbers of 200 bits. A caller who
// comes when j wait is served with x/(x+j+1), after j+1 steps of the mean lengths 1/(θ(x+1)) to 1/(θ(x+j+1)).
func plain(q Queue, n int) Figures {
	num := func(f float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(f) }
	a, aht, patience := q.Offered(), q.AHT.Seconds(), q.Patience.Seconds()
	x, y := float64(n)*patience/aht, a*patience/aht
	state, all := num(1), num(0)
	for k := 0; k < n; k++ {
		all.Add(all, state)
		state.Mul(state, num(a)).Quo(state, num(float64(k+1)))
	}
	idle := num(0).Set(all)
	wait, level, asa, served := num(0), num(0), num(0), num(0)
	done := stepsDone(x+1, q.Target.Seconds()/patience)
	h := 0.0
	for j := 0; ; j++ {
		if state.Sign() == 0 || (float64(j) > y-x && num(0).Quo(state, all).Cmp(num(1e-40)) < 0) {
			break
		}
		all.Add(all, state)
		h += 1 / (x + float64(j) + 1)
		p := x / (x + float64(j) + 1)
		wait.Add(wait, num(0).Mul(state, num(float64(j))))
		served.Add(served, num(0).Mul(state, num(p)))
		asa.Add(asa, num(0).Mul(state, num(p*h)))
		level.Add(level, num(0).Mul(state, num(p*done(j))))
		state.Mul(state, num(y)).Quo(state, num(x+float64(j)+1))
	}
	over := func(v *big.Float, by *big.Float) float64 { f, _ := num(0).Quo(v, by).Float64(); return f }
	answered := num(0).Add(idle, served)
	return Figures{Offered: a, Waiting: 1 - over(idle, all), ServiceLevel: over(num(0).Add(idle, level), all),
		ASA: over(asa, answered) * patience, Wait: over(wait, all) / y * patience,
		Occupancy: over(answered, all) * a / float64(n), Abandonment: over(wait, all) / y}
}

// stepsDone gives the share of callers whose j+1 steps are over within T; waited is θT. Steps that end at the rates θr,
// θ(r+1), ... are births of a population that grows from r (Yule), so their number within T is negative binomial.
func stepsDone(r, waited float64) func(j int) float64 {
	var atMost []float64
	logMass, sum := -r*waited, 0.0
	return func(j int) float64 {
		for m := len(atMost); m <= j; m++ {
			if m > 0 {
				logMass += math.Log((r + float64(m) - 1) / float64(m) * -math.Expm1(-waited))
			}
			sum += math.Exp(logMass)
			atMost = append(atMost, sum)
		}
		return max(0, 1-atMost[j])
	}
}

func TestTenThousandAgentsAreExact(t *testing.T) {
	for _, load := range []float64{0.9, 0.99, 1, 1.2} {
		q := Queue{load * 1e5, 30 * time.Minute, 3 * time.Minute, 2 * time.Second, 2 * time.Minute}
		is, err := q.With(10_000)
		if err != nil {
			t.Fatal(err)
		}
		want := plain(q, 10_000)
		near(t, "waiting", is.Waiting, want.Waiting, 1e-11)
		near(t, "service level", is.ServiceLevel, want.ServiceLevel, 1e-11)
		near(t, "abandonment", is.Abandonment, want.Abandonment, 1e-11)
		near(t, "ASA", is.ASA, want.ASA, 1e-9)
	}
}
