package erlang

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestASimulatedQueueAgrees plays the queue call by call and looks whether the formulas lie within what chance allows.
func TestASimulatedQueueAgrees(t *testing.T) {
	const half, three, twenty = 30 * time.Minute, 3 * time.Minute, 20 * time.Second
	for i, c := range []struct {
		q Queue
		n int
	}{
		{Queue{100, half, three, twenty, never}, 14},
		{Queue{100, half, three, twenty, 2 * time.Minute}, 11},
		{Queue{200, half, three, twenty, time.Minute}, 14}, // more than the agents can do
		{Queue{5, half, three, twenty, 10 * time.Minute}, 1},
		{Queue{600, half, three, 5 * time.Second, 30 * time.Second}, 60},
	} {
		t.Run(fmt.Sprintf("%v calls, %d agents, patience %v", c.q.Calls, c.n, c.q.Patience), func(t *testing.T) {
			f, err := c.q.With(c.n)
			if err != nil {
				t.Fatal(err)
			}
			seen := simulate(c.q, c.n, rand.New(rand.NewPCG(uint64(i), 7)))
			for what, want := range map[string]float64{"waiting": f.Waiting, "service level": f.ServiceLevel, "ASA": f.ASA, "wait": f.Wait,
				"occupancy": f.Occupancy, "abandonment": f.Abandonment} {
				mean, within := interval(seen[what])
				if math.Abs(mean-want) > within {
					t.Errorf("%s is %.5f by formula, %.5f ± %.5f by simulation", what, want, mean, within)
				}
			}
		})
	}
}

// interval is the mean of batches and the half width of its 99.9 % confidence interval.
func interval(batches []float64) (mean, half float64) {
	k := float64(len(batches))
	for _, b := range batches {
		mean += b / k
	}
	for _, b := range batches {
		half += (b - mean) * (b - mean) / (k - 1)
	}
	return mean, 3.6*math.Sqrt(half/k) + 1e-12 // Student, 30 batches
}

// simulate gives each figure for 30 batches after a first that is thrown away. A call is answered by the agent who is free
// first, if the caller still waits then.
func simulate(q Queue, n int, r *rand.Rand) map[string][]float64 {
	const batches, calls = 30, 10_000
	free := make(agents, n) // when each is free next
	seen := map[string][]float64{}
	now := 0.0
	for batch := range batches + 1 {
		var waited, within, answered, gaveUp, waitAnswered, waitAll, busy float64
		began := now
		for range calls {
			now += r.ExpFloat64() * q.Interval.Seconds() / q.Calls
			wait, patience := max(0, free[0]-now), math.Inf(1)
			if q.Patience > 0 {
				patience = r.ExpFloat64() * q.Patience.Seconds()
			}
			if wait > 0 {
				waited++
			}
			if wait > patience {
				gaveUp++
				waitAll += patience
				continue
			}
			talk := r.ExpFloat64() * q.AHT.Seconds()
			free[0] = now + wait + talk
			heap.Fix(free, 0)
			answered++
			busy += talk
			waitAnswered += wait
			waitAll += wait
			if wait <= q.Target.Seconds() {
				within++
			}
		}
		if batch == 0 {
			continue
		}
		for what, v := range map[string]float64{"waiting": waited / calls, "service level": within / calls, "ASA": waitAnswered / answered,
			"wait": waitAll / calls, "occupancy": busy / (now - began) / float64(n), "abandonment": gaveUp / calls} {
			seen[what] = append(seen[what], v)
		}
	}
	return seen
}

type agents []float64

func (a agents) Len() int           { return len(a) }
func (a agents) Less(i, j int) bool { return a[i] < a[j] }
func (a agents) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a agents) Push(any)           { panic("nobody comes") }
func (a agents) Pop() any           { panic("nobody goes") }
