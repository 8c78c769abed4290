// Package journal keeps calls in Postgres: the snapshot of each call and the log of facts, written in one transaction
// per step, before anything is done about it.
//
// What must stay true: Write returns only when the step is on disk; a step is written once, by one server; facts are
// never edited. Steps of different calls that come at the same moment share a commit.
package journal

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/telephony"
)

//go:embed schema/*.sql
var files embed.FS

// Schema are the migrations of this domain.
func Schema() fs.FS {
	sub, _ := fs.Sub(files, "schema") // the folder is embedded: it is there
	return sub
}

// Journal is the log of one server process.
type Journal struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	writer uuid.UUID
	in     chan entry
	behind [writers]atomic.Int64 // when the commit under way began, Unix ms, 0 for none
}

type entry struct {
	call telephony.Call
	ev   telephony.Event
	at   time.Time
	done chan error
}

const (
	writers  = 2   // commits under way at once; more gain nothing, a waiting entry joins the next commit
	together = 256 // entries in one commit at most
)

// New makes a journal; Run must be running for Write to return.
func New(pool *pgxpool.Pool, log *slog.Logger) *Journal {
	return &Journal{pool: pool, log: log, writer: uuid.New(), in: make(chan entry, together)}
}

// Write makes one step durable. While Postgres is away it waits for it; telephony.ErrTaken says that another server took this step.
func (j *Journal) Write(ctx context.Context, c telephony.Call, ev telephony.Event) error {
	e := entry{c, ev, time.Now().Truncate(time.Microsecond), make(chan error, 1)}
	select {
	case j.in <- e:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run commits what is written until ctx ends; what was handed over before is still committed.
func (j *Journal) Run(ctx context.Context) error {
	done := make(chan struct{}, writers)
	for i := range writers {
		go func() {
			j.commitAll(ctx, &j.behind[i])
			done <- struct{}{}
		}()
	}
	for range writers {
		<-done
	}
	return nil
}

// Behind is how long the oldest commit has been under way. Calls that wait for it make no progress.
func (j *Journal) Behind() time.Duration {
	var longest time.Duration
	for i := range j.behind {
		if since := j.behind[i].Load(); since != 0 {
			longest = max(longest, time.Since(time.UnixMilli(since)))
		}
	}
	return longest
}

func (j *Journal) commitAll(ctx context.Context, behind *atomic.Int64) {
	commit := func(first entry) {
		behind.Store(time.Now().UnixMilli())
		j.commit(context.WithoutCancel(ctx), j.gather(first))
		behind.Store(0)
	}
	for {
		select {
		case e := <-j.in:
			commit(e)
		case <-ctx.Done():
			select {
			case e := <-j.in:
				commit(e)
			default:
				return
			}
		}
	}
}

// gather takes whatever else is waiting into the same commit.
func (j *Journal) gather(first entry) []entry {
	batch := []entry{first}
	for len(batch) < together {
		select {
		case e := <-j.in:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

func (j *Journal) commit(ctx context.Context, batch []entry) {
	taken, err := backoff.Retry(ctx, func() (map[string]bool, error) {
		return j.insert(ctx, batch)
	}, backoff.WithMaxElapsedTime(0), backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, Multiplier: 2, MaxInterval: time.Second}),
		backoff.WithNotify(func(err error, _ time.Duration) { j.log.Error("journal waits for the database", "err", err) }))
	for _, e := range batch {
		if err == nil && taken[e.call.ID] {
			e.done <- telephony.ErrTaken
			continue
		}
		e.done <- err
	}
}

// insert writes all facts and snapshots of a batch in one statement. It answers which of the facts were there
// already. One that is exactly ours was committed by an earlier attempt whose answer got lost: it is not among them.
const insert = `
WITH e AS (
	SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::jsonb[], $6::jsonb[],
		$7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
		AS e(call, seq, at, kind, event, snapshot, arrived_at, queued_at, answered_at, ended_at)
), f AS (
	INSERT INTO call_facts AS f (call, seq, at, kind, event, writer)
	SELECT call, seq, at, kind, event, $11 FROM e
	ON CONFLICT (call, seq) DO UPDATE SET writer = f.writer
	RETURNING call, writer, at
), c AS (
	INSERT INTO calls AS c (id, seq, snapshot, arrived_at, queued_at, answered_at, ended_at)
	SELECT call, seq, snapshot, arrived_at, queued_at, answered_at, ended_at FROM e
	ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, snapshot = excluded.snapshot, queued_at = excluded.queued_at,
		answered_at = excluded.answered_at, ended_at = excluded.ended_at
	WHERE c.seq < excluded.seq
)
SELECT f.call FROM f JOIN e USING (call) WHERE f.writer <> $11 OR f.at <> e.at`

func (j *Journal) insert(ctx context.Context, batch []entry) (map[string]bool, error) {
	var r rows
	for _, e := range batch {
		if err := r.add(e); err != nil {
			return nil, backoff.Permanent(err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	got, err := j.pool.Query(ctx, insert, r.ids, r.seqs, r.ats, r.kinds, r.events, r.snapshots, r.arrived, r.queued, r.answered, r.ended, j.writer)
	if err != nil {
		return nil, err
	}
	defer got.Close()
	taken := map[string]bool{}
	for got.Next() {
		var call uuid.UUID
		if err := got.Scan(&call); err != nil {
			return nil, err
		}
		taken[call.String()] = true
	}
	return taken, got.Err()
}

// rows are a batch by columns.
type rows struct {
	ids                      []string
	seqs                     []int
	ats                      []time.Time
	kinds, events, snapshots []string
	arrived                  []time.Time
	queued, answered, ended  []*time.Time
}

func (r *rows) add(e entry) error {
	snapshot, err := json.Marshal(e.call)
	if err != nil {
		return err
	}
	event, err := json.Marshal(e.ev)
	if err != nil {
		return err
	}
	r.ids, r.seqs, r.ats = append(r.ids, e.call.ID), append(r.seqs, e.call.Seq), append(r.ats, e.at)
	r.kinds, r.events, r.snapshots = append(r.kinds, string(e.ev.Kind)), append(r.events, string(event)), append(r.snapshots, string(snapshot))
	r.arrived, r.queued = append(r.arrived, e.call.ArrivedAt), append(r.queued, orNull(e.call.QueuedAt))
	r.answered, r.ended = append(r.answered, orNull(e.call.AnsweredAt)), append(r.ended, orNull(e.call.EndedAt))
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
