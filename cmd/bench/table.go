package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one line of the table: a figure of ours beside the peer's, taken in turn.
type row struct {
	id, what string
	unit     string
	digits   int
	ours     []float64 // one of each round
	peer     []float64 // empty: there is no peer
	share    []float64 // ratios, where they were taken elsewhere
	of       string    // what the goal is about: "ratio" or "ours"
	goal     float64
	atLeast  bool // or at most
	trouble  []string
}

// add takes one round's figures.
func (r *row) add(ours float64, peer ...float64) {
	r.ours, r.peer = append(r.ours, ours), append(r.peer, peer...)
}

// doubt keeps what makes a round worthless, once.
func (r *row) doubt(trouble ...string) {
	for _, t := range trouble {
		if !slices.Contains(r.trouble, t) {
			r.trouble = append(r.trouble, t)
		}
	}
}

func (r *row) ratios() []float64 {
	v := r.share
	for i := range min(len(r.ours), len(r.peer)) {
		if r.peer[i] > 0 && r.share == nil {
			v = append(v, r.ours[i]/r.peer[i])
		}
	}
	return v
}

// verdict is yes, no, or why there is none.
func (r *row) verdict() string {
	v := r.ours
	if r.of == "ratio" {
		v = r.ratios()
	}
	switch m := median(v); {
	case len(r.trouble) > 0:
		return "invalid"
	case len(v) == 0:
		return "not measured"
	case r.atLeast && m >= r.goal, !r.atLeast && m <= r.goal:
		return "yes"
	}
	return "no"
}

func (r *row) aim() string {
	sign := "<="
	if r.atLeast {
		sign = ">="
	}
	if r.of == "ratio" {
		return fmt.Sprintf("ratio %s %g", sign, r.goal)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %g %s", sign, r.goal, r.unit))
}

func median(v []float64) float64 { return quantile(v, 0.5) }

// spread is the median with the lowest and the highest.
func spread(v []float64, digits int) string {
	if len(v) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f (%.*f-%.*f)", digits, median(v), digits, slices.Min(v), digits, slices.Max(v))
}

// print writes the table, and below it what is wrong with single rows.
func printTable(w io.Writer, rows []*row) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "#\twhat\tunit\tours\tpeer\tratio\tgoal\treached")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.id, r.what, r.unit, spread(r.ours, r.digits), spread(r.peer, r.digits),
			spread(r.ratios(), ratioDigits(r)), r.aim(), r.verdict())
	}
	t.Flush()
	for _, r := range rows {
		if len(r.trouble) > 0 {
			fmt.Fprintf(w, "%s is invalid: %s\n", r.id, strings.Join(r.trouble, "; "))
		}
	}
}

func ratioDigits(r *row) int {
	if r.of == "ratio" && r.goal < 0.1 {
		return 3
	}
	return 2
}
