package tickets

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Schema holds the tables as numbered files of goose, in the folder schema.
//
//go:embed schema/*.sql
var Schema embed.FS

var (
	ErrNotFound    = errors.New("tickets: not found")
	ErrChanged     = errors.New("tickets: somebody else changed it in between") // comes as Changed, with the ticket as it is now
	ErrTransition  = errors.New("tickets: this state cannot follow")            // comes as Invalid of the field state
	ErrTaken       = errors.New("tickets: belongs to another")                  // a number of another contact, a call of another ticket, a username
	ErrCredentials = errors.New("tickets: username or password is wrong")       // and for a disabled account: nobody learns which
)

// Invalid says what is wrong with one field of a request, in words for the person who sent it.
type Invalid struct {
	Field string `json:"field"`
	Text  string `json:"text"`
	cause error
}

func (e Invalid) Error() string { return fmt.Sprintf("tickets: %s: %s", e.Field, e.Text) }
func (e Invalid) Unwrap() error { return e.cause }

// Changed is ErrChanged with the ticket as it is now.
type Changed struct{ Current Ticket }

func (e Changed) Error() string { return ErrChanged.Error() }
func (e Changed) Unwrap() error { return ErrChanged }

// TicketChanged tells who should look again. Version stays the same when only a call's facts were added.
type TicketChanged struct {
	Number   int64  `json:"number"`
	Version  int    `json:"version"`
	Assignee string `json:"assignee"`
	Queue    string `json:"queue"`
}

// Options of a Store. All may be left out.
type Options struct {
	Region  string              // for numbers without a country, such as "US" or "RU"; without it they are not understood
	Changed func(TicketChanged) // called after each committed change, by the goroutine that made it: must not block
}

// Store keeps the service desk in Postgres. It may be used by many goroutines and servers at once.
type Store struct {
	db      *pgxpool.Pool
	region  string
	changed func(TicketChanged)
}

// New makes a Store on a database to which Schema was applied.
func New(db *pgxpool.Pool, opt Options) *Store {
	if opt.Changed == nil {
		opt.Changed = func(TicketChanged) {}
	}
	return &Store{db: db, region: opt.Region, changed: opt.Changed}
}

func (s *Store) tell(t Ticket) {
	s.changed(TicketChanged{Number: t.Number, Version: t.Version, Assignee: t.Assignee, Queue: t.Queue})
}

// querier is a pool or a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// broken reports whether err is the violation of one of the named constraints.
func broken(err error, constraints ...string) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	for _, c := range constraints {
		if pg.ConstraintName == c {
			return true
		}
	}
	return false
}

// wrap says what we were doing. Our own errors and missing rows keep their meaning.
func wrap(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// unlessZero makes the zero time a NULL.
func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
