package journal

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
)

// lookAnyway is how often the rows are read although nobody told of a change: after a change by hand, and to notice a
// connection that died without a word.
const lookAnyway = time.Minute

// Run follows the changes that other servers and `hotline config` make, until ctx ends. A change is here as soon as it
// is committed; when the database was away, everything is read again. Changed is told after each change that came in.
func (s *Setup) Run(ctx context.Context, log *slog.Logger, changed func()) error {
	wait := &backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 2 * time.Second}
	wait.Reset()
	seen := s.now.Load().version
	for {
		err := s.listen(ctx, func() {
			wait.Reset()
			if v := s.now.Load().version; v != seen {
				seen = v
				changed()
			}
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		log.Warn("configuration is followed again after a break", "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait.NextBackOff()):
		}
	}
}

// listen listens first and reads then, so that no change falls between.
func (s *Setup) listen(ctx context.Context, read func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig) // its own: a listener must not wait for a free one
	if err != nil {
		return err
	}
	defer func() {
		down, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(down)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return err
	}
	for {
		if err := s.Reload(ctx); err != nil {
			return err
		}
		read()
		if err := told(ctx, conn); err != nil {
			return err
		}
	}
}

// told waits for a change, or until it is time to look anyway.
func told(ctx context.Context, conn *pgx.Conn) error {
	short, cancel := context.WithTimeout(ctx, lookAnyway)
	defer cancel()
	_, err := conn.WaitForNotification(short)
	if err != nil && ctx.Err() == nil && short.Err() != nil {
		alive, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return conn.Ping(alive)
	}
	return err
}
