package erlang

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// Goal is what a number of agents must reach. All are shares from 0 to 1.
type Goal struct {
	ServiceLevel   float64 // at least; below 1
	MaxOccupancy   float64 // 0 is any
	MaxAbandonment float64 // 0 is any
}

func (g Goal) check() error {
	switch {
	case !(g.ServiceLevel >= 0 && g.ServiceLevel < 1):
		return Invalid{"service_level", "is from 0 to below 1"}
	case !(g.MaxOccupancy >= 0 && g.MaxOccupancy <= 1):
		return Invalid{"max_occupancy", "is 0 to 1"}
	case !(g.MaxAbandonment >= 0 && g.MaxAbandonment <= 1):
		return Invalid{"max_abandonment", "is 0 to 1"}
	}
	return nil
}

func (g Goal) reached(f Figures) bool {
	return f.ServiceLevel >= g.ServiceLevel &&
		(g.MaxOccupancy == 0 || f.Occupancy <= g.MaxOccupancy) &&
		(g.MaxAbandonment == 0 || f.Abandonment <= g.MaxAbandonment)
}

// Staff is a number of agents and how the queue does with it.
type Staff struct {
	Agents int
	Figures
}

// Fewest is the smallest number of agents that reaches the goal, 0 when nobody calls. Every figure gets better with every
// agent, so it is found by halving. Errors: Invalid, ErrUnreachable.
func (q Queue) Fewest(g Goal) (Staff, error) {
	if err := errors.Join(q.check(1), g.check()); err != nil {
		return Staff{}, err
	}
	if q.Offered() < quiet {
		return Staff{0, idle()}, nil
	}
	high := 1
	for high < MaxAgents && !q.reaches(g, high) {
		high = min(2*high, MaxAgents)
	}
	low := high/2 + 1
	n := low + sort.Search(high-low, func(i int) bool { return q.reaches(g, low+i) })
	f, err := q.With(n)
	if err != nil || !g.reached(f) {
		return Staff{}, fmt.Errorf("%w: %d are not enough for %.4g erlangs", ErrUnreachable, n, q.Offered())
	}
	return Staff{n, f}, nil
}

func (q Queue) reaches(g Goal, n int) bool {
	f, err := q.With(n)
	return err == nil && g.reached(f) // what is checked already can only be unstable
}

// FewestEach is Fewest for each of a row of intervals, such as the half hours of a day. An error says of which.
func FewestEach(row []Queue, g Goal) ([]Staff, error) {
	all := make([]Staff, len(row))
	for i, q := range row {
		var err error
		if all[i], err = q.Fewest(g); err != nil {
			return nil, fmt.Errorf("interval %d: %w", i+1, err)
		}
	}
	return all, nil
}

// OneMore is what an agent more would change: the figures with n+1 agents minus those with n. Errors are those of With.
func (q Queue) OneMore(n int) (Figures, error) {
	now, err := q.With(n)
	if err != nil {
		return Figures{}, err
	}
	then, err := q.With(n + 1)
	return Figures{
		Offered:      then.Offered - now.Offered,
		Waiting:      then.Waiting - now.Waiting,
		ServiceLevel: then.ServiceLevel - now.ServiceLevel,
		ASA:          then.ASA - now.ASA,
		Wait:         then.Wait - now.Wait,
		Occupancy:    then.Occupancy - now.Occupancy,
		Abandonment:  then.Abandonment - now.Abandonment,
	}, err
}

// Rostered is how many agents must be on the roster for n to be on the floor, when a share of their paid time, from 0 to
// below 1, goes to breaks, training and absence. Error: Invalid.
func Rostered(n int, shrinkage float64) (int, error) {
	if !(shrinkage >= 0 && shrinkage <= 0.99) {
		return 0, Invalid{"shrinkage", "is 0 to 0.99"}
	}
	return int(math.Ceil(float64(n)/(1-shrinkage) - 1e-9)), nil // 8/(1-0.2) is 10, whatever its last bit says
}
