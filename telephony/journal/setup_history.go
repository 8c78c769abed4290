package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/telephony"
)

// Entry is one change of the configuration as the history keeps it: everything that one person changed at once.
type Entry struct {
	Change  int64     `json:"change"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Undoes  int64     `json:"undoes,omitempty"`
	Changes []Change  `json:"changes"`
}

// ErrNoChange means that the history has no change of that number.
var ErrNoChange = errors.New("there is no such change")

// channel is where Postgres tells that the configuration was changed.
const channel = "hotline_setup"

// Apply makes the plan true in who's name, all of it or, when the configuration is no longer the one that the plan was
// made against, nothing (ErrChanged). It gives the number of the change, 0 when there was nothing to change.
func (s *Setup) Apply(ctx context.Context, who string, p Plan) (int64, error) {
	return s.change(ctx, who, p)
}

func (s *Setup) change(ctx context.Context, who string, p Plan) (number int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// writers take turns, readers do not wait
		if _, err := tx.Exec(ctx, `LOCK TABLE lines, queues IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		if now, err := readSetup(ctx, tx); p.version != "" && (err != nil || now.version != p.version) {
			return errors.Join(err, ErrChanged)
		}
		var next int64
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(change), 0) + 1 FROM setup_history`).Scan(&next); err != nil {
			return err
		}
		for _, c := range p.Changes {
			changed, err := write(ctx, tx, c, next, who, p.Undoes)
			if err != nil {
				return err
			}
			if changed {
				number = next
			}
		}
		if number == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, fmt.Sprint(number)) // heard when this is committed, not before
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("writing configuration: %w", err)
	}
	return number, s.Reload(ctx)
}

// write changes one row and keeps what it was, in one statement: both halves see the rows as they were before.
func write(ctx context.Context, tx pgx.Tx, c Change, number int64, who string, undoes int64) (bool, error) {
	table, key, value := "lines", "number", "rules"
	if c.Kind == KindQueue {
		table, key, value = "queues", "name", "settings"
	}
	now := fmt.Sprintf(`DELETE FROM %s WHERE %s = $3 AND $4::jsonb IS NULL RETURNING NULL::jsonb AS v`, table, key)
	var after any
	if c.After != nil {
		after = string(c.After)
		now = fmt.Sprintf(`INSERT INTO %s (%s, %s) VALUES ($3, $4) ON CONFLICT (%[2]s) DO UPDATE SET %[3]s = excluded.%[3]s, updated_at = now()
			WHERE %[1]s.%[3]s IS DISTINCT FROM excluded.%[3]s RETURNING %[3]s AS v`, table, key, value)
	}
	tag, err := tx.Exec(ctx, fmt.Sprintf(`WITH now AS (%s)
		INSERT INTO setup_history (change, kind, name, who, undoes, before, after)
		SELECT $1::bigint, $2::text, $3, $5::text, nullif($6::bigint, 0), (SELECT %s FROM %s WHERE %s = $3), now.v FROM now`, now, value, table, key),
		number, c.Kind, c.Name, after, who, undoes)
	return tag.RowsAffected() > 0, err
}

// History gives the latest changes, newest first, those before the change given when it is not 0.
func (s *Setup) History(ctx context.Context, before int64, limit int) ([]Entry, error) {
	return s.entries(ctx, `SELECT change, at, who, coalesce(undoes, 0), kind, name, before, after FROM setup_history
		WHERE change IN (SELECT DISTINCT change FROM setup_history WHERE $1 = 0 OR change < $1 ORDER BY change DESC LIMIT $2)
		ORDER BY change DESC, kind DESC, name`, before, limit)
}

func (s *Setup) entries(ctx context.Context, sql string, args ...any) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	var out []Entry
	var e Entry
	var c Change
	_, err = pgx.ForEachRow(rows, []any{&e.Change, &e.At, &e.Who, &e.Undoes, &c.Kind, &c.Name, (*[]byte)(&c.Before), (*[]byte)(&c.After)}, func() error {
		if len(out) == 0 || out[len(out)-1].Change != e.Change {
			out = append(out, e)
		}
		last := &out[len(out)-1]
		last.Changes = append(last.Changes, Change{c.Kind, c.Name, clone(c.Before), clone(c.After)})
		return nil
	})
	return out, err
}

func clone(b json.RawMessage) json.RawMessage { return append(json.RawMessage(nil), b...) }

// PlanUndo works out how everything that a change touched becomes again what it was before it. Later changes of the
// same lines and queues are taken back with it; Plan.Since names them.
func (s *Setup) PlanUndo(ctx context.Context, change int64) (Plan, error) {
	now, err := readSetup(ctx, s.pool)
	if err != nil {
		return Plan{}, fmt.Errorf("reading configuration: %w", err)
	}
	found, err := s.entries(ctx, `SELECT change, at, who, coalesce(undoes, 0), kind, name, before, after FROM setup_history
		WHERE change >= $1 AND (kind, name) IN (SELECT kind, name FROM setup_history WHERE change = $1) ORDER BY change, kind DESC, name`, change)
	if err != nil {
		return Plan{}, err
	}
	if len(found) == 0 || found[0].Change != change {
		return Plan{}, fmt.Errorf("%w: %d", ErrNoChange, change)
	}
	p := Plan{version: now.version, Undoes: change, Since: found[1:]}
	for _, c := range found[0].Changes {
		back := Change{Kind: c.Kind, Name: c.Name, After: c.Before}
		if back.Before, err = now.json(c.Kind, c.Name); err != nil {
			return p, err
		}
		if len(back.Fields()) > 0 {
			p.Changes = append(p.Changes, back)
		}
	}
	return p, dangling(now, p.Changes)
}

func (s setup) json(kind, name string) (json.RawMessage, error) {
	if r, ok := s.lines[name]; ok && kind == KindLine {
		return json.Marshal(r)
	}
	if q, ok := s.queues[name]; ok && kind == KindQueue {
		return json.Marshal(q)
	}
	return nil, nil
}

// dangling refuses changes after which a line would lead to a queue that is gone.
func dangling(now setup, changes []Change) error {
	then := setup{lines: maps.Clone(now.lines), queues: maps.Clone(now.queues)}
	for _, c := range changes {
		switch {
		case c.After != nil:
			if err := then.add(c.Kind, c.Name, c.After); err != nil {
				return err
			}
		case c.Kind == KindLine:
			delete(then.lines, c.Name)
		default:
			delete(then.queues, c.Name)
		}
	}
	var wrong []error
	for _, r := range then.config().Lines {
		for _, to := range queuesOf(r) {
			if _, ok := then.queues[to.queue]; !ok && touches(changes, r, to.queue) {
				wrong = append(wrong, fmt.Errorf("%w: line %s: %s: the queue %q would be gone", ErrInvalid, r.Line, to.field, to.queue))
			}
		}
	}
	return errors.Join(wrong...)
}

// touches keeps to what the changes are to blame for.
func touches(changes []Change, r telephony.Rules, queue string) bool {
	for _, c := range changes {
		if c.Kind == KindLine && c.Name == r.Line || c.Kind == KindQueue && c.Name == queue {
			return true
		}
	}
	return false
}
