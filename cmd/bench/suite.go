package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"hotline/deploy/asterisk"
)

// suite is everything that is measured, in the order of the table.
type suite struct {
	plan   plan
	rows   []*row
	rounds []func(context.Context, *hall) error
	g4, g5 *row
	calls  []*perCall
	others []float64 // cores that the rest of the machine used
}

func newSuite(p plan) *suite {
	s := &suite{plan: p}
	half := &perCall{rate: p.rate, seconds: p.seconds, parts: usage{}}
	full := &perCall{rate: 2 * p.rate, seconds: p.seconds, parts: usage{}}
	if p.wants("G1") || p.wants("G1c") {
		half.cpu = s.row(&row{id: "G1", what: fmt.Sprintf("CPU per answered call at %g calls/s, beside Queue()", half.rate), unit: "ms", digits: 1, of: "ratio", goal: 1.5})
		s.calls = append(s.calls, half)
		s.rounds = append(s.rounds, half.round)
	}
	if p.wants("G1") {
		full.cpu = s.row(&row{id: "G1", what: fmt.Sprintf("the same at %g calls/s", full.rate), unit: "ms", digits: 1, of: "ratio", goal: 1.5})
		s.calls = append(s.calls, full)
		s.rounds = append(s.rounds, full.round)
	}
	if p.wants("G1b") {
		c := &capacity{seconds: max(3, p.seconds*2/3), ours: slices.Index(rates, 100.), peer: slices.Index(rates, 150.)}
		c.row = s.row(&row{id: "G1b", what: "clean calls per second, beside Queue()", unit: "calls/s", of: "ratio", goal: 0.8, atLeast: true})
		s.rounds = append(s.rounds, c.round)
	}
	if half.cpu != nil {
		half.p50 = s.row(&row{id: "G1c", what: fmt.Sprintf("INVITE to agent's INVITE at %g calls/s, p50", half.rate), unit: "ms", digits: 1, of: "ours", goal: 15})
		half.p99 = s.row(&row{id: "G1c", what: "the same, p99", unit: "ms", digits: 1, of: "ours", goal: 40})
	}
	if p.wants("G3") {
		n := &nextCall{
			p50: s.row(&row{id: "G3", what: "agent freed to next INVITE, p50, beside Queue()", unit: "ms", digits: 1, of: "ratio", goal: 0.05}),
			p99: s.row(&row{id: "G3", what: "the same, p99", unit: "ms", digits: 1, of: "ours", goal: 50}),
		}
		s.rounds = append(s.rounds, n.round)
	}
	if p.wants("G4") || p.wants("G5") {
		s.g4 = s.row(&row{id: "G4", what: "assignments, beside redis-benchmark", unit: "per s", of: "ratio", goal: 0.7, atLeast: true})
		s.g5 = s.row(&row{id: "G5", what: "match on a large floor, beside a small one", unit: "us", of: "ratio", goal: 1.3})
	}
	if p.wants("G7") {
		g := &screenPop{seconds: p.seconds + 4,
			p50:    s.row(&row{id: "G7", what: "screen-pop after a bare listener, 10 calls/s, p50", unit: "ms", digits: 1, of: "ours", goal: 5}),
			p99:    s.row(&row{id: "G7", what: "the same, p99", unit: "ms", digits: 1, of: "ours", goal: 25}),
			before: s.row(&row{id: "G7", what: "pops at the desk before its phone rings", unit: "%", digits: 1, of: "ours", goal: 99, atLeast: true}),
		}
		s.rounds = append(s.rounds, g.round)
	}
	return s
}

func (s *suite) row(r *row) *row {
	s.rows = append(s.rows, r)
	return r
}

func (s *suite) needsHall() bool { return len(s.rounds) > 0 }

func (s *suite) round(ctx context.Context, h *hall) error {
	for _, r := range s.rounds {
		if err := r(ctx, h); err != nil {
			return err
		}
	}
	s.others = h.others
	return nil
}

// floor is without effect on the rest when it fails.
func (s *suite) floor(ctx context.Context) {
	if s.g4 == nil {
		return
	}
	tell("the queue alone")
	if err := floor(ctx, s.g4, s.g5); err != nil {
		s.g4.doubt(err.Error())
		s.g5.doubt(err.Error())
	}
}

// print writes the table and what one must know to read it.
func (s *suite) print(w io.Writer, took time.Duration) {
	printTable(w, s.rows)
	fmt.Fprintln(w)
	if len(s.calls) > 0 {
		fmt.Fprintln(w, "Where our CPU time goes:")
		for _, c := range s.calls {
			fmt.Fprintln(w, "  "+c.shares())
		}
		fmt.Fprintln(w, "From each fact about a call to the next in the last round, median (99 of 100) in ms:")
		for _, c := range s.calls {
			fmt.Fprintf(w, "  at %g calls/s: %s\n", c.rate, c.stages)
		}
	}
	found, _ := asterisk.Find()
	fmt.Fprintf(w, `Medians of %d rounds, ours and the peer's in turn, with the lowest and highest. %s
Machine: %s, %d cores, %s; Asterisk %s, %s; %.0f min in all.
Other processes of the machine used %s cores meanwhile; figures are worth something below 0.2.
Conditions: %d agents with desk and desk phone; 1 s of talk, no audio; no wrap-up, no greeting; no recording on either side;
every commit on disk; no call lost and no ticket missing, else a row is invalid. What the rows mean: go doc ./cmd/bench
`, s.plan.rounds, "CPU time is the kernel's account of every process.", model(), runtime.NumCPU(), kernel(), found.Version, runtime.Version(),
		took.Minutes(), spread(s.others, 2), manyAgents+fewAgents)
}

func model() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return "Linux " + strings.TrimSpace(string(text))
}
