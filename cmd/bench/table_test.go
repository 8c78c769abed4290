package main

import (
	"strings"
	"testing"
	"time"
)

func TestAGoalIsReachedByTheMedianAndNeverByAnInvalidRow(t *testing.T) {
	for name, c := range map[string]struct {
		row  row
		want string
	}{
		"a ratio below its bound":    {row{ours: []float64{1, 2, 9}, peer: []float64{2, 2, 2}, of: "ratio", goal: 1}, "yes"},
		"a ratio above it":           {row{ours: []float64{1, 3, 9}, peer: []float64{2, 2, 2}, of: "ratio", goal: 1}, "no"},
		"a ratio that must be large": {row{ours: []float64{80}, peer: []float64{100}, of: "ratio", goal: 0.8, atLeast: true}, "yes"},
		"a figure of ours":           {row{ours: []float64{16}, peer: []float64{1}, of: "ours", goal: 15}, "no"},
		"a call was lost":            {row{ours: []float64{1}, of: "ours", goal: 15, trouble: []string{"1 of 9 calls lost"}}, "invalid"},
		"nothing was measured":       {row{of: "ratio", goal: 1}, "not measured"},
		"taken elsewhere":            {row{share: []float64{0.9, 0.5, 1.2}, of: "ratio", goal: 0.7, atLeast: true}, "yes"},
	} {
		if got := c.row.verdict(); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

func TestTheTableSaysWhyARowIsInvalid(t *testing.T) {
	r := &row{id: "G1", what: "CPU", unit: "ms", digits: 1, ours: []float64{20, 10, 30}, peer: []float64{10, 10, 10}, of: "ratio", goal: 1.5}
	r.doubt("2 of 9 calls lost")
	r.doubt("2 of 9 calls lost")
	var text strings.Builder
	printTable(&text, []*row{r})
	for _, want := range []string{"20.0 (10.0-30.0)", "2.00 (1.00-3.00)", "ratio <= 1.5", "invalid", "G1 is invalid: 2 of 9 calls lost\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
}

func TestAQuantileIsAValueThatWasMeasured(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := quantile(hundred, q); got != want {
			t.Errorf("%v: %v, not %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 || quantile([]float64{7}, 0.99) != 7 {
		t.Error("none, or one")
	}
}

func TestTheQueuesOwnBenchmarksAreRead(t *testing.T) {
	text := `goos: linux
BenchmarkG4-2   	1	123 ns/op	15000 assignments/s	 0.9 ratio
--- BENCH: BenchmarkG4-2
    bench_test.go:170: G4 assignments/s 15000 (14000 to 16000), redis-benchmark 17000 (16000 to 18000), ratio 0.88 (0.80 to 0.95) (goal >= 0.7)
--- BENCH: BenchmarkG5-2
    bench_test.go:240: G5 us/match at 100000 waiting, 1000 agents 186 (151 to 242), at 100, 10 169 (130 to 384), ratio 1.08 (0.63 to 1.72) (goal <= 1.3)
`
	var g4, g5 row
	if err := g4.read(text, "G4"); err != nil {
		t.Fatal(err)
	}
	if err := g5.read(text, "G5"); err != nil {
		t.Fatal(err)
	}
	if spread(g4.ours, 0) != "15000 (14000-16000)" || spread(g4.ratios(), 2) != "0.88 (0.80-0.95)" {
		t.Errorf("G4 is %v, ratio %v", g4.ours, g4.ratios())
	}
	if spread(g5.ours, 0) != "186 (151-242)" || spread(g5.peer, 0) != "169 (130-384)" || median(g5.ratios()) != 1.08 {
		t.Errorf("G5 is %v beside %v, ratio %v", g5.ours, g5.peer, g5.ratios())
	}
	if err := new(row).read("SKIP", "G4"); err == nil {
		t.Error("figures that are not there were read")
	}
}

func TestTheWayOfACallIsReadFromThePhonesLogs(t *testing.T) {
	line := strings.Fields("rings agent17 2026-11-22\t17:26:29.675974\t1795368389.675974  \"Ann\" <sip:+15551001001@127.0.0.1:15098>;tag=3157c1")
	if c := callerOf(line); c != "+15551001001" {
		t.Errorf("the caller is %q", c)
	}
	rang := instant(line)
	if rang.UnixMicro() != 1795368389675974 {
		t.Errorf("it rang at %v", rang)
	}
	later := func(ms int) time.Time { return rang.Add(time.Duration(ms) * time.Millisecond) }
	x := traffic{
		invites: map[string]time.Time{"a": later(-5), "b": later(90)},
		rings:   []ring{{"one", "a", rang}, {"two", "a", later(50)}, {"one", "b", later(110)}},
		frees:   []ring{{agent: "one", at: later(100)}, {agent: "two", at: later(120)}},
	}
	if ms := x.connecting(); len(ms) != 2 || ms[0] != 5 || ms[1] != 20 {
		t.Errorf("the calls took %v ms to a phone", ms)
	}
	if ms := x.turning(); len(ms) != 1 || ms[0] != 10 {
		t.Errorf("agents were called again after %v ms", ms)
	}
}

func TestAProcessNameWithBlanksIsNoField(t *testing.T) {
	f := fieldsBehindName("42 (a b) c) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 7 8 20 0")
	if f[0] != "S" || ticks(f[11])+ticks(f[12]) != 2*time.Second || ticks(f[13]) != 70*time.Millisecond {
		t.Errorf("got %v", f)
	}
	if own, _ := cpuOf(1); own < 0 {
		t.Error("negative")
	}
}
