package erlang

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

const never = time.Duration(0) // does a caller give up

// near compares to the digits that were published.
func near(t *testing.T, what string, is, want, within float64) {
	t.Helper()
	if !(math.Abs(is-want) <= within) {
		t.Errorf("%s is %.10g instead of %.10g", what, is, want)
	}
}

func TestTablesOfLoss(t *testing.T) {
	for _, c := range []struct {
		a    float64
		n    int
		want float64
	}{ // the usual tables: the load at which a group of trunks loses 1 %, 0.1 %, 5 %
		{0.0101, 1, 0.01}, {1.3608, 5, 0.01}, {4.4612, 10, 0.01}, {12.031, 20, 0.01}, {37.901, 50, 0.01}, {84.064, 100, 0.01},
		{3.0920, 10, 0.001}, {6.2157, 10, 0.05},
		{0, 3, 0}, {7, 0, 1}, {1, 1, 0.5}, {2, 2, 0.4},
	} {
		b, err := B(c.a, c.n)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("B(%v, %d)", c.a, c.n), b, c.want, 1e-5)
	}
}

func TestPublishedExamples(t *testing.T) {
	textbook := Queue{100, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, never}
	halfHour := Queue{360, 30 * time.Minute, 4 * time.Minute, 15 * time.Second, never}
	minute := Queue{48, time.Minute, time.Minute, 20 * time.Second, never}
	patient := minute
	patient.Patience = 2 * time.Minute
	for _, c := range []struct {
		name                              string
		q                                 Queue
		n                                 int
		waiting, level, asa, wait, busy   float64
		gaveUp                            float64
		inWaiting, inLevel, inASA, inBusy float64
	}{
		{"100 calls in half an hour, 3 minutes, 14 agents", textbook, 14, 0.174, 0.888, 7.8, 7.8, 0.714, 0, 5e-4, 5e-4, 0.05, 5e-4},
		{"360 calls in half an hour, 4 minutes, 55 agents", halfHour, 55, 0.239, 0.846, 8.2, 8.2, 0.873, 0, 5e-4, 5e-4, 0.05, 5e-4},
		// Mandelbaum and Zeltyn compare the two models: 20.8 s and 96 % against 3.7 s, 93 % and 3.1 % who give up.
		{"48 calls a minute of a minute, 50 agents, endless patience", minute, 50, 0.694, 0.643, 20.8, 20.8, 0.96, 0, 5e-4, 5e-4, 0.05, 5e-4},
		{"48 calls a minute of a minute, 50 agents, 2 minutes' patience", patient, 50, 0.468, 0.943, 3.6, 3.7, 0.93, 0.031, 5e-4, 5e-4, 0.05, 5e-3},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := c.q.With(c.n)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "waiting", f.Waiting, c.waiting, c.inWaiting)
			near(t, "service level", f.ServiceLevel, c.level, c.inLevel)
			near(t, "ASA", f.ASA, c.asa, c.inASA)
			near(t, "wait", f.Wait, c.wait, c.inASA)
			near(t, "occupancy", f.Occupancy, c.busy, c.inBusy)
			near(t, "abandonment", f.Abandonment, c.gaveUp, 5e-4)
		})
	}
}

func TestFewestAgents(t *testing.T) {
	q := Queue{100, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, never}
	silent, calm := q, q
	silent.Calls, calm.Patience = 0, 2*time.Minute
	for _, c := range []struct {
		name string
		q    Queue
		g    Goal
		want int
	}{
		{"80 % in 20 s", q, Goal{ServiceLevel: 0.8}, 14},
		{"80 % when callers give up", calm, Goal{ServiceLevel: 0.8}, 12},
		{"occupancy at most 65 %", q, Goal{ServiceLevel: 0.8, MaxOccupancy: 0.65}, 16},
		{"at most 1 % give up", calm, Goal{ServiceLevel: 0.8, MaxAbandonment: 0.01}, 16},
		{"no goal is still more agents than erlangs", q, Goal{}, 11},
		{"no goal and callers who give up", calm, Goal{}, 1},
		{"nobody calls", silent, Goal{ServiceLevel: 0.8}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := c.q.Fewest(c.g)
			if err != nil || s.Agents != c.want {
				t.Errorf("%d agents instead of %d, %v", s.Agents, c.want, err)
			}
		})
	}
	row, err := FewestEach([]Queue{q, silent, calm}, Goal{ServiceLevel: 0.8})
	if err != nil || !slices.Equal([]int{row[0].Agents, row[1].Agents, row[2].Agents}, []int{14, 0, 12}) {
		t.Errorf("a row of intervals: %v, %v", row, err)
	}
	q.AHT = 0
	if _, err = FewestEach([]Queue{calm, q}, Goal{}); err == nil || err.Error() != "interval 2: aht is 1s to 1000h" {
		t.Errorf("the error is %v", err)
	}
	if _, err = (Queue{1e5, time.Hour, time.Hour, 0, never}).Fewest(Goal{ServiceLevel: 0.8}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("more than all agents: %v", err)
	}
}

func TestOneMoreIsADifference(t *testing.T) {
	q := Queue{100, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, never}
	more, err := q.OneMore(13)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "gain of service level", more.ServiceLevel, 0.8884-0.7956, 1e-4)
	near(t, "gain of occupancy", more.Occupancy, 10.0/14-10.0/13, 1e-12)
}

func TestRoster(t *testing.T) {
	for _, c := range []struct {
		n         int
		shrinkage float64
		want      int
	}{{14, 0, 14}, {14, 0.3, 20}, {8, 0.2, 10}, {7, 0.3, 10}, {9, 0.1, 10}, {0, 0.5, 0}} {
		if is, err := Rostered(c.n, c.shrinkage); err != nil || is != c.want {
			t.Errorf("%d with %v is %d instead of %d, %v", c.n, c.shrinkage, is, c.want, err)
		}
	}
}

func TestAnUnstableLoadSaysSo(t *testing.T) {
	q := Queue{100, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, never}
	for _, n := range []int{1, 9, 10} {
		_, err := q.With(n)
		if !errors.Is(err, ErrUnstable) || !strings.Contains(err.Error(), "at least 11") {
			t.Errorf("%d agents: %v", n, err)
		}
	}
}

func TestWhatMakesNoSenseIsNamed(t *testing.T) {
	good := Queue{100, 30 * time.Minute, 3 * time.Minute, 20 * time.Second, 2 * time.Minute}
	for field, spoil := range map[string]func(*Queue, *int){
		"calls":    func(q *Queue, _ *int) { q.Calls = math.NaN() },
		"interval": func(q *Queue, _ *int) { q.Interval = 0 },
		"aht":      func(q *Queue, _ *int) { q.AHT = -time.Second },
		"target":   func(q *Queue, _ *int) { q.Target = -1 },
		"patience": func(q *Queue, _ *int) { q.Patience = -1 },
		"agents":   func(_ *Queue, n *int) { *n = 0 },
	} {
		q, n := good, 14
		spoil(&q, &n)
		_, err := q.With(n)
		var invalid Invalid
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
