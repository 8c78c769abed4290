package recording

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// atOnce is how many recordings are brought home at a time. Each holds a connection to Postgres, idle in a transaction,
// while its sound comes in, and a hundred talks may end in the same second.
const atOnce = 4

// Store is all recordings of one system, and the way home from one Asterisk.
type Store struct {
	pool     *pgxpool.Pool
	storage  Storage
	asterisk Asterisk
	log      *slog.Logger
	places   chan struct{}
	looks    int
}

// New needs the tables of Schema.
func New(pool *pgxpool.Pool, storage Storage, asterisk Asterisk, log *slog.Logger) *Store {
	return &Store{pool, storage, asterisk, log, make(chan struct{}, atOnce), looksAgain}
}

// Expect announces a recording before Asterisk is told to make it. Saying it again changes nothing.
func (s *Store) Expect(ctx context.Context, item Item) error {
	if !namePattern.MatchString(item.Name) {
		return fmt.Errorf("%w: %q", ErrName, item.Name)
	}
	if item.StartedAt.IsZero() {
		item.StartedAt = time.Now()
	}
	_, err := s.pool.Exec(ctx, `
		insert into recordings (id, name, call, kind, node, started_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (name) do nothing`,
		uuid.NewString(), item.Name, item.Call, item.Kind, item.Node, item.StartedAt)
	if err != nil {
		return fmt.Errorf("expect recording %s: %w", shown(item.Name), err)
	}
	return nil
}

const columns = `id, name, call, kind, node, started_at, state, channels, bytes, seconds, speech, missing, note,
	sha256, peaks, coalesce(kept_at, 'epoch')`

// row is a recording as it is read from the table.
type row struct {
	Recording
	keptAt time.Time
}

func scan(from pgx.Row, more ...any) (row, error) {
	var r row
	var sum, peaks []byte
	err := from.Scan(append([]any{&r.ID, &r.Name, &r.Call, &r.Kind, &r.Node, &r.StartedAt, &r.State, &r.Channels,
		&r.Bytes, &r.Seconds, &r.Speech, &r.Missing, &r.Note, &sum, &peaks, &r.keptAt}, more...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, ErrNotFound
	}
	r.SHA256, r.Peaks = hex.EncodeToString(sum), splitPeaks(peaks, r.Channels)
	return r, err
}

// key is where the sound lies. It follows from what never changes.
func (r Recording) key() string { return r.StartedAt.UTC().Format("2006/01/02/") + r.ID + ".wav" }

// ByCalls gives the recordings of these calls, oldest first, the lost and the expected too.
func (s *Store) ByCalls(ctx context.Context, calls ...string) ([]Recording, error) {
	rows, err := s.pool.Query(ctx, `select `+columns+` from recordings where call = any($1) order by started_at, name`, calls)
	if err != nil {
		return nil, fmt.Errorf("recordings of calls: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(one pgx.CollectableRow) (Recording, error) {
		r, err := scan(one)
		return r.Recording, err
	})
	if err != nil {
		return nil, fmt.Errorf("recordings of calls: %w", err)
	}
	return all, nil
}

// Get finds one by its id; ErrNotFound, for a text that is no id too.
func (s *Store) Get(ctx context.Context, id string) (Recording, error) {
	r, err := s.get(ctx, id)
	return r.Recording, err
}

func (s *Store) get(ctx context.Context, id string) (row, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return row{}, fmt.Errorf("%w: not an id", ErrNotFound)
	}
	r, err := scan(s.pool.QueryRow(ctx, `select `+columns+` from recordings where id = $1`, parsed.String()))
	if err != nil {
		return row{}, fmt.Errorf("recording %s: %w", parsed, err)
	}
	return r, nil
}

// Open gives the sound. ErrNotFound, ErrNotYet and ErrLost say why there is none. Who may hear it is asked before.
func (s *Store) Open(ctx context.Context, id string) (Audio, error) {
	r, err := s.get(ctx, id)
	if err != nil {
		return Audio{}, err
	}
	switch r.State {
	case Expected:
		return Audio{}, ErrNotYet
	case Lost:
		return Audio{}, ErrLost
	}
	sound, err := s.storage.Open(ctx, r.key())
	if err != nil {
		return Audio{}, fmt.Errorf("open recording %s: %w", r.ID, err)
	}
	return Audio{ReadSeekCloser: sound, Recording: r.Recording, ModTime: r.keptAt, Size: r.Bytes}, nil
}

// Played writes down who listened. The log can be read and added to, never changed.
func (s *Store) Played(ctx context.Context, id, who string) error {
	r, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, `insert into recording_plays (recording, who) values ($1, $2)`, r.ID, who); err != nil {
		return fmt.Errorf("log play of %s: %w", r.ID, err)
	}
	return nil
}

// joinPeaks and splitPeaks: one channel after the other, a byte a value.
func joinPeaks(all [][]int8) []byte {
	joined := []byte{}
	for _, one := range all {
		for _, p := range one {
			joined = append(joined, byte(p))
		}
	}
	return joined
}

func splitPeaks(joined []byte, channels int) [][]int8 {
	all := make([][]int8, channels)
	for i := range all {
		one := joined[i*len(joined)/channels : (i+1)*len(joined)/channels]
		all[i] = make([]int8, len(one))
		for n, p := range one {
			all[i][n] = int8(p)
		}
	}
	return all
}
