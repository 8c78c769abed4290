package callqueue

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPlace(t *testing.T) {
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	for _, c := range []struct {
		name                string
		first, then         int // arrival in seconds
		firstStep, thenStep int // priority
		isBefore            bool
	}{
		{"who came first is first", 0, 1, 0, 0, true},
		{"a step of priority is worth a minute", 0, 59, 0, 1, false},
		{"and no more than a minute", 0, 61, 0, 1, true},
		{"nobody starves", 0, 11 * 60, 0, 10, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := place(at(c.first), c.firstStep, time.Minute)
			b := place(at(c.then), c.thenStep, time.Minute)
			if (a < b) != c.isBefore {
				t.Errorf("places %d and %d", a, b)
			}
		})
	}
}

// The order of two callers never depends on when one looks: the score does not know the time.
func TestOfTwoOfTheSamePriorityTheEarlierIsFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := time.UnixMilli(rapid.Int64Range(0, 1e13).Draw(t, "a"))
		b := a.Add(time.Duration(rapid.IntRange(1, 1e9).Draw(t, "later")) * time.Millisecond)
		step := rapid.IntRange(0, 20).Draw(t, "priority")
		if place(a, step, time.Minute) >= place(b, step, time.Minute) {
			t.Fatal("overtaken")
		}
	})
}
