package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony/audio"
)

// spool is a folder as Asterisk leaves it. Its two functions are what a Store knows of Asterisk.
type spool struct {
	dir     string
	away    atomic.Bool
	keeps   atomic.Bool // answers Forget with an error
	fetched atomic.Int32
}

var errAway = errors.New("asterisk is away")

func (s *spool) asterisk(node string) Asterisk {
	return Asterisk{Node: node, Fetch: s.fetch, Forget: s.forget}
}

func (s *spool) fetch(_ context.Context, name string) (io.ReadCloser, error) {
	s.fetched.Add(1)
	if s.away.Load() {
		return nil, errAway
	}
	f, err := os.Open(filepath.Join(s.dir, name+".wav"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return f, err
}

func (s *spool) forget(_ context.Context, name string) error {
	if s.away.Load() || s.keeps.Load() {
		return errAway
	}
	if err := os.Remove(filepath.Join(s.dir, name+".wav")); errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return nil
}

func (s *spool) has(name string) bool {
	_, err := os.Stat(filepath.Join(s.dir, name+".wav"))
	return err == nil
}

func (s *spool) put(t *testing.T, name string, file []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name+".wav"), file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// house is a Store on a real Postgres with a real folder.
type house struct {
	*Store
	pool   *pgxpool.Pool
	spool  *spool
	folder *Folder
}

func newHouse(t *testing.T) house {
	t.Helper()
	pool := tables(t)
	spool, folder := &spool{dir: t.TempDir()}, newFolder(t)
	s := New(pool, folder, spool.asterisk(""), quiet())
	s.looks = 0 // each look is a step of the test
	return house{s, pool, spool, folder}
}

func tables(t *testing.T) *pgxpool.Pool {
	t.Helper()
	url := stack.Migrated(t, schema.Domain{Name: "recording", Files: Schema()})
	pool, err := pgxpool.New(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func newFolder(t testing.TB) *Folder {
	t.Helper()
	folder, err := NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// expect announces a recording of a new call and gives its name.
func (h house) expect(t *testing.T, kind Kind) string {
	t.Helper()
	call := uuid.NewString()
	name := map[Kind]string{Talk: "rec~" + call, Voicemail: "vm~" + call + "~1"}[kind]
	h.must(t, h.Expect(context.Background(), Item{Name: name, Call: call, Kind: kind, Node: "hotline", StartedAt: time.Now()}))
	return name
}

// rest lets the time to the next attempt pass.
func (h house) rest(t *testing.T) {
	t.Helper()
	_, err := h.pool.Exec(context.Background(), `update recordings set next_attempt = clock_timestamp() where not settled`)
	h.must(t, err)
}

func (h house) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// count asks the database for one number.
func (h house) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	h.must(t, h.pool.QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}

// stored are the files in the storage, the unfinished ones too.
func (h house) stored(t *testing.T) (paths []string) {
	t.Helper()
	h.must(t, filepath.WalkDir(h.folder.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// sound opens a recording and reads it as a WAV file.
func (h house) sound(t *testing.T, id string) audio.WAV {
	t.Helper()
	a, err := h.Open(context.Background(), id)
	h.must(t, err)
	defer a.Close()
	w, err := audio.Read(a)
	h.must(t, err)
	return w
}

// file is a WAV file as Asterisk writes it.
func file(samples []int16) []byte {
	var b bytes.Buffer
	if err := (audio.WAV{Rate: audio.Rate, Channels: 1, Samples: samples}).Write(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// killed is the same file when Asterisk was killed: no lengths.
func killed(samples []int16) []byte {
	b := file(samples)
	copy(b[4:8], []byte{0, 0, 0, 0})
	copy(b[40:44], []byte{0, 0, 0, 0})
	return b
}

func tone(hz int, seconds float64) []int16 {
	return audio.Tone(audio.Rate, hz, time.Duration(seconds*float64(time.Second)))[:int(seconds*audio.Rate)]
}

// hiss is noise with that amplitude, the same each time.
func hiss(amplitude int, seconds float64) []int16 {
	r := rand.New(rand.NewPCG(1, 2))
	samples := make([]int16, int(seconds*audio.Rate))
	for i := range samples {
		samples[i] = int16(r.IntN(2*amplitude+1) - amplitude)
	}
	return samples
}

func silence(seconds float64) []int16 { return make([]int16, int(seconds*audio.Rate)) }
