package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"hotline/telephony/audio"
)

// memory spares the disk: it must not be asked to sync a thousand times a second.
type memory struct {
	*Folder
	bytes.Buffer
}

func (m *memory) Put(_ context.Context, _ string, fill func(io.Writer) error) error {
	return fill(&m.Buffer)
}

// Whatever bytes two files hold: what is stored is a valid file, as long as the longer of the two, and its row is true.
func FuzzWhatAsteriskGives(f *testing.F) {
	whole, cut := file(tone(700, 0.1)), killed(tone(1300, 0.2))
	f.Add(whole, cut, int64(0))
	f.Add(cut, whole[:50], int64(time.Second))
	f.Add([]byte{}, whole[:44], int64(1))
	f.Add(bytes.Repeat([]byte("RIFF"), 40), []byte("RIFF\xff\xff\xff\xffWAVEfmt "), int64(-1))
	folder := newFolder(f)
	f.Fuzz(func(t *testing.T, in, out []byte, wall int64) {
		given := map[string][]byte{"rec~c~in": in, "rec~c~out": out}
		stored := &memory{Folder: folder}
		s := New(nil, stored, Asterisk{Fetch: func(_ context.Context, name string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(given[name])), nil
		}}, quiet())
		j := job{row: row{Recording: Recording{ID: "x", Name: "rec~c", Kind: Talk, State: Expected}},
			wall: max(time.Duration(wall), 0).Seconds(), seen: int64(len(in) + len(out))}
		if err := s.home(context.Background(), &j); err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		content := stored.Bytes()
		w, err := audio.Parse(content)
		longest := max(len(in), len(out), audio.HeaderSize) - audio.HeaderSize
		if err != nil || w.Channels != 2 || len(w.Samples) != longest/2*2 || int64(len(content)) != j.Bytes {
			t.Errorf("%v: %d samples for %d bytes", err, len(w.Samples), longest)
		}
		if j.State != Kept && j.State != Cut || j.Missing < 0 || j.Speech > j.Seconds || j.State == Kept && j.Missing != 0 {
			t.Errorf("%+v", j.Recording)
		}
	})
}
