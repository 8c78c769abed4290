package recording

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	unfinishedFor = 24 * time.Hour // then what a Put left behind is rubbish
	failuresMost  = 3              // in a row: then the rest of a sweep would fail for the same reason
)

// due is a recording that something is left to do for.
type due struct{ Name, Call string }

// Sweep does what is left to do for all recordings whose call is over: at the start, after each reconnect to Asterisk,
// and every minute. It gives those that are kept, cut or lost since now. live says whether a call is still going on;
// its recordings are left alone, since Asterisk may still be writing. nil: no call is.
func (s *Store) Sweep(ctx context.Context, live func(call string) bool) ([]Recording, error) {
	list, err := s.due(ctx)
	if err != nil {
		return nil, err
	}
	var done []Recording
	var failures []error
	for _, d := range list {
		if live != nil && live(d.Call) {
			continue
		}
		j, changed, err := s.settle(ctx, d.Name, 0, `for update skip locked`)
		switch {
		case changed:
			done, failures = append(done, j.Recording), nil
		case err == nil || errors.Is(err, ErrNotYet) || errors.Is(err, ErrNotFound): // not found: another has it in hand
			failures = nil
		default:
			s.log.Warn("recording not home", "call", d.Call, "attempts", j.attempts, "err", err)
			failures = append(failures, err)
		}
		if ctx.Err() != nil || len(failures) == failuresMost {
			return done, errors.Join(append(failures, ctx.Err())...)
		}
	}
	return done, s.storage.Tidy(ctx, time.Now().Add(-unfinishedFor))
}

func (s *Store) due(ctx context.Context) ([]due, error) {
	rows, err := s.pool.Query(ctx, `
		select name, call from recordings
		where not settled and next_attempt <= clock_timestamp() and ($1 = '' or node = $1)
		order by next_attempt`, s.asterisk.Node)
	if err != nil {
		return nil, fmt.Errorf("sweep recordings: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[due])
	if err != nil {
		return nil, fmt.Errorf("sweep recordings: %w", err)
	}
	return list, nil
}
