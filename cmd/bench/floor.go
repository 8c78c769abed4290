package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// floor is G4 and G5: the queue alone, on a Redis of its own. The measuring is part of callqueue's benchmarks, which know
// its scripts; they do their rounds by themselves and say three figures: ours, the peer's, the ratio.
func floor(ctx context.Context, g4, g5 *row) error {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkG[45]$", "-benchtime", "1x", "hotline/callqueue").CombinedOutput()
	if err != nil {
		return fmt.Errorf("callqueue's benchmarks: %w: %s", err, out)
	}
	return errors.Join(g4.read(string(out), "G4"), g5.read(string(out), "G5"))
}

var said = regexp.MustCompile(`(?m)^.*: (G\d) .*? ([\d.]+ \([\d.]+ to [\d.]+\)).*? ([\d.]+ \([\d.]+ to [\d.]+\)), ratio ([\d.]+ \([\d.]+ to [\d.]+\))`)

var figure = regexp.MustCompile(`[\d.]+`)

// read takes the figures out of a benchmark's words.
func (r *row) read(text, id string) error {
	for _, m := range said.FindAllStringSubmatch(text, -1) {
		if m[1] != id {
			continue
		}
		r.ours, r.peer, r.share = figures(m[2]), figures(m[3]), figures(m[4])
		return nil
	}
	return fmt.Errorf("callqueue's benchmarks do not tell %s: %s", id, text)
}

// figures are the median, the lowest and the highest; in this order they have themselves as median and spread.
func figures(text string) []float64 {
	var v []float64
	for _, f := range figure.FindAllString(text, -1) {
		n, _ := strconv.ParseFloat(f, 64)
		v = append(v, n)
	}
	return v
}
