package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/telephony"
)

// Queue is where callers wait: its name, its titles, what it promises, and how long the agent has afterwards.
type Queue struct {
	Name   string             `json:"name"`
	Title  string             `json:"title"`
	WrapUp telephony.Duration `json:"wrapup"`
	Target telephony.Duration `json:"target"` // service level: answered within
	Short  telephony.Duration `json:"short"`  // an abandon within this time is short
}

// Targets is what the numbers of the queue are measured against.
func (q Queue) Targets() telephony.Target {
	t := telephony.DefaultTarget
	if q.Target > 0 {
		t.Answer = time.Duration(q.Target)
	}
	if q.Short > 0 {
		t.Short = time.Duration(q.Short)
	}
	return t
}

// Setup is the configuration of lines and queues. They are rows; a copy in memory serves the calls, so that a
// change is live for the next step and a call never waits for the database to know its rules.
type Setup struct {
	pool *pgxpool.Pool
	now  atomic.Pointer[setup]
}

type setup struct {
	lines  map[string]telephony.Rules
	queues map[string]Queue
}

// OpenSetup reads the configuration.
func OpenSetup(ctx context.Context, pool *pgxpool.Pool) (*Setup, error) {
	s := &Setup{pool: pool}
	return s, s.Reload(ctx)
}

// Reload reads the rows again.
func (s *Setup) Reload(ctx context.Context) error {
	next := setup{lines: map[string]telephony.Rules{}, queues: map[string]Queue{}}
	lines, err := collect[telephony.Rules](ctx, s.pool, `SELECT rules FROM lines`)
	if err != nil {
		return fmt.Errorf("reading lines: %w", err)
	}
	queues, err := collect[Queue](ctx, s.pool, `SELECT settings FROM queues`)
	if err != nil {
		return fmt.Errorf("reading queues: %w", err)
	}
	for _, l := range lines {
		next.lines[l.Line] = l
	}
	for _, q := range queues {
		next.queues[q.Name] = q
	}
	s.now.Store(&next)
	return nil
}

func collect[T any](ctx context.Context, pool *pgxpool.Pool, sql string) ([]T, error) {
	rows, err := pool.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// Rules gives a line's rules. A number that nobody configured has rules too: it says so and ends.
func (s *Setup) Rules(line string) telephony.Rules {
	if r, ok := s.now.Load().lines[line]; ok {
		return r
	}
	return telephony.Rules{Line: line, Language: "en", Unknown: true, Closed: []string{"sound:hotline/unknown-line"}}
}

// Lines gives all lines.
func (s *Setup) Lines() []telephony.Rules { return values(s.now.Load().lines) }

// Queues gives all queues.
func (s *Setup) Queues() []Queue { return values(s.now.Load().queues) }

// Queue gives one queue; an unknown one has the defaults.
func (s *Setup) Queue(name string) (Queue, bool) {
	q, ok := s.now.Load().queues[name]
	if !ok {
		q = Queue{Name: name, Title: name}
	}
	return q, ok
}

func values[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// ErrInvalid says what is wrong with a line or a queue.
var ErrInvalid = errors.New("invalid")

// PutLine creates or replaces a line.
func (s *Setup) PutLine(ctx context.Context, r telephony.Rules) error {
	if r.Line == "" || len(r.Line) > 40 {
		return fmt.Errorf("%w: a line needs a number of at most 40 characters", ErrInvalid)
	}
	return s.put(ctx, `INSERT INTO lines (number, rules) VALUES ($1, $2) ON CONFLICT (number) DO UPDATE SET rules = excluded.rules, updated_at = now()`, r.Line, r)
}

// PutQueue creates or replaces a queue.
func (s *Setup) PutQueue(ctx context.Context, q Queue) error {
	if q.Name == "" || len(q.Name) > 40 {
		return fmt.Errorf("%w: a queue needs a name of at most 40 characters", ErrInvalid)
	}
	return s.put(ctx, `INSERT INTO queues (name, settings) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, updated_at = now()`, q.Name, q)
}

func (s *Setup) put(ctx context.Context, sql, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, sql, key, string(b)); err != nil {
		return fmt.Errorf("writing configuration: %w", err)
	}
	return s.Reload(ctx)
}
