package tickets_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/tickets"
)

// desk is a service desk on a Postgres schema of its own.
type desk struct {
	*tickets.Store
	db *pgxpool.Pool

	mu   sync.Mutex
	told []tickets.TicketChanged
}

func newDesk(t stack.T) *desk {
	t.Helper()
	return deskOn(t, stack.Migrated(t, domain))
}

var domain = schema.Domain{Name: "tickets", Files: tickets.Schema}

func deskOn(t stack.T, url string) *desk {
	t.Helper()
	d := &desk{db: pool(t, url)}
	d.Store = tickets.New(d.db, tickets.Options{Region: "RU", Changed: func(c tickets.TicketChanged) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.told = append(d.told, c)
	}})
	return d
}

func pool(t stack.T, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatalf("pool: %v", err)
	}
	config.MaxConns = 32
	db, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("pool: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

func (d *desk) lastTold() tickets.TicketChanged {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.told) == 0 {
		return tickets.TicketChanged{}
	}
	return d.told[len(d.told)-1]
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func to[T any](v T) *T { return &v }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// called opens the ticket of a new call from a number.
func (d *desk) called(t *testing.T, from string) tickets.Opened {
	t.Helper()
	o, err := d.Open(t.Context(), tickets.Opening{Call: uuid.NewString(), Line: "100", LineTitle: "Support", Queue: "support",
		Language: "en", CallerRaw: from, At: noon})
	return must(t, o, err)
}

func (d *desk) wrote(t *testing.T, draft tickets.Draft) tickets.Ticket {
	t.Helper()
	made, err := d.Create(t.Context(), draft, "")
	return must(t, made, err)
}

func (d *desk) agent(t *testing.T, name string) tickets.User {
	t.Helper()
	u, err := d.CreateUser(t.Context(), tickets.User{Username: name, Name: "Agent " + name, Role: tickets.RoleAgent}, "demo")
	return must(t, u, err)
}

func (d *desk) kinds(t *testing.T, number int64) []string {
	t.Helper()
	var kinds []string
	entries, err := d.Timeline(t.Context(), number)
	for _, e := range must(t, entries, err) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}
