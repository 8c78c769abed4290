package audio

import (
	"math"
	"time"
)

const (
	toneWindow  = 500 * time.Millisecond // a tone must hold this long
	probeBlock  = 40 * time.Millisecond  // so short that one probe hears all up to the next
	probeLowest = 200.0                  // Hz
	probeStep   = 50.0
	toneNear    = 75.0  // Hz around the tone that a block cannot tell from it
	toneAbove   = 100.0 // 20 dB over everything else, as a ratio of powers
	toneSteady  = 10.0  // no block is more than 10 dB below the whole
	toneFaint   = 100.0 // weaker than this amplitude is no tone but noise
)

// Power is the power of the samples at one frequency (Goertzel, with a Hann
// window so that its neighbours hardly leak in). A sine of amplitude A
// has the power A*A, whatever the number of samples.
func Power(samples []int16, rate int, hz float64) float64 {
	n := len(samples)
	if n < 2 || rate <= 0 {
		return 0
	}
	turn := 2 * math.Cos(2*math.Pi*hz/float64(rate))
	bend := 2 * math.Pi / float64(n-1)
	var s1, s2, weight float64
	for i, s := range samples {
		w := 0.5 - 0.5*math.Cos(bend*float64(i))
		weight += w
		s1, s2 = float64(s)*w+turn*s1-s2, s1
	}
	return max(0, (s1*s1+s2*s2-turn*s1*s2)*4/(weight*weight))
}

// Loudest is the candidate frequency with the most power in the samples, 0
// when there are no candidates.
func Loudest(samples []int16, rate int, candidates ...float64) float64 {
	best, most := 0.0, -1.0
	for _, hz := range candidates {
		if p := Power(samples, rate, hz); p > most {
			best, most = hz, p
		}
	}
	return best
}

// HasTone says whether the tone stands at least 20 dB above every other
// probed frequency (every 50 Hz of the band) for half a second somewhere in
// the samples. The tone itself is met within 4 Hz.
func HasTone(samples []int16, rate int, hz float64) bool {
	size := span(rate, toneWindow)
	for at := 0; at+size <= len(samples); at += size / 5 {
		if pure(samples[at:at+size], rate, hz) {
			return true
		}
	}
	return false
}

// ToneTime is how much of the samples, in tenths of a second, is that tone.
func ToneTime(samples []int16, rate int, hz float64) time.Duration {
	var total time.Duration
	const piece = 100 * time.Millisecond
	size := span(rate, piece)
	for at := 0; size > 0 && at+size <= len(samples); at += size {
		if pure(samples[at:at+size], rate, hz) {
			total += piece
		}
	}
	return total
}

func span(rate int, d time.Duration) int { return int(d.Seconds() * float64(rate)) }

// pure: one tone from start to end, and nothing that comes near it.
func pure(samples []int16, rate int, hz float64) bool {
	tone := Power(samples, rate, hz)
	if tone < toneFaint*toneFaint {
		return false
	}
	if _, least := blocks(samples, rate, hz); least*toneSteady < tone {
		return false
	}
	highest := float64(rate)/2 - probeStep
	for probe := probeLowest; probe <= highest; probe += probeStep {
		if math.Abs(probe-hz) <= toneNear {
			continue
		}
		if mean, _ := blocks(samples, rate, probe); mean*toneAbove > tone {
			return false
		}
	}
	return true
}

// blocks is the mean and the least power at one frequency in short pieces.
func blocks(samples []int16, rate int, hz float64) (mean, least float64) {
	size, n := span(rate, probeBlock), 0
	least = math.Inf(1)
	for at := 0; at+size <= len(samples); at += size {
		p := Power(samples[at:at+size], rate, hz)
		mean, least, n = mean+p, min(least, p), n+1
	}
	return mean / float64(max(n, 1)), least
}
