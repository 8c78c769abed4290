package audio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestAToneLoopsInWholeCycles(t *testing.T) {
	for _, hz := range []int{440, 1000, 333, 1, 3999} {
		tone := Tone(Rate, hz, 300*time.Millisecond)
		if len(tone) < 2400 || len(tone)*hz%Rate != 0 {
			t.Errorf("%d Hz: %d samples", hz, len(tone))
		}
		looped := make([]int16, 3*len(tone))
		Loop(tone)(looped)
		if got := Power(looped, Rate, float64(hz)); hz > 1 && math.Abs(math.Sqrt(got)-8192) > 100 {
			t.Errorf("%d Hz: amplitude %.0f", hz, math.Sqrt(got))
		}
	}
}

func noise(samples []int16, amplitude int) []int16 {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, len(samples))
	for i, s := range samples {
		out[i] = s + int16(random.IntN(2*amplitude+1)-amplitude)
	}
	return out
}

func sum(a, b []int16, gain float64) []int16 {
	out := make([]int16, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] + int16(gain*float64(b[i]))
	}
	return out
}

func TestAToneIsFoundByItsFrequency(t *testing.T) {
	tone, other := Tone(Rate, 1000, time.Second), Tone(Rate, 440, time.Second)
	silence := make([]int16, Rate)
	for _, c := range []struct {
		name    string
		samples []int16
		want    bool
	}{
		{"the tone", tone, true},
		{"after mu-law", ULaw.Decode(nil, ULaw.Encode(nil, tone)), true},
		{"after A-law", ALaw.Decode(nil, ALaw.Encode(nil, tone)), true},
		{"in a little noise", noise(tone, 800), true},
		{"in the middle of silence", append(append(append([]int16{}, silence...), tone...), silence...), true},
		{"another tone", other, false},
		{"a neighbour", Tone(Rate, 1060, time.Second), false},
		{"two tones", sum(tone, other, 1), false},
		{"a second tone 14 dB below", sum(tone, other, 0.2), false},
		{"a second tone 26 dB below", sum(tone, other, 0.05), true},
		{"not for long enough", append(append([]int16{}, tone[:2400]...), silence...), false},
		{"silence", silence, false},
		{"noise", noise(silence, 8000), false},
		{"nothing", nil, false},
	} {
		if got := HasTone(c.samples, Rate, 1000); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if got := Loudest(sum(tone, other, 0.5), Rate, 300, 440, 1000, 2000); got != 1000 {
		t.Errorf("loudest %v", got)
	}
	if got := ToneTime(append(append([]int16{}, tone...), silence...), Rate, 1000); got != time.Second {
		t.Errorf("tone for %v", got)
	}
}

func TestSources(t *testing.T) {
	frame := make([]int16, 4)
	once := Once([]int16{1, 2, 3, 4, 5})
	if n, m, k := once(frame), once(frame), once(frame); n != 4 || m != 1 || k != 0 {
		t.Error(n, m, k)
	}
	if Silence()(frame) != 0 || Loop(nil)(frame) != 0 {
		t.Error("silence has no samples")
	}
}

func TestResamplingKeepsToneAndTime(t *testing.T) {
	for _, from := range []int{8000, 11025, 16000, 44100, 48000} {
		low := Resample(Tone(from, 1000, time.Second), from, Rate)
		if !HasTone(low, Rate, 1000) || len(low) < Rate-1 || len(low) > Rate+1 {
			t.Errorf("from %d: %d samples, tone %v", from, len(low), HasTone(low, Rate, 1000))
		}
		if from >= 16000 { // 5 kHz would come back as 3 kHz
			if p := Power(Resample(Tone(from, 5000, time.Second), from, Rate), Rate, 3000); p > 100*100 {
				t.Errorf("from %d: 5 kHz comes back as 3 kHz with %.0f", from, math.Sqrt(p))
			}
		}
	}
	if up := Resample(Tone(Rate, 1000, time.Second), Rate, 16000); !HasTone(up, 16000, 1000) {
		t.Error("8 to 16 kHz loses the tone")
	}
}
