package audio

import "math"

// Resample changes the sample rate of one channel. It keeps what lies below
// half of the lower rate and drops the rest, which would otherwise come back
// as tones that nobody played.
func Resample(samples []int16, from, to int) []int16 {
	if from == to || from <= 0 || to <= 0 {
		return samples
	}
	step := float64(from) / float64(to)
	cut := min(1, 1/step) * 0.95 // of half the source's rate
	reach := 16 / cut            // source samples to either side
	out := make([]int16, int(float64(len(samples))/step))
	for i := range out {
		out[i] = at(samples, float64(i)*step, cut, reach)
	}
	return out
}

// at is the value between the samples: a sinc under a Hann window.
func at(samples []int16, place, cut, reach float64) int16 {
	var sum, weight float64
	first, last := int(math.Ceil(place-reach)), int(place+reach)
	for k := max(first, 0); k <= min(last, len(samples)-1); k++ {
		x := place - float64(k)
		w := sinc(x*cut) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
		sum, weight = sum+w*float64(samples[k]), weight+w
	}
	if weight == 0 {
		return 0
	}
	return int16(max(math.MinInt16, min(math.MaxInt16, math.Round(sum/weight))))
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}
