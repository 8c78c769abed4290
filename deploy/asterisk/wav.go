package asterisk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// phoneRate is what telephone speech is sampled at, per second.
const phoneRate = 8000

// writeWAV writes 16-bit mono samples at 8 kHz; a reader never sees half a file.
func writeWAV(path string, samples []int16) error {
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	b.WriteString("RIFF")
	binary.Write(&b, binary.LittleEndian, 36+size)
	b.WriteString("WAVEfmt ")
	binary.Write(&b, binary.LittleEndian, struct { // PCM, one channel, 16 bits
		Size              uint32
		Format, Channels  uint16
		Rate, BytesPerSec uint32
		Block, Bits       uint16
	}{16, 1, 1, phoneRate, 2 * phoneRate, 2, 16})
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, size)
	binary.Write(&b, binary.LittleEndian, samples)
	return writeWhole(path, b.Bytes())
}

func writeWhole(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// readWAV takes 16-bit mono speech and its rate out of a WAV whose lengths may be wrong, as in one written to a pipe.
func readWAV(file []byte) (samples []int16, rate int, err error) {
	if len(file) < 44 || string(file[:4]) != "RIFF" || string(file[8:16]) != "WAVEfmt " {
		return nil, 0, errors.New("not a WAV file")
	}
	if channels, bits := binary.LittleEndian.Uint16(file[22:]), binary.LittleEndian.Uint16(file[34:]); channels != 1 || bits != 16 {
		return nil, 0, fmt.Errorf("WAV of %d channels with %d bits", channels, bits)
	}
	data := bytes.Index(file[36:], []byte("data"))
	if data < 0 || len(file) < 36+data+8 {
		return nil, 0, errors.New("WAV without sound")
	}
	sound := file[36+data+8:]
	samples = make([]int16, len(sound)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(sound[2*i:]))
	}
	return samples, int(binary.LittleEndian.Uint32(file[24:])), nil
}

// resample brings sound down to the telephone's rate with a windowed sinc: what lies above 3.6 kHz is removed before,
// or it would come back as a hiss at wrong frequencies.
func resample(in []int16, rate int) []int16 {
	const half = 64 // samples of the input on each side
	cut := 2 * 0.45 * phoneRate / float64(rate)
	out := make([]int16, len(in)*phoneRate/rate)
	for n := range out {
		at := float64(n) * float64(rate) / phoneRate
		var sum float64
		for k := max(0, int(at)-half+1); k <= min(len(in)-1, int(at)+half); k++ {
			x := at - float64(k)
			sum += float64(in[k]) * cut * sinc(cut*x) * blackman(x/half)
		}
		out[n] = clip(sum)
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackman is the window over -1 ... 1.
func blackman(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return 0.42 + 0.5*math.Cos(math.Pi*x) + 0.08*math.Cos(2*math.Pi*x)
}

func clip(v float64) int16 { return int16(math.Round(max(-32768, min(32767, v)))) }
