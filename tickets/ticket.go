package tickets

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// States, priorities, channels and roles. The schema holds the same sets.
const (
	StateNew             = "new"
	StateOpen            = "open"
	StateWaitingCustomer = "waiting_customer"
	StateWaitingVendor   = "waiting_vendor"
	StateSolved          = "solved"
	StateClosed          = "closed"

	PriorityUrgent = "urgent"
	PriorityHigh   = "high"
	PriorityNormal = "normal"
	PriorityLow    = "low"

	ChannelPhone = "phone"

	Inbound  = "inbound"
	Outbound = "outbound"
)

// Priorities in order of urgency.
var priorities = []string{PriorityUrgent, PriorityHigh, PriorityNormal, PriorityLow}

// Ticket is one request of a customer, with all that a list or a card shows.
type Ticket struct {
	Number      int64    `json:"number"`  // from 1001
	Version     int      `json:"version"` // to be named by the next Change
	Subject     string   `json:"subject"`
	Description string   `json:"description"`
	State       string   `json:"state"`
	Priority    string   `json:"priority"`
	Category    string   `json:"category"` // code, empty for none
	Channel     string   `json:"channel"`
	Direction   string   `json:"direction"` // of the call that opened it
	Caller      string   `json:"caller"`    // E.164, or the cleaned text where that cannot be told, or "" for a withheld number
	CallerRaw   string   `json:"caller_raw"`
	CallerName  string   `json:"caller_name"` // as the trunk said, not as we know
	Contact     *Person  `json:"contact"`
	Line        string   `json:"line"`
	Queue       string   `json:"queue"`
	Language    string   `json:"language"`
	Calls       []string `json:"calls"` // UUIDs, oldest first
	Assignee    string   `json:"assignee"`
	Tier        int      `json:"tier"` // 1 to 3

	OpenedAt           time.Time  `json:"opened_at"`
	UpdatedAt          time.Time  `json:"updated_at"`
	DueFirstResponseAt *time.Time `json:"due_first_response_at"`
	FirstResponseAt    *time.Time `json:"first_response_at"`
	DueResolutionAt    *time.Time `json:"due_resolution_at"`
	SolvedAt           *time.Time `json:"solved_at"`
	ClosedAt           *time.Time `json:"closed_at"`
	CallbackDueAt      *time.Time `json:"callback_due_at"`  // promised
	CallbackDoneAt     *time.Time `json:"callback_done_at"` // and kept
}

// Person is a contact as a ticket shows it.
type Person struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Number       string `json:"number"`
	Organisation string `json:"organisation"` // its name
}

// ticketColumns and ticketPeople go together: select ticketColumns from (tickets) t + ticketPeople.
const (
	ticketColumns = `t.number, t.version, t.subject, t.description, t.state, t.priority, coalesce(t.category, ''), t.channel,
		t.direction, t.caller, t.caller_raw, t.caller_name, t.line, t.queue, t.language, coalesce(t.assignee, ''), t.tier,
		t.opened_at, t.updated_at, t.due_first_response_at, t.first_response_at, t.due_resolution_at,
		t.solved_at, t.closed_at, t.callback_due_at, t.callback_done_at,
		array(select k.call::text from ticket_calls k where k.ticket = t.number order by k.at, k.call),
		p.id::text, p.name, coalesce(o.name, ''),
		(select n.number from contact_numbers n where n.contact = p.id order by n.number <> t.caller, n.place limit 1)`
	ticketPeople = ` left join contacts p on p.id = t.contact left join organisations o on o.id = p.organisation `
)

// scanTicket reads ticketColumns, and what the query selects after them.
func scanTicket(row pgx.Row, more ...any) (Ticket, error) {
	var t Ticket
	var id, name, organisation, number *string
	into := append([]any{&t.Number, &t.Version, &t.Subject, &t.Description, &t.State, &t.Priority, &t.Category, &t.Channel,
		&t.Direction, &t.Caller, &t.CallerRaw, &t.CallerName, &t.Line, &t.Queue, &t.Language, &t.Assignee, &t.Tier,
		&t.OpenedAt, &t.UpdatedAt, &t.DueFirstResponseAt, &t.FirstResponseAt, &t.DueResolutionAt,
		&t.SolvedAt, &t.ClosedAt, &t.CallbackDueAt, &t.CallbackDoneAt,
		&t.Calls, &id, &name, &organisation, &number}, more...)
	if err := row.Scan(into...); err != nil {
		return Ticket{}, err
	}
	if id != nil {
		t.Contact = &Person{ID: *id, Name: *name, Organisation: *organisation}
		if number != nil {
			t.Contact.Number = *number
		}
	}
	return t, nil
}

// Get reads one ticket, or ErrNotFound.
func (s *Store) Get(ctx context.Context, number int64) (Ticket, error) {
	t, err := getTicket(ctx, s.db, number)
	return t, wrap(fmt.Sprintf("ticket %d", number), err)
}

func getTicket(ctx context.Context, db querier, number int64) (Ticket, error) {
	return scanTicket(db.QueryRow(ctx, `select `+ticketColumns+` from tickets t `+ticketPeople+` where t.number = $1`, number))
}

// ByCall reads the ticket of a call, or ErrNotFound.
func (s *Store) ByCall(ctx context.Context, call string) (Ticket, error) {
	id, err := callID(call)
	if err != nil {
		return Ticket{}, err
	}
	t, err := scanTicket(s.db.QueryRow(ctx, `select `+ticketColumns+` from tickets t `+ticketPeople+`
		where t.number = (select ticket from ticket_calls where call = $1)`, id))
	return t, wrap("ticket of call "+id, err)
}

// callID gives the one spelling of a call's UUID.
func callID(call string) (string, error) {
	id, err := uuid.Parse(call)
	if err != nil {
		return "", Invalid{Field: "call", Text: "is not a UUID"}
	}
	return id.String(), nil
}

// collect reads all rows, never giving nil: an empty list is a list.
func collect[T any](rows pgx.Rows, err error, scan func(pgx.CollectableRow) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.AppendRows([]T{}, rows, scan)
}

func ticketRow(row pgx.CollectableRow) (Ticket, error) { return scanTicket(row) }
