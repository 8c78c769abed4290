package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestG711KnownValues(t *testing.T) {
	for _, c := range []struct {
		sample       int16
		uLaw, aLaw   byte
		uBack, aBack int16
	}{
		{0, 0xFF, 0xD5, 0, 8},
		{-1, 0x7F, 0x55, 0, -8},
		{8, 0xFE, 0xD5, 8, 8},
		{1000, 0xCE, 0xFA, 988, 1008},
		{-1000, 0x4E, 0x7A, -988, -1008},
		{8031, 0xA0, 0x8A, 7932, 8064},
		{32767, 0x80, 0xAA, 32124, 32256},
		{-32768, 0x00, 0x2A, -32124, -32256},
	} {
		if u, a := EncodeULaw(c.sample), EncodeALaw(c.sample); u != c.uLaw || a != c.aLaw {
			t.Errorf("%d is coded %#x and %#x, want %#x and %#x", c.sample, u, a, c.uLaw, c.aLaw)
		}
		if u, a := DecodeULaw(c.uLaw), DecodeALaw(c.aLaw); u != c.uBack || a != c.aBack {
			t.Errorf("%d comes back as %d and %d, want %d and %d", c.sample, u, a, c.uBack, c.aBack)
		}
	}
}

func TestEveryCodeSurvivesARoundTrip(t *testing.T) {
	for _, law := range []Law{ULaw, ALaw} {
		for b := range 256 {
			samples := law.Decode(nil, []byte{byte(b)})
			back := law.Encode(nil, samples)[0]
			if back != byte(b) && !(law == ULaw && b == 0x7F && back == 0xFF) { // mu-law has two zeros
				t.Errorf("law %d: %#x becomes %d becomes %#x", law, b, samples[0], back)
			}
		}
		if s := law.Decode(nil, []byte{law.Silence()})[0]; s < -8 || s > 8 {
			t.Errorf("law %d: silence is %d", law, s)
		}
	}
}

func TestAnyWaveformIsClose(t *testing.T) {
	for s := -32768; s <= 32767; s += 7 {
		for _, law := range []Law{ULaw, ALaw} {
			got := law.Decode(nil, law.Encode(nil, []int16{int16(s)}))[0]
			if limit := 16 + math.Abs(float64(s))/16; math.Abs(float64(int(got)-s)) > limit {
				t.Fatalf("law %d: %d comes back as %d", law, s, got)
			}
		}
	}
}

func file(t *testing.T, w WAV) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWAVIsReadAsWritten(t *testing.T) {
	for _, w := range []WAV{
		{8000, 1, []int16{1, -2, 32767, -32768}},
		{16000, 2, []int16{1, 2, 3, 4}},
		{8000, 1, nil},
	} {
		got, err := Parse(file(t, w))
		if err != nil || got.Rate != w.Rate || got.Channels != w.Channels || !slices.Equal(got.Samples, w.Samples) {
			t.Errorf("%+v became %+v, %v", w, got, err)
		}
	}
}

func TestWhatAKilledRecorderLeaves(t *testing.T) {
	whole := file(t, WAV{8000, 1, []int16{10, 20, 30}})
	zeroed := slices.Clone(whole)
	clear(zeroed[4:8])
	clear(zeroed[40:44])
	tooLong := slices.Clone(whole)
	binary.LittleEndian.PutUint32(tooLong[40:], 1<<30)
	for _, c := range []struct {
		name string
		data []byte
		want []int16
	}{
		{"lengths of zero", zeroed, []int16{10, 20, 30}},
		{"a length beyond the end", tooLong, []int16{10, 20, 30}},
		{"half a sample at the end", zeroed[:len(zeroed)-1], []int16{10, 20}},
		{"a header and no sound", zeroed[:44], nil},
	} {
		got, err := Parse(c.data)
		if err != nil || !slices.Equal(got.Samples, c.want) {
			t.Errorf("%s: %v, %v", c.name, got.Samples, err)
		}
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if repaired, err := Repair(path); err != nil || !repaired {
			t.Errorf("%s: repaired %v, %v", c.name, repaired, err)
		}
		after, _ := os.ReadFile(path)
		if riff, data := le32(after[4:]), le32(after[40:]); riff != len(after)-8 || data != len(after)-44 {
			t.Errorf("%s: lengths %d and %d in a file of %d", c.name, riff, data, len(after))
		}
		if repaired, err := Repair(path); err != nil || repaired != (len(after) == 44) {
			t.Errorf("%s: repaired twice, %v", c.name, err)
		}
	}
}

func le32(b []byte) int { return int(binary.LittleEndian.Uint32(b)) }

func TestOtherFiles(t *testing.T) {
	uLaw := slices.Concat([]byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00"),
		[]byte{7, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0}, []byte("data\x02\x00\x00\x00\x80\xFF"))
	if w, err := Parse(uLaw); err != nil || !slices.Equal(w.Samples, []int16{32124, 0}) {
		t.Errorf("mu-law after an odd chunk: %v, %v", w, err)
	}
	pcm8 := file(t, WAV{8000, 1, []int16{1}})
	pcm8[34] = 8
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrNotWAV},
		{"MP3", []byte("ID3\x04 and more than twelve bytes"), ErrNotWAV},
		{"8-bit PCM", pcm8, ErrFormat},
		{"no data chunk", pcm8[:36], ErrNotWAV},
		{"sound before its format", []byte("RIFF\x00\x00\x00\x00WAVEdata\x00\x00\x00\x00"), ErrNotWAV},
	} {
		if _, err := Parse(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestChannels(t *testing.T) {
	w := WAV{8000, 2, []int16{10, 20, -30, 50}}
	if !slices.Equal(w.Channel(1), []int16{20, 50}) || !slices.Equal(w.Mono(), []int16{15, 10}) {
		t.Errorf("%v %v", w.Channel(1), w.Mono())
	}
	if w.Duration() != 250*time.Microsecond {
		t.Error(w.Duration())
	}
}

func FuzzParse(f *testing.F) {
	var b bytes.Buffer
	_ = WAV{8000, 2, []int16{1, 2, 3, 4}}.Write(&b)
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:45])
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := Parse(data)
		if err == nil && (w.Rate <= 0 || w.Channels <= 0 || len(w.Samples)%w.Channels != 0 || len(w.Samples) > len(data)) {
			t.Errorf("%+v from %d bytes", w, len(data))
		}
	})
}
