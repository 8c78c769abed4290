package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

var (
	// ErrNotWAV: the bytes are no RIFF WAVE file.
	ErrNotWAV = errors.New("not a WAV file")
	// ErrFormat: a WAV file whose coding is neither 16-bit PCM nor G.711.
	ErrFormat = errors.New("WAV coding not supported (16-bit PCM, A-law and mu-law are)")
)

// HeaderSize is the length in bytes of the header that Header makes.
const HeaderSize = 44

// The codings of a WAV file that are read here (mmreg.h).
const (
	codingPCM        = 1
	codingALaw       = 6
	codingULaw       = 7
	codingExtensible = 0xFFFE // the real coding follows in the chunk
)

// WAV is a sound with its format. Samples of several channels are interleaved.
type WAV struct {
	Rate     int // samples a second and channel
	Channels int
	Samples  []int16
}

// Duration is how long the sound lasts.
func (w WAV) Duration() time.Duration {
	if w.Rate <= 0 || w.Channels <= 0 {
		return 0
	}
	frames := len(w.Samples) / w.Channels
	return time.Duration(float64(frames) / float64(w.Rate) * float64(time.Second))
}

// Channel is one channel alone, counted from 0.
func (w WAV) Channel(n int) []int16 {
	one := make([]int16, 0, len(w.Samples)/max(w.Channels, 1))
	for i := n; i < len(w.Samples); i += w.Channels {
		one = append(one, w.Samples[i])
	}
	return one
}

// Mono is the mean of all channels.
func (w WAV) Mono() []int16 {
	if w.Channels <= 1 {
		return w.Samples
	}
	mixed := make([]int16, len(w.Samples)/w.Channels)
	for i := range mixed {
		sum := 0
		for _, s := range w.Samples[i*w.Channels : (i+1)*w.Channels] {
			sum += int(s)
		}
		mixed[i] = int16(sum / w.Channels)
	}
	return mixed
}

// Header is the header of a 16-bit PCM file with that many bytes of sound.
func Header(rate, channels int, size uint32) []byte {
	h := make([]byte, 0, HeaderSize)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, 36+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, codingPCM)
	h = binary.LittleEndian.AppendUint16(h, uint16(channels))
	h = binary.LittleEndian.AppendUint32(h, uint32(rate))
	h = binary.LittleEndian.AppendUint32(h, uint32(rate*channels*2))
	h = binary.LittleEndian.AppendUint16(h, uint16(channels*2))
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// Write writes the sound as a 16-bit PCM file.
func (w WAV) Write(to io.Writer) error {
	out := Header(w.Rate, w.Channels, uint32(len(w.Samples)*2))
	for _, s := range w.Samples {
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	if _, err := to.Write(out); err != nil {
		return fmt.Errorf("write WAV: %w", err)
	}
	return nil
}

// WriteFile writes the sound to a file, replacing what was there.
func (w WAV) WriteFile(path string) error {
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// ReadFile reads a WAV file.
func ReadFile(path string) (WAV, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return WAV{}, err
	}
	w, err := Parse(data)
	if err != nil {
		return WAV{}, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

// Read reads a whole WAV file.
func Read(r io.Reader) (WAV, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return WAV{}, fmt.Errorf("read WAV: %w", err)
	}
	return Parse(data)
}

// Parse reads the bytes of a WAV file. Lengths in the header that are zero or
// longer than the file are taken as "to the end of the file": a recorder that
// was killed had no time to write them.
func Parse(data []byte) (WAV, error) {
	l, err := locate(data)
	if err != nil {
		return WAV{}, err
	}
	w := WAV{Rate: int(l.rate), Channels: int(l.channels)}
	sound := data[l.start : l.start+l.size]
	switch {
	case l.coding == codingPCM && l.bits == 16:
		w.Samples = make([]int16, len(sound)/2)
		for i := range w.Samples {
			w.Samples[i] = int16(binary.LittleEndian.Uint16(sound[2*i:]))
		}
	case l.coding == codingULaw:
		w.Samples = ULaw.Decode(nil, sound)
	case l.coding == codingALaw:
		w.Samples = ALaw.Decode(nil, sound)
	default:
		return WAV{}, ErrFormat
	}
	w.Samples = w.Samples[:len(w.Samples)/w.Channels*w.Channels] // no half frame
	return w, nil
}
