package recording

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"hotline/telephony/audio"
)

func measure(sides ...[]int16) *meter {
	m := newMeter(len(sides), int64(len(sides[0])))
	for i := range sides[0] {
		var frame []byte
		for _, side := range sides {
			frame = binary.LittleEndian.AppendUint16(frame, uint16(side[i]))
		}
		m.add(frame)
	}
	return m
}

// voice is like speech: syllables of a buzzing, changing sound with pauses between them.
func voice(amplitude, seconds float64) []int16 {
	samples := silence(seconds)
	for i := range samples {
		at := float64(i) / audio.Rate
		if math.Mod(at, 0.4) > 0.3 { // a quarter of the time is a pause
			continue
		}
		buzz := 0.0
		for harmonic := 1.0; harmonic < 12; harmonic++ {
			buzz += math.Sin(2*math.Pi*(120+20*math.Sin(5*at))*harmonic*at) / harmonic
		}
		samples[i] = int16(amplitude * buzz / 2)
	}
	return samples
}

func mix(a, b []int16) []int16 {
	sum := slices.Clone(a)
	for i := range sum {
		sum[i] += b[i]
	}
	return sum
}

func TestWhatCountsAsSpeech(t *testing.T) {
	for name, c := range map[string]struct {
		sound []int16
		want  float64
		off   float64
	}{
		"nothing at all":                    {silence(10), 0, 0},
		"a quiet line":                      {hiss(30, 10), 0, 0},
		"a noisy line":                      {hiss(150, 10), 0, 0.1},
		"a tone":                            {tone(700, 5), 5, 0.05},
		"a tone that comes and goes":        {slices.Concat(silence(3), tone(700, 2), silence(3)), 2, 0.05},
		"the beep":                          {slices.Concat(silence(0.2), tone(1000, 0.4), silence(5)), 0, 0},
		"the beep on a quiet line":          {mix(slices.Concat(tone(1000, 0.25), silence(5)), hiss(30, 5.25)), 0, 0.05},
		"the beep, then a tone":             {slices.Concat(tone(1000, 0.25), silence(1), tone(700, 3)), 3, 0.05},
		"a short tone later is not a beep":  {slices.Concat(silence(3), tone(1000, 0.4), silence(3)), 0.4, 0.05},
		"a voice":                           {voice(6000, 8), 6, 0.8},
		"a soft voice on a noisy line":      {mix(voice(2500, 8), hiss(100, 8)), 6, 0.8},
		"a voice from the first moment":     {slices.Concat(voice(6000, 2), silence(4)), 1.5, 0.4},
		"a word, then nobody for a minute":  {slices.Concat(voice(6000, 0.3), hiss(30, 60)), 0.3, 0.1},
		"shorter than the shortest measure": {tone(700, 0.01), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := measure(c.sound).speech(); math.Abs(got-c.want) > c.off {
				t.Errorf("%.2f s of speech, want %.2f", got, c.want)
			}
		})
	}
}

func TestTwoWhoSpeakAtOnceAreHeardOnce(t *testing.T) {
	m := measure(slices.Concat(tone(700, 2), silence(4)), slices.Concat(silence(1), tone(1300, 2), silence(3)))
	if got := m.speech(); math.Abs(got-3) > 0.05 {
		t.Errorf("%.2f s, want 3", got)
	}
}

func TestTheWaveformFollowsTheSound(t *testing.T) {
	peaks := measure(slices.Concat(silence(5), tone(700, 5)))
	first, second := peaks.peaks()[0][:buckets/2], peaks.peaks()[0][buckets/2:]
	if slices.Max(first) != 0 || slices.Min(second) < 28 || slices.Max(second) > 33 { // a quarter of full scale: 32
		t.Errorf("%v | %v", slices.Max(first), second[:5])
	}
	for samples := range 3 * buckets {
		m := newMeter(1, int64(samples))
		m.add(make([]byte, samples*sampleSize))
		if n := len(m.peaks()[0]); n > buckets || n > samples || samples > 0 && n == 0 {
			t.Fatalf("%d values for %d samples", n, samples)
		}
	}
	if height(math.MinInt16) != 127 || height(math.MaxInt16) != 127 {
		t.Error("the loudest is not the highest")
	}
}
