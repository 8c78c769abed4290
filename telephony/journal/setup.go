package journal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
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

// Config is all lines and queues, as the file of `hotline config` has them. A nil list is one that was not given.
type Config struct {
	Queues []Queue           `json:"queues"`
	Lines  []telephony.Rules `json:"lines"`
}

// Setup is the configuration of lines and queues. They are rows; a copy in memory serves the calls, so that a
// change is live for the next step and a call never waits for the database to know its rules. Run follows the
// changes that others make. Every change is kept in the history.
type Setup struct {
	pool    *pgxpool.Pool
	reading sync.Mutex // an older reading must not replace a newer one
	now     atomic.Pointer[setup]
}

type setup struct {
	lines   map[string]telephony.Rules
	queues  map[string]Queue
	version string // differs when any row differs
}

// OpenSetup reads the configuration.
func OpenSetup(ctx context.Context, pool *pgxpool.Pool) (*Setup, error) {
	s := &Setup{pool: pool}
	return s, s.Reload(ctx)
}

// Reload reads the rows again.
func (s *Setup) Reload(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	next, err := readSetup(ctx, s.pool)
	if err != nil {
		return fmt.Errorf("reading configuration: %w", err)
	}
	s.now.Store(&next)
	return nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// readSetup reads everything in one statement, so that it was all true at one moment.
func readSetup(ctx context.Context, db querier) (setup, error) {
	next := setup{lines: map[string]telephony.Rules{}, queues: map[string]Queue{}}
	rows, err := db.Query(ctx, `SELECT 'line', number, rules::text FROM lines UNION ALL SELECT 'queue', name, settings::text FROM queues ORDER BY 1, 2`)
	if err != nil {
		return next, err
	}
	sum := sha256.New()
	var kind, name, text string
	_, err = pgx.ForEachRow(rows, []any{&kind, &name, &text}, func() error {
		fmt.Fprintf(sum, "%q %q %s\n", kind, name, text)
		return next.add(kind, name, []byte(text))
	})
	next.version = hex.EncodeToString(sum.Sum(nil))
	return next, err
}

func (s setup) add(kind, name string, text []byte) (err error) {
	if kind == KindLine {
		var r telephony.Rules
		err = json.Unmarshal(text, &r)
		s.lines[name] = r
	} else {
		var q Queue
		err = json.Unmarshal(text, &q)
		s.queues[name] = q
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return nil
}

// config is the same in an order that does not change.
func (s setup) config() Config {
	c := Config{values(s.queues), values(s.lines)}
	slices.SortFunc(c.Queues, func(a, b Queue) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Lines, func(a, b telephony.Rules) int { return cmp.Compare(a.Line, b.Line) })
	return c
}

// Config is the configuration as it is served.
func (s *Setup) Config() Config { return s.now.Load().config() }

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

// PutLine creates or replaces a line in who's name.
func (s *Setup) PutLine(ctx context.Context, who string, r telephony.Rules) error {
	if r.Line == "" || len(r.Line) > 40 {
		return fmt.Errorf("%w: a line needs a number of at most 40 characters", ErrInvalid)
	}
	return s.put(ctx, who, KindLine, r.Line, r)
}

// PutQueue creates or replaces a queue in who's name.
func (s *Setup) PutQueue(ctx context.Context, who string, q Queue) error {
	if q.Name == "" || len(q.Name) > 40 {
		return fmt.Errorf("%w: a queue needs a name of at most 40 characters", ErrInvalid)
	}
	return s.put(ctx, who, KindQueue, q.Name, q)
}

func (s *Setup) put(ctx context.Context, who, kind, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, who, Plan{Changes: []Change{{Kind: kind, Name: name, After: b}}})
	return err
}
