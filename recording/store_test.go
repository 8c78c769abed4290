package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"hotline/telephony/audio"
)

func TestListeningInPieces(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	sound := file(tone(700, 2))
	h.spool.put(t, name, sound)
	r, err := h.Keep(ctx, name, 2*time.Second)
	h.must(t, err)
	a, err := h.Open(ctx, r.ID)
	h.must(t, err)
	defer a.Close()
	if a.Size != int64(len(sound)) || a.ModTime.IsZero() || a.Recording.ID != r.ID {
		t.Errorf("%+v", a)
	}
	answer, ask := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	ask.Header.Set("Range", "bytes=1000-1999")
	http.ServeContent(answer, ask, "sound.wav", a.ModTime, a)
	if answer.Code != http.StatusPartialContent || !bytes.Equal(answer.Body.Bytes(), sound[1000:2000]) {
		t.Error(answer.Code, answer.Header())
	}
}

func TestAnIdIsNeverAPath(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	for _, id := range []string{"", "../../etc/passwd", "x", "' or 1=1", "\x00", "4b0b9f7e-0f0e-4a57-9a43-2f2d3f1f0000"} {
		if _, err := h.Open(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if err := h.Played(ctx, id, "agent1"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, name := range []string{"", "../x", "a/b", "a\x00", "a b", strings.Repeat("a", 201)} {
		if err := h.Expect(ctx, Item{Name: name, Call: "c", Kind: Talk}); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := h.Keep(ctx, "vm~never~1", 0); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestTheLogOfPlaysIsNeverChanged(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	h.expect(t, Voicemail)
	var id string
	h.must(t, h.pool.QueryRow(ctx, `select id from recordings`).Scan(&id))
	if _, err := h.Open(ctx, id); !errors.Is(err, ErrNotYet) {
		t.Error(err)
	}
	h.must(t, h.Played(ctx, id, "supervisor"))
	h.must(t, h.Played(ctx, id, "supervisor"))
	for _, sql := range []string{`update recording_plays set who = 'agent1'`, `delete from recording_plays`, `truncate recording_plays`} {
		if _, err := h.pool.Exec(ctx, sql); err == nil {
			t.Error(sql, "is allowed")
		}
	}
	if n := h.count(t, `select count(*) from recording_plays where recording = $1 and who = 'supervisor'`, id); n != 2 {
		t.Errorf("%d plays", n)
	}
}

// endless gives a tone of that many bytes after a header, without holding it.
type endless struct {
	second []byte
	at     int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.second[e.at:])
	if e.at += n; e.at == len(e.second) {
		e.at = audio.HeaderSize
	}
	return n, nil
}

func TestTwoHoursNeedLittleMemory(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	const hours = 2
	long := New(h.pool, h.folder, Asterisk{
		Fetch: func(context.Context, string) (io.ReadCloser, error) {
			sound := &endless{second: file(tone(700, 1))}
			return io.NopCloser(io.LimitReader(sound, audio.HeaderSize+hours*3600*16000)), nil
		},
		Forget: func(context.Context, string) error { return nil },
	}, quiet())
	name := h.expect(t, Talk)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := long.Keep(ctx, name, hours*time.Hour)
	runtime.ReadMemStats(&after)
	h.must(t, err)
	if r.State != Kept || r.Seconds != hours*3600 || r.Bytes != 44+hours*3600*32000 || r.Speech < 7190 {
		t.Errorf("%s %.0f s, speech %.0f s, %d bytes", r.State, r.Seconds, r.Speech, r.Bytes)
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 24 { // all that was ever asked for, not only what stayed
		t.Errorf("%d MB were allocated for a file of %d MB", used, r.Bytes>>20)
	} else {
		t.Logf("%d MB were allocated for a file of %d MB", used, r.Bytes>>20)
	}
}
