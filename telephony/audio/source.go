package audio

import (
	"math"
	"time"
)

// Source gives sound piece by piece: it fills the frame from its start and
// says how many samples it gave. Fewer than the frame holds means: the end.
type Source func(frame []int16) int

// Silence is a source that has already ended; who plays it sends silence.
func Silence() Source { return func([]int16) int { return 0 } }

// Once plays the samples a single time.
func Once(samples []int16) Source {
	return func(frame []int16) int {
		n := copy(frame, samples)
		samples = samples[n:]
		return n
	}
}

// Loop plays the samples again and again.
func Loop(samples []int16) Source {
	if len(samples) == 0 {
		return Silence()
	}
	at := 0
	return func(frame []int16) int {
		for i := range frame {
			frame[i] = samples[at]
			at = (at + 1) % len(samples)
		}
		return len(frame)
	}
}

// ToneSource plays a tone at the telephone's rate without end.
func ToneSource(hz int) Source { return Loop(Tone(Rate, hz, time.Second)) }

// Tone is a sine of at least that length, at a quarter of full scale
// (-12 dBFS). It holds whole cycles only, so that it loops without a click.
func Tone(rate, hz int, atLeast time.Duration) []int16 {
	if hz <= 0 || rate <= 0 {
		return nil
	}
	unit := rate / gcd(rate, hz) // the shortest run of samples with whole cycles
	want := int(atLeast.Seconds() * float64(rate))
	samples := make([]int16, max((want+unit-1)/unit, 1)*unit)
	for i := range samples {
		phase := float64(i*hz%rate) / float64(rate) // exact in every cycle
		samples[i] = int16(math.Round(8192 * math.Sin(2*math.Pi*phase)))
	}
	return samples
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
