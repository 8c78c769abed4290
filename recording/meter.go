package recording

import (
	"encoding/binary"
	"math"
)

const (
	buckets = 800 // of a waveform, per channel
	window  = 160 // samples that one loudness is of: 20 ms

	silent      = 96   // loudness of nothing at all; others are whole dB below full scale, from 0
	hearable    = 50   // dB below full scale: what is fainter is never speech
	loudEnough  = 37   // what is louder than this always is: a tone without a pause has no floor to stand out from
	aboveFloor  = 8    // dB by which speech stands out from the noise floor
	floorShare  = 0.10 // the floor is what a tenth of the windows stays under
	beepStarts  = 50   // windows (1 s) within which the beep begins
	beepLongest = 30   // windows (0.6 s) of pure tone that may be the beep
	beepLowest  = 350  // Hz
	beepRest    = 0.02 // share of the energy that is not the tone
)

// meter measures sound while it is written: a waveform, and for how long somebody can be heard.
//
// Speech is an energy measure. Of each window of 20 ms the loudness is kept (one byte). At the end the noise floor is
// known: the loudness that a tenth of the windows stays under, digital silence not counted. A window is speech when it
// is 8 dB above the floor and above -50 dBFS, and always when it is above -37 dBFS. The beep before a message does not
// count: a pure tone of at most 0.6 s that begins in the first second. A longer tone does.
type meter struct {
	perBucket int64 // samples
	sides     []loudness
}

type loudness struct {
	peaks   []int8
	levels  []byte // of each window, dB below full scale
	pure    []bool // of the first windows: is it one tone and nothing else?
	samples int64
	window  []float64
}

func newMeter(channels int, frames int64) *meter {
	return &meter{perBucket: max(1, (frames+buckets-1)/buckets), sides: make([]loudness, channels)}
}

// add takes interleaved frames, whole ones only.
func (m *meter) add(pcm []byte) {
	for at := 0; at+sampleSize <= len(pcm); at += sampleSize {
		side := (at / sampleSize) % len(m.sides)
		m.sides[side].add(int16(binary.LittleEndian.Uint16(pcm[at:])), m.perBucket)
	}
}

func (l *loudness) add(sample int16, perBucket int64) {
	if l.samples%perBucket == 0 {
		l.peaks = append(l.peaks, 0)
	}
	l.samples++
	last := len(l.peaks) - 1
	l.peaks[last] = max(l.peaks[last], height(sample))
	if l.window = append(l.window, float64(sample)); len(l.window) == window {
		l.close()
	}
}

// height is the size of a sample in 0 to 127.
func height(sample int16) int8 {
	return int8(min(max(int(sample), -int(sample))>>8, math.MaxInt8))
}

func (l *loudness) close() {
	energy := 0.0
	for _, x := range l.window {
		energy += x * x
	}
	l.levels = append(l.levels, level(energy/window))
	if len(l.pure) < beepStarts+beepLongest+1 {
		l.pure = append(l.pure, isTone(l.window, energy))
	}
	l.window = l.window[:0]
}

// level is a mean square in dB below full scale.
func level(meanSquare float64) byte {
	if meanSquare < 1 {
		return silent
	}
	return byte(min(max(-10*math.Log10(meanSquare/(32768*32768)), 0), silent-1))
}

// isTone: a pure tone, and nothing else, satisfies x[n] = a*x[n-1] - x[n-2], with a = 2*cos(2*pi*f/rate). The best a is
// found, and what is left over must be little.
func isTone(x []float64, energy float64) bool {
	if energy == 0 {
		return false
	}
	num, den := 0.0, 0.0
	for n := 2; n < len(x); n++ {
		num += x[n-1] * (x[n] + x[n-2])
		den += x[n-1] * x[n-1]
	}
	a, rest := num/max(den, 1), 0.0
	for n := 2; n < len(x); n++ {
		d := x[n] + x[n-2] - a*x[n-1]
		rest += d * d
	}
	highest := 2 * math.Cos(2*math.Pi*beepLowest/frameRate)
	return rest < beepRest*energy && a > -2 && a < highest
}

// peaks gives the waveform of each channel.
func (m *meter) peaks() [][]int8 {
	all := make([][]int8, len(m.sides))
	for i := range m.sides {
		all[i] = m.sides[i].peaks
	}
	return all
}

// speech is how many seconds somebody can be heard, on whichever side.
func (m *meter) speech() float64 {
	heard := make([]bool, len(m.sides[0].levels))
	for i := range m.sides {
		m.sides[i].mark(heard)
	}
	count := 0
	for _, h := range heard {
		if h {
			count++
		}
	}
	return float64(count) * window / frameRate
}

func (l *loudness) mark(heard []bool) {
	l.dropBeep()
	limit := byte(min(max(l.floor()-aboveFloor, loudEnough), hearable))
	for i, level := range l.levels {
		if level < limit {
			heard[i] = true
		}
	}
}

// dropBeep silences the beep and the windows that its ends fall into.
func (l *loudness) dropBeep() {
	for from := 0; from < min(beepStarts, len(l.pure)); from++ {
		to := from
		for to < len(l.pure) && l.pure[to] {
			to++
		}
		if to == from {
			continue
		}
		if to-from <= beepLongest {
			for i := max(from-1, 0); i < min(to+1, len(l.levels)); i++ {
				l.levels[i] = silent
			}
		}
		from = to
	}
}

// floor is the noise floor in dB below full scale.
func (l *loudness) floor() int {
	var histogram [silent]int
	total := 0
	for _, level := range l.levels {
		if level < silent {
			histogram[level]++
			total++
		}
	}
	quiet := 0
	for level := silent - 1; level >= 0; level-- { // from the faintest
		quiet += histogram[level]
		if float64(quiet) >= floorShare*float64(total) && quiet > 0 {
			return level
		}
	}
	return silent
}
