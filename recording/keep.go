package recording

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// longest is the time that bringing one recording home may take.
	longest = 10 * time.Minute
	// believed is how often Asterisk must say that there is no such file. While it starts it says so of every file.
	believed = 3

	// A caller's end is known a moment before Asterisk has closed the file: Keep looks this often again.
	looksAgain = 3
	lookAgain  = 300 * time.Millisecond

	firstRetry = 5 * time.Second
	lastRetry  = 10 * time.Minute
)

// job is a recording with the state of the work on it: the part of the row that changes.
type job struct {
	row
	wall     float64 // seconds it should last, 0 for unknown
	attempts int
	absences int
	seen     int64 // bytes
	settled  bool
	problem  string
	wait     time.Duration // until the next attempt; what is left of it while one is made before its time
}

// Keep brings a recording home: fetches it, checks it against the time that it should last (0 for unknown), stores it
// and lets Asterisk delete it. What is home already is only told again.
//
// A recording that is cut or lost is a result, not an error. ErrNotYet: Asterisk is still writing it, or does not have
// it so far, and a second of patience did not help; that and every other error is written down and Sweep tries again.
func (s *Store) Keep(ctx context.Context, name string, wall time.Duration) (Recording, error) {
	for look := 0; ; look++ {
		j, _, err := s.settle(ctx, name, wall, `for update`)
		if !errors.Is(err, ErrNotYet) || look == s.looks {
			return j.Recording, err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return j.Recording, err
		}
	}
}

// Adopt keeps what Asterisk has and nobody announced: messages taken by the dialplan itself, see ItemOf. Its call must
// be over.
func (s *Store) Adopt(ctx context.Context, item Item) (Recording, error) {
	if err := s.Expect(ctx, item); err != nil {
		return Recording{}, err
	}
	return s.Keep(ctx, item.Name, 0)
}

// settle does what is left to do for a recording, and says whether its state changed.
func (s *Store) settle(ctx context.Context, name string, wall time.Duration, lock string) (job, bool, error) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return job{}, false, ctx.Err()
	}
	j, before, err := s.locked(ctx, name, wall, lock)
	if err != nil {
		return j, false, fmt.Errorf("keep recording %s: %w", shown(name), err)
	}
	changed := j.State != before
	if changed {
		s.tell(j)
	}
	if !j.settled {
		s.release(ctx, j)
	}
	return j, changed, nil
}

// locked is the part that only one may do at a time. A failure is committed with the row, then returned.
func (s *Store) locked(ctx context.Context, name string, wall time.Duration, lock string) (j job, before State, err error) {
	var failure error
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if j, err = load(ctx, tx, name, lock); err != nil {
			return err
		}
		before = j.State
		if j.State == Kept || j.State == Cut {
			return nil
		}
		j.wall = max(j.wall, wall.Seconds())
		within, stop := context.WithTimeout(ctx, longest)
		defer stop()
		if failure = s.home(within, &j); failure != nil {
			if ctx.Err() != nil { // we gave up, it did not fail
				return failure
			}
			j.postpone(failure)
		}
		return save(ctx, tx, j)
	})
	if err != nil {
		return j, before, err // what home said of it counts only when it is committed
	}
	return j, before, failure
}

func load(ctx context.Context, tx pgx.Tx, name, lock string) (job, error) {
	var j job
	r, err := scan(tx.QueryRow(ctx, `select `+columns+`, wall, attempts, absences, seen_bytes, settled,
		greatest(next_attempt - clock_timestamp(), '0') from recordings where name = $1 `+lock, name),
		&j.wall, &j.attempts, &j.absences, &j.seen, &j.settled, &j.wait)
	j.row = r
	return j, err
}

// rested says that an attempt is made in its time: what was seen last time may be compared with what is there now.
func (j *job) rested() bool { return j.wait == 0 }

// postpone waits longer after each failure: an Asterisk that is away is asked again, but not all the time.
func (j *job) postpone(failure error) {
	j.problem = failure.Error()
	if !j.rested() {
		return // somebody is in a hurry: the wait goes on
	}
	j.attempts++
	j.wait = min(firstRetry<<min(j.attempts-1, 10), lastRetry)
}

func save(ctx context.Context, tx pgx.Tx, j job) error {
	var sum, peaks []byte
	if j.State == Kept || j.State == Cut {
		var err error
		if sum, err = hex.DecodeString(j.SHA256); err != nil {
			return err
		}
		peaks = joinPeaks(j.Peaks)
	}
	_, err := tx.Exec(ctx, `
		update recordings set state = $2, channels = $3, bytes = $4, seconds = $5, speech = $6, missing = $7, note = $8,
			sha256 = $9, peaks = $10, kept_at = case when $9::bytea is not null then clock_timestamp() end,
			wall = $11, attempts = $12, absences = $13, seen_bytes = $14, last_error = $15, settled = $16,
			next_attempt = clock_timestamp() + make_interval(secs => $17)
		where id = $1`,
		j.ID, j.State, j.Channels, j.Bytes, j.Seconds, j.Speech, j.Missing, j.Note, sum, peaks,
		j.wall, j.attempts, j.absences, j.seen, j.problem, j.settled, j.wait.Seconds())
	return err
}

// tell logs what people should know.
func (s *Store) tell(j job) {
	log := s.log.With("call", j.Call, "recording", j.ID, "kind", j.Kind)
	switch j.State {
	case Kept:
		log.Info("recording kept", "seconds", j.Seconds, "speech", j.Speech)
	case Cut:
		log.Warn("recording is cut", "seconds", j.Seconds, "missing", j.Missing, "note", j.Note)
	case Lost:
		log.Error("recording is lost")
	}
}

// release lets Asterisk delete its files. The recording is safe by now, so a failure is noted and tried again by Sweep.
func (s *Store) release(ctx context.Context, j job) {
	var failure error
	for _, file := range files(j.Kind, j.Name) {
		if err := s.asterisk.Forget(ctx, file); err != nil && !errors.Is(err, ErrNotFound) {
			failure = errors.Join(failure, err)
		}
	}
	j.wait = 0
	if failure != nil {
		j.postpone(failure)
	}
	_, err := s.pool.Exec(ctx, `
		update recordings set settled = $2, attempts = $3, last_error = $4,
			next_attempt = clock_timestamp() + make_interval(secs => $5)
		where id = $1`, j.ID, failure == nil, j.attempts, j.problem, j.wait.Seconds())
	if err := errors.Join(failure, err); err != nil {
		s.log.Warn("recording stays in Asterisk", "call", j.Call, "recording", j.ID, "err", err)
	}
}
