package asterisk

import (
	"math"
	"os"
	"time"

	"hotline/telephony/audio"
)

// The melody of the waiting music: notes of half a second in Hz, 0 is a rest. The fifth-based scale C D F G leaves out
// A (440 Hz) and stays clear of 1000 Hz, so that no test tone is ever heard in it.
var melody = []float64{
	261.63, 349.23, 392.00, 523.25, 392.00, 349.23, 293.66, 0,
	293.66, 349.23, 392.00, 349.23, 293.66, 261.63, 196.00, 0,
	261.63, 293.66, 349.23, 392.00, 523.25, 392.00, 349.23, 0,
	392.00, 349.23, 293.66, 349.23, 261.63, 196.00, 261.63, 0,
	349.23, 392.00, 349.23, 293.66, 261.63, 293.66, 261.63, 0,
}

const noteSamples = audio.Rate / 2

// BeepHz is the pitch of the beep before a recording. It is long enough to be recognised by its frequency, which the
// installed beep is not.
const BeepHz = 700

// writeBeep makes the beep once.
func writeBeep(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		return nil
	}
	return writeSpeech(path, audio.Tone(audio.Rate, BeepHz, 700*time.Millisecond))
}

// writeMusic makes the waiting music once: 20 seconds.
func writeMusic(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return writeSpeech(path, music())
}

// music lets each note ring into the following two, like a soft bell over a low one.
func music() []int16 {
	sound := make([]float64, len(melody)*noteSamples)
	for i, hz := range melody {
		if hz == 0 {
			continue
		}
		for n := range 3 * noteSamples {
			at := (i*noteSamples + n) % len(sound) // the end rings into the beginning, the loop has no seam
			sound[at] += bell(hz, float64(n)/audio.Rate)
		}
	}
	out := make([]int16, len(sound))
	for i, v := range sound {
		out[i] = int16(3500 * v)
	}
	return out
}

// bell is one note, t seconds after it was struck.
func bell(hz, t float64) float64 {
	const attack, length = 0.02, 1.5
	loud := math.Exp(-3*t) * min(1, t/attack) * min(1, (length-t)/0.1)
	turn := 2 * math.Pi * hz * t
	return loud * (math.Sin(turn) + 0.4*math.Sin(turn/2))
}
