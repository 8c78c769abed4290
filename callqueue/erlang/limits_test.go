package erlang

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestEndlessPatienceIsErlangC: who hardly ever gives up waits like one who never does. The difference goes like 1/patience.
func TestEndlessPatienceIsErlangC(t *testing.T) {
	for _, n := range []int{1, 3, 14, 120, 1000, 10_000} {
		for _, load := range []float64{0.1, 0.5, 0.8} {
			q := Queue{load * float64(n) * 10, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, never}
			c, err := q.With(n)
			if err != nil {
				t.Fatal(err)
			}
			far := math.Inf(1)
			for _, q.Patience = range []time.Duration{10 * time.Hour, 100 * time.Hour, MaxTime} {
				a, err := q.With(n)
				if err != nil {
					t.Fatal(err)
				}
				gap := max(math.Abs(a.Waiting-c.Waiting), math.Abs(a.ServiceLevel-c.ServiceLevel), math.Abs(a.ASA-c.ASA)/(1+c.ASA),
					math.Abs(a.Wait-c.Wait)/(1+c.Wait), math.Abs(a.Occupancy-c.Occupancy), a.Abandonment)
				if gap > far/5+1e-12 {
					t.Errorf("%d agents at %v: with %v the gap to Erlang C is still %v", n, load, q.Patience, gap)
				}
				far = gap
			}
			near(t, fmt.Sprintf("the gap of %d agents at %v", n, load), far, 0, 3e-3)
		}
	}
}

func TestNoPatienceIsErlangB(t *testing.T) {
	for _, n := range []int{1, 3, 14, 120, 1000, 10_000} {
		for _, load := range []float64{0.1, 0.8, 1, 1.5, 9} {
			q := Queue{load * float64(n), 1000 * time.Hour, 1000 * time.Hour, 20 * time.Second, time.Millisecond}
			f, err := q.With(n)
			if err != nil {
				t.Fatal(err)
			}
			b, err := B(load*float64(n), n)
			if err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("abandonment of %d agents at %v", n, load), f.Abandonment, b, 1e-5)
			near(t, "waiting", f.Waiting, b, 1e-5)
			near(t, "service level", f.ServiceLevel, 1-b, 1e-5)
			near(t, "ASA", f.ASA, 0, 1e-3)
		}
	}
}

// TestOneAgent holds Erlang C against M/M/1, whose formulas a child can check: P(W>0) = ρ, E[W] = ρ/(1-ρ) AHT.
func TestOneAgent(t *testing.T) {
	for _, load := range []float64{0.01, 0.5, 0.9, 0.999} {
		f, err := Queue{load, time.Minute, time.Minute, 30 * time.Second, never}.With(1)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "waiting", f.Waiting, load, 1e-12)
		near(t, "ASA", f.ASA/60, load/(1-load), 1e-9)
		near(t, "service level", f.ServiceLevel, 1-load*math.Exp(-(1-load)/2), 1e-12)
	}
}

// TestPatienceLikeHandling: when callers give up as fast as agents finish, the floor is a hall without a limit (M/M/∞),
// whose number of people is Poisson with mean a.
func TestPatienceLikeHandling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 150).Draw(t, "agents")
		a := rapid.Float64Range(0.1, 300).Draw(t, "load")
		f := with(t, Queue{a, 3 * time.Minute, 3 * time.Minute, 20 * time.Second, 3 * time.Minute}, n)
		p, free, beyond := math.Exp(-a), 0.0, 0.0
		for k := 0; k < 1000; k++ {
			if k < n {
				free += p
			}
			beyond += p * float64(max(0, k-n))
			p *= a / float64(k+1)
		}
		if math.Abs(f.Waiting-(1-free)) > 1e-11 || math.Abs(f.Abandonment-beyond/a) > 1e-11 {
			t.Fatalf("waiting %v instead of %v, abandonment %v instead of %v", f.Waiting, 1-free, f.Abandonment, beyond/a)
		}
	})
}

func TestTheLargestIsQuick(t *testing.T) {
	start := time.Now()
	for _, q := range []Queue{
		{MaxLoad, time.Second, time.Second, 20 * time.Second, MaxTime},
		{MaxLoad, time.Second, time.Second, 20 * time.Second, time.Millisecond},
		{MaxLoad * 0.9999, time.Second, time.Second, 20 * time.Second, never},
		{1e-9, MaxTime, time.Second, MaxTime, MaxTime},
		{MaxLoad, MaxTime, MaxTime, MaxTime, MaxTime},
	} {
		for _, n := range []int{1, 10_000, MaxAgents} {
			if f, err := q.With(n); err == nil {
				sound(t, f)
			} else if q.Patience != never {
				t.Errorf("%+v with %d: %v", q, n, err)
			}
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzFiguresAreNumbers(f *testing.F) {
	f.Add(100.0, int64(30*time.Minute), int64(3*time.Minute), int64(20*time.Second), int64(2*time.Minute), 14)
	f.Add(1e5, int64(time.Second), int64(time.Second), int64(0), int64(MaxTime), 1)
	f.Add(math.NaN(), int64(1), int64(-1), int64(math.MinInt64), int64(math.MaxInt64), -5)
	f.Add(math.Inf(1), int64(time.Minute), int64(time.Minute), int64(0), int64(0), 10)
	f.Add(5e-324, int64(MaxTime), int64(time.Second), int64(MaxTime), int64(time.Millisecond), MaxAgents)
	f.Fuzz(func(t *testing.T, calls float64, interval, aht, target, patience int64, n int) {
		q := Queue{calls, time.Duration(interval), time.Duration(aht), time.Duration(target), time.Duration(patience)}
		if is, err := q.With(n); err == nil {
			sound(t, is)
		}
		if b, err := B(calls, n); err == nil && !(b >= 0 && b <= 1) {
			t.Fatalf("B is %v", b)
		}
	})
}
