package recording

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestASweepBringsHomeWhatIsOver(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	over, live := h.expect(t, Talk), h.expect(t, Voicemail)
	h.spool.put(t, over+"~in", file(tone(700, 2)))
	h.spool.put(t, over+"~out", file(tone(700, 2)))
	h.spool.put(t, live, killed(tone(700, 2)))
	liveCall := strings.Split(live, "~")[1]
	done, err := h.Sweep(ctx, func(call string) bool { return call == liveCall })
	if err != nil || len(done) != 1 || done[0].Name != over || done[0].State != Kept {
		t.Fatalf("%+v, %v", done, err)
	}
	if n := h.count(t, `select attempts from recordings where name = $1`, live); n != 0 || !h.spool.has(live) {
		t.Error("a live call's recording was touched")
	}
}

func TestAnotherNodesRecordingsAreLeftAlone(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	h.expect(t, Voicemail) // of node "hotline"
	elsewhere := New(h.pool, h.folder, h.spool.asterisk("other"), quiet())
	if done, err := elsewhere.Sweep(ctx, nil); err != nil || len(done) != 0 || h.spool.fetched.Load() != 0 {
		t.Errorf("%v, %v, %d fetched", done, err, h.spool.fetched.Load())
	}
}

func TestAnAsteriskThatIsAwayIsAskedAgain(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	for range 5 {
		h.spool.put(t, h.expect(t, Voicemail), file(tone(700, 1)))
	}
	h.spool.away.Store(true)
	if _, err := h.Sweep(ctx, nil); !errors.Is(err, errAway) {
		t.Fatal(err)
	}
	if n := h.spool.fetched.Load(); n != failuresMost {
		t.Errorf("asked %d times, want %d: then it is away for all", n, failuresMost)
	}
	if n := h.count(t, `select count(*) from recordings
		where attempts = 1 and last_error <> '' and next_attempt > now() + interval '3 seconds'`); n != failuresMost {
		t.Errorf("%d failures written down", n)
	}
	h.spool.away.Store(false)
	restarted := New(h.pool, h.folder, h.spool.asterisk("hotline"), quiet()) // what is to be done is in the table only
	done, err := restarted.Sweep(ctx, nil)
	if err != nil || len(done) != 2 {
		t.Errorf("%d are due at once, %v", len(done), err)
	}
	h.rest(t)
	if done, err = restarted.Sweep(ctx, nil); err != nil || len(done) != 3 {
		t.Errorf("%d are due after the wait, %v", len(done), err)
	}
}

func TestTheWaitGrowsUpToTenMinutes(t *testing.T) {
	var j job
	var waits []time.Duration
	for range 40 {
		j.wait = 0
		j.postpone(errAway)
		waits = append(waits, j.wait)
	}
	if waits[0] != 5*time.Second || waits[1] != 10*time.Second || waits[6] != 320*time.Second || waits[39] != 10*time.Minute {
		t.Error(waits)
	}
}

// dyingStorage cuts our life off between storing and writing it down.
type dyingStorage struct {
	Storage
	die context.CancelFunc
}

func (d dyingStorage) Put(ctx context.Context, key string, fill func(io.Writer) error) error {
	err := d.Storage.Put(ctx, key, fill)
	d.die()
	return err
}

func TestDyingBetweenStoringAndWritingDown(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	h.spool.put(t, name, file(tone(700, 2)))
	life, die := context.WithCancel(ctx)
	dying := New(h.pool, dyingStorage{h.folder, die}, h.spool.asterisk(""), quiet())
	if _, err := dying.Keep(life, name, 0); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := h.count(t, `select count(*) from recordings where state = 'expected' and attempts = 0`); n != 1 {
		t.Fatal("the row speaks of what was not committed")
	}
	if !h.spool.has(name) || len(h.stored(t)) != 1 {
		t.Fatalf("in Asterisk: %v, stored: %v", h.spool.has(name), h.stored(t))
	}
	done, err := h.Sweep(ctx, nil)
	if err != nil || len(done) != 1 || done[0].State != Kept {
		t.Fatalf("%+v, %v", done, err)
	}
	h.proves(t, done[0])
	if files := h.stored(t); len(files) != 1 || h.spool.has(name) {
		t.Errorf("an orphan: %v", files)
	}
}

func TestWhatAsteriskWouldNotForgetIsForgottenLater(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := h.expect(t, Voicemail)
	h.spool.put(t, name, file(tone(700, 2)))
	h.spool.keeps.Store(true)
	if r, err := h.Keep(ctx, name, 0); err != nil || r.State != Kept {
		t.Fatalf("%+v, %v", r, err)
	}
	h.spool.keeps.Store(false)
	if _, err := h.Sweep(ctx, nil); err != nil || !h.spool.has(name) {
		t.Fatal("asked before its time", err)
	}
	h.rest(t)
	done, err := h.Sweep(ctx, nil)
	if err != nil || len(done) != 0 || h.spool.has(name) || h.spool.fetched.Load() != 1 {
		t.Errorf("%v, %v, fetched %d", done, err, h.spool.fetched.Load())
	}
	if n := h.count(t, `select count(*) from recordings where settled`); n != 1 {
		t.Error("something is left to do")
	}
}

func TestADiskThatIsFullLosesNothing(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=200k,mode=700"); err != nil {
		t.Skip("a small disk needs the right to mount:", err)
	}
	defer syscall.Unmount(small, syscall.MNT_DETACH)
	folder, err := NewFolder(small)
	h.must(t, err)
	full := New(h.pool, folder, h.spool.asterisk(""), quiet())
	name := h.expect(t, Voicemail)
	h.spool.put(t, name, file(tone(700, 8))) // 128 kB: once as scratch it fits, twice it does not
	if _, err := full.Keep(ctx, name, 0); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(small, scratchName)); err != nil || len(left) != 0 || !h.spool.has(name) {
		t.Errorf("left %v, %v, in Asterisk %v", left, err, h.spool.has(name))
	}
	h.rest(t)
	if done, err := h.Sweep(ctx, nil); err != nil || len(done) != 1 || done[0].State != Kept { // on a bigger disk
		t.Errorf("%+v, %v", done, err)
	}
}

func TestAMessageOfTheDialplanIsAdopted(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	name := "fallback~1795365731~200~+15550100001~" + "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	item, ok := ItemOf(name)
	if !ok {
		t.Fatal("not ours")
	}
	if _, err := h.Adopt(ctx, item); !errors.Is(err, ErrNotYet) || strings.Contains(err.Error(), "15550100001") {
		t.Errorf("%v: want ErrNotYet, and no caller's number that would reach a log", err)
	}
	h.spool.put(t, name, file(tone(700, 2)))
	for range 2 {
		r, err := h.Adopt(ctx, item)
		if err != nil || r.State != Kept || r.Kind != Voicemail || r.Call != item.Call || !r.StartedAt.Equal(time.Unix(1795365731, 0)) {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if n := h.count(t, `select count(*) from recordings`); n != 1 {
		t.Errorf("%d rows", n)
	}
}
