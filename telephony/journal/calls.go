package journal

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hotline/telephony"
)

// ErrNotFound: no such call.
var ErrNotFound = errors.New("no such call")

// ErrCursor: the cursor was not given by us.
var ErrCursor = errors.New("unknown cursor")

// Live gives the calls that have not ended, of all nodes.
func (j *Journal) Live(ctx context.Context) ([]telephony.Call, error) {
	return j.snapshots(ctx, `SELECT snapshot FROM calls WHERE ended_at IS NULL ORDER BY arrived_at`)
}

// Since gives the calls that arrived at t or later, and the living ones.
func (j *Journal) Since(ctx context.Context, t time.Time) ([]telephony.Call, error) {
	return j.snapshots(ctx, `SELECT snapshot FROM calls WHERE arrived_at >= $1 OR ended_at IS NULL ORDER BY arrived_at`, t)
}

// OfTicket gives the calls of a ticket, oldest first.
func (j *Journal) OfTicket(ctx context.Context, ticket int64) ([]telephony.Call, error) {
	return j.snapshots(ctx, `SELECT snapshot FROM calls WHERE ticket = $1 ORDER BY arrived_at`, ticket)
}

// Call gives one call, living or ended.
func (j *Journal) Call(ctx context.Context, id string) (telephony.Call, error) {
	if _, err := uuid.Parse(id); err != nil {
		return telephony.Call{}, ErrNotFound
	}
	found, err := j.snapshots(ctx, `SELECT snapshot FROM calls WHERE id = $1`, id)
	if err != nil || len(found) == 0 {
		return telephony.Call{}, errors.Join(err, ErrNotFound)
	}
	return found[0], nil
}

// Filter narrows List; empty fields do not. Number is one of the board's numbers (see telephony.Numbers.Has).
type Filter struct {
	Queue, Agent, State, Number, Cursor string
	Ticket                              int64
	Since                               time.Time
	Limit                               int
	Target                              telephony.Target
}

const page = 500 // rows read at once while looking for a number's calls

// List gives calls, newest first, and the cursor of the next page, empty at the end. The calls behind a number are
// chosen by telephony.Count, the same function that made the number.
func (j *Journal) List(ctx context.Context, f Filter) ([]telephony.Call, string, error) {
	at, id, err := parseCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	out := []telephony.Call{}
	for {
		calls, err := j.snapshots(ctx, `SELECT snapshot FROM calls
			WHERE (arrived_at, id) < ($1, $2) AND arrived_at >= $3
			AND ($4 = '' OR queue = $4) AND ($5 = '' OR agent = $5) AND ($6 = '' OR state = $6) AND ($7 = 0 OR ticket = $7)
			ORDER BY arrived_at DESC, id DESC LIMIT $8`, at, id, f.Since, f.Queue, f.Agent, f.State, f.Ticket, page)
		if err != nil {
			return nil, "", err
		}
		for _, c := range calls {
			if f.Number != "" && !telephony.Count(c, f.Target).Has(f.Number) {
				continue
			}
			if len(out) == f.Limit {
				return out, cursor(out[len(out)-1]), nil
			}
			out = append(out, c)
		}
		if len(calls) < page {
			return out, "", nil
		}
		at, id = calls[len(calls)-1].ArrivedAt, calls[len(calls)-1].ID
	}
}

func cursor(c telephony.Call) string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.ArrivedAt.Format(time.RFC3339Nano) + " " + c.ID))
}

func parseCursor(s string) (time.Time, string, error) {
	if s == "" {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Max.String(), nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return time.Time{}, "", ErrCursor
	}
	at, id, _ := strings.Cut(string(b), " ")
	t, err := time.Parse(time.RFC3339Nano, at)
	if _, bad := uuid.Parse(id); err != nil || bad != nil {
		return time.Time{}, "", ErrCursor
	}
	return t, id, nil
}

// Fact is one line of a call's timeline.
type Fact struct {
	Call  string          `json:"call"`
	Seq   int             `json:"seq"`
	At    time.Time       `json:"at"`
	Kind  telephony.Kind  `json:"kind"`
	Event telephony.Event `json:"event"`
}

// Facts gives what happened to some calls, in order.
func (j *Journal) Facts(ctx context.Context, calls ...string) ([]Fact, error) {
	rows, err := j.pool.Query(ctx, `SELECT call, seq, at, kind, event FROM call_facts WHERE call = ANY($1::uuid[]) ORDER BY at, call, seq`, calls)
	if err != nil {
		return nil, fmt.Errorf("reading facts: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Fact, error) {
		var f Fact
		var id uuid.UUID
		err := row.Scan(&id, &f.Seq, &f.At, &f.Kind, &f.Event)
		f.Call = id.String()
		return f, err
	})
}

// Disposed is the fact that an agent's wrap-up adds after the call's end.
const Disposed telephony.Kind = "disposed"

// Dispose writes what the agent said of an ended call in wrap-up. Doing it again replaces it and is a fact of its own.
func (j *Journal) Dispose(ctx context.Context, id, agent, disposition, note string) (telephony.Call, error) {
	return j.Amend(ctx, id, telephony.Event{Kind: Disposed, Agent: agent, Name: disposition, Cause: note}, func(c *telephony.Call) {
		c.Disposition, c.Note = disposition, note
	})
}

// Amend adds a fact to a call that has ended, and what it changes in the call.
func (j *Journal) Amend(ctx context.Context, id string, ev telephony.Event, change func(*telephony.Call)) (telephony.Call, error) {
	var c telephony.Call
	err := pgx.BeginFunc(ctx, j.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT snapshot FROM calls WHERE id = $1 AND ended_at IS NOT NULL FOR UPDATE`, id).Scan(&c)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotFound
		} else if err != nil {
			return err
		}
		c.Seq++
		change(&c)
		_, err = tx.Exec(ctx, `WITH c AS (UPDATE calls SET seq = $2, snapshot = $3 WHERE id = $1)
			INSERT INTO call_facts (call, seq, at, kind, event, writer) VALUES ($1, $2, now(), $4, $5, $6)`, id, c.Seq, c, ev.Kind, ev, j.writer)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("amending a call: %w", err)
	}
	return c, nil
}

// Unsettled gives the ended calls whose tickets do not know of it yet.
func (j *Journal) Unsettled(ctx context.Context) ([]telephony.Call, error) {
	return j.snapshots(ctx, `SELECT snapshot FROM calls WHERE settled_at IS NULL AND ended_at IS NOT NULL ORDER BY ended_at`)
}

// Ticketless counts the calls that were over before t and have no ticket. There may be none, ever.
func (j *Journal) Ticketless(ctx context.Context, t time.Time) (int, error) {
	var n int
	err := j.pool.QueryRow(ctx, `SELECT count(*) FROM calls WHERE snapshot->'ticket' IS NULL AND ended_at < $1`, t).Scan(&n)
	return n, err
}

// Settled marks a call whose ticket knows how it ended.
func (j *Journal) Settled(ctx context.Context, id string) error {
	_, err := j.pool.Exec(ctx, `UPDATE calls SET settled_at = now() WHERE id = $1`, id)
	return err
}

func (j *Journal) snapshots(ctx context.Context, sql string, args ...any) ([]telephony.Call, error) {
	rows, err := j.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("reading calls: %w", err)
	}
	calls, err := pgx.CollectRows(rows, pgx.RowTo[telephony.Call])
	if err != nil {
		return nil, fmt.Errorf("reading calls: %w", err)
	}
	return calls, nil
}
