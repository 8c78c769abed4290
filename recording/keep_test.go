package recording

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/telephony/audio"
)

func TestATalkIsStereoWithTheCallerLeft(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Talk)
	h.spool.put(t, name+"~in", file(tone(700, 4)))
	h.spool.put(t, name+"~out", file(append(silence(2), tone(1300, 1.9)...))) // speaks later, ends earlier
	r, err := h.Keep(ctx, name, 4*time.Second)
	h.must(t, err)
	if r.State != Kept || r.Channels != 2 || r.Seconds != 4 || len(r.Peaks) != 2 || len(r.Peaks[0]) != buckets {
		t.Fatalf("%+v", r)
	}
	w := h.sound(t, r.ID)
	left, right := w.Channel(0), w.Channel(1)
	if !audio.HasTone(left, 8000, 700) || audio.HasTone(left, 8000, 1300) {
		t.Error("the caller is not left, or not alone there")
	}
	if !audio.HasTone(right, 8000, 1300) || audio.HasTone(right, 8000, 700) {
		t.Error("the agent is not right, or not alone there")
	}
	if audio.ToneTime(right[:2*8000], 8000, 1300) != 0 || !audio.HasTone(right[2*8000:3*8000], 8000, 1300) {
		t.Error("the sides do not begin together")
	}
	if h.spool.has(name+"~in") || h.spool.has(name+"~out") {
		t.Error("Asterisk still has it")
	}
	if again, err := h.Keep(ctx, name, 0); err != nil || again.SHA256 != r.SHA256 || again.ID != r.ID {
		t.Errorf("kept again it is another: %+v, %v", again, err)
	}
}

func TestWhatAsteriskLeavesBehind(t *testing.T) {
	short := 44 + 2*8000*3 // bytes of 3 seconds
	long := tone(700, 5)
	wrong := file(long)
	wrong[40], wrong[41], wrong[42], wrong[43] = 100, 0, 0, 0 // header of 100 bytes, five seconds of sound
	mad := file(long)
	copy(mad[40:44], []byte{255, 255, 255, 255})
	zeroed := file(long)
	clear(zeroed[:44])
	for name, c := range map[string]struct {
		kind    Kind
		in, out []byte // out is nil for a voicemail
		wall    time.Duration
		state   State
		seconds float64
		missing float64
		note    string
		looks   int
	}{
		"a voicemail is whole":                             {Voicemail, file(long), nil, 5 * time.Second, Kept, 5, 0, "", 1},
		"a little less than its time is whole":             {Voicemail, file(long), nil, 5090 * time.Millisecond, Kept, 5, 0, "", 1},
		"nobody knows its time":                            {Voicemail, file(long), nil, 0, Kept, 5, 0, "", 1},
		"the end is missing":                               {Voicemail, file(long), nil, 8 * time.Second, Cut, 5, 3, noteShort, 1},
		"cut by a full disk, the header speaks of more":    {Voicemail, file(long)[:short], nil, 0, Cut, 3, 2, noteShort, 1},
		"half a sample at the end":                         {Voicemail, file(long)[:short+1], nil, 3 * time.Second, Kept, 3, 0, "", 1},
		"the header speaks of less than is there":          {Voicemail, wrong, nil, 5 * time.Second, Kept, 5, 0, "", 1},
		"the header speaks of four gigabytes":              {Voicemail, mad, nil, 5 * time.Second, Kept, 5, 0, "", 1},
		"killed, whole by the clock":                       {Voicemail, killed(long), nil, 5 * time.Second, Kept, 5, 0, noteKilled, 2},
		"killed, cut by the clock":                         {Voicemail, killed(long), nil, 7 * time.Second, Cut, 5, 2, noteKilled, 2},
		"killed, nobody knows its time":                    {Voicemail, killed(long), nil, 0, Cut, 5, 0, noteKilled, 2},
		"killed before the first byte of sound":            {Voicemail, killed(nil), nil, 2 * time.Second, Cut, 0, 2, noteKilled, 2},
		"killed before the header":                         {Voicemail, []byte{}, nil, 2 * time.Second, Cut, 0, 2, noteKilled, 2},
		"killed within the header":                         {Voicemail, file(long)[:20], nil, 2 * time.Second, Cut, 0, 2, noteKilled, 2},
		"the header is zeros":                              {Voicemail, zeroed, nil, 5 * time.Second, Kept, 5, 0, noteHeader, 1},
		"hung up at once":                                  {Voicemail, file(nil), nil, 0, Kept, 0, 0, "", 1},
		"the caller's side is missing":                     {Talk, nil, file(long), 5 * time.Second, Cut, 5, 5, noteNoCaller, 3},
		"the agent's side is missing":                      {Talk, file(long), nil, 5 * time.Second, Cut, 5, 5, noteNoAgent, 3},
		"one side is shorter and nobody knows the time":    {Talk, file(long), file(long[:8000]), 0, Cut, 5, 4, noteShort, 1},
		"one side was killed":                              {Talk, file(long), killed(long[:8000*4]), 5 * time.Second, Cut, 5, 1, noteKilled, 2},
		"both sides are longer than the talk was believed": {Talk, file(long), file(long), 3 * time.Second, Kept, 5, 0, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h, ctx := newHouse(t), context.Background()
			n := h.expect(t, c.kind)
			names := files(c.kind, n)
			for i, content := range [][]byte{c.in, c.out}[:len(names)] {
				if content != nil {
					h.spool.put(t, names[i], content)
				}
			}
			var r Recording
			var err error
			for look := 1; look <= c.looks; look++ {
				r, err = h.Keep(ctx, n, c.wall)
				if look < c.looks && !errors.Is(err, ErrNotYet) {
					t.Fatalf("look %d: %v, want ErrNotYet", look, err)
				}
				h.rest(t)
			}
			h.must(t, err)
			if r.State != c.state || math.Abs(r.Missing-c.missing) > 0.01 || r.Note != c.note || r.Seconds != c.seconds {
				t.Errorf("%s %.2f s, missing %.2f, %q", r.State, r.Seconds, r.Missing, r.Note)
			}
			h.proves(t, r)
			for _, file := range names {
				if h.spool.has(file) {
					t.Error("Asterisk still has", file)
				}
			}
		})
	}
}

// proves checks a stored file against all that its row claims.
func (h house) proves(t *testing.T, r Recording) {
	t.Helper()
	r, err := h.Get(context.Background(), r.ID)
	h.must(t, err)
	content, err := os.ReadFile(h.folder.root + "/" + r.key())
	h.must(t, err)
	sum := sha256.Sum256(content)
	w, err := audio.Parse(content)
	h.must(t, err)
	header := audio.Header(8000, r.Channels, uint32(len(content)-audio.HeaderSize))
	switch {
	case hex.EncodeToString(sum[:]) != r.SHA256:
		t.Error("the checksum is of another file")
	case int64(len(content)) != r.Bytes || string(content[:44]) != string(header):
		t.Error("the header is not true")
	case len(w.Samples) != int(r.Seconds*8000)*r.Channels:
		t.Errorf("%d samples in %.2f s", len(w.Samples), r.Seconds)
	}
}

func TestAFileThatGrowsIsLeftAlone(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	for seconds := range 3 {
		h.spool.put(t, name, killed(tone(700, float64(2*seconds+1))))
		if _, err := h.Keep(ctx, name, 0); !errors.Is(err, ErrNotYet) {
			t.Fatal(err)
		}
		if _, err := h.Keep(ctx, name, 0); !errors.Is(err, ErrNotYet) { // at once: it had no time to grow
			t.Fatal(err)
		}
		h.rest(t)
	}
	h.spool.put(t, name, file(tone(700, 7)))
	if r, err := h.Keep(ctx, name, 0); err != nil || r.State != Kept || r.Seconds != 7 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAFileThatIsClosedAMomentLaterIsWaitedFor(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	first := make(chan struct{})
	late := New(h.pool, h.folder, Asterisk{Forget: h.spool.forget, Fetch: func(ctx context.Context, name string) (io.ReadCloser, error) {
		defer func() {
			select {
			case <-first:
			default: // Asterisk closes the file as soon as it was looked for in vain
				h.spool.put(t, name, file(tone(700, 2)))
				close(first)
			}
		}()
		return h.spool.fetch(ctx, name)
	}}, quiet())
	if r, err := late.Keep(ctx, name, 2*time.Second); err != nil || r.State != Kept || r.Seconds != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestHurryDoesNotMakeTheWaitLonger(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	for range 20 {
		if _, err := h.Keep(ctx, name, 3*time.Second); !errors.Is(err, ErrNotYet) {
			t.Fatal(err)
		}
	}
	if n := h.count(t, `select count(*) from recordings where attempts = 1 and absences = 1 and wall = 3
		and next_attempt < now() + interval '6 seconds'`); n != 1 {
		t.Error("twenty looks in a row count as more than one")
	}
}

func TestAFileThatNeverComesIsLostAndStaysVisible(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Talk)
	for range 5 { // asked in a hurry it is one look
		if _, err := h.Keep(ctx, name, 0); !errors.Is(err, ErrNotYet) {
			t.Fatal(err)
		}
	}
	h.rest(t)
	if _, err := h.Keep(ctx, name, 0); !errors.Is(err, ErrNotYet) {
		t.Fatal(err)
	}
	h.rest(t)
	r, err := h.Keep(ctx, name, 0)
	if err != nil || r.State != Lost {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := h.Open(ctx, r.ID); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	asked := h.spool.fetched.Load()
	if done, err := h.Sweep(ctx, nil); err != nil || len(done) != 0 || h.spool.fetched.Load() != asked {
		t.Errorf("a lost one is asked for again: %v %v", done, err)
	}
	if all, err := h.ByCalls(ctx, r.Call); err != nil || len(all) != 1 || all[0].State != Lost {
		t.Errorf("%+v, %v", all, err)
	}
	h.spool.put(t, name+"~in", file(tone(700, 1))) // the disk was mounted again
	h.spool.put(t, name+"~out", file(tone(700, 1)))
	if r, err = h.Keep(ctx, name, 0); err != nil || r.State != Kept {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestManyKeepTheSameAtOnce(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	other, err := pgxpool.New(ctx, h.pool.Config().ConnString())
	h.must(t, err)
	defer other.Close()
	second := New(other, h.folder, h.spool.asterisk(""), quiet())
	name := h.expect(t, Talk)
	h.spool.put(t, name+"~in", file(tone(700, 3)))
	h.spool.put(t, name+"~out", file(tone(1300, 3)))
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			r, err := []*Store{h.Store, second}[i%2].Keep(ctx, name, 3*time.Second)
			if err != nil || r.State != Kept || r.Seconds != 3 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	wait.Wait()
	if n := h.spool.fetched.Load(); n != 2 {
		t.Errorf("fetched %d files, want 2", n)
	}
	if files := h.stored(t); len(files) != 1 {
		t.Errorf("stored %v", files)
	}
	if n := h.count(t, `select count(*) from recordings where settled`); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAnotherFormatStaysInAsterisk(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	wide := file(tone(700, 2))
	wide[24], wide[25] = 0x80, 0x3e // 16 kHz
	h.spool.put(t, name, wide)
	if _, err := h.Keep(ctx, name, 0); !errors.Is(err, ErrFormat) {
		t.Fatal(err)
	}
	if !h.spool.has(name) {
		t.Error("it is gone")
	}
	if n := h.count(t, `select attempts from recordings where last_error like '%16-bit%'`); n != 1 {
		t.Errorf("%d attempts written down", n)
	}
}
