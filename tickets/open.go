package tickets

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Opening is what is known when a call comes. Only Call is needed; all else may be anything a caller can send.
type Opening struct {
	Call string // UUID

	Direction, Line, LineTitle, Queue, Language, Category, Priority string
	CallerRaw, CallerName                                           string
	At, DueFirstResponse, DueResolution                             time.Time // zero: now, no promise; a contract's own promise counts more
}

// Opened is the ticket of a call and what is known about the caller.
type Opened struct {
	Ticket       Ticket
	CallerNumber string    // E.164, or "" when it cannot be told
	Contact      *Contact  // nil for an unknown caller
	Contract     *Contract // in force at At, nil for none
	PriorityStep int       // of that contract
	New          bool      // false: the call had its ticket already
}

// openTicket is one statement, so one round trip and one transaction. When two openings of one call meet, the key of
// ticket_calls lets one through; the other is undone as a whole and reads the first one's ticket. It answers only what
// the program cannot know, and asks for the contract of known callers only: both halve its cost.
const openTicket = `
with known as (
	select p.contact, k.first_response, k.resolution from (values (1)) caller left join contact_numbers p on p.number = $3
	left join lateral contract_in_force(p.contact, $2) k on true
), t as (
	insert into tickets (subject, priority, category, direction, caller, caller_raw, caller_name, contact, line, queue, language,
		opened_at, updated_at, due_first_response_at, due_resolution_at, said)
	select $4, $5, (select code from categories where code = $6), $7, $8, $9, $10, contact, $11, $12, $13, $2, $2,
		coalesce($2 + make_interval(secs => first_response), $14), coalesce($2 + make_interval(secs => resolution), $15), $10
	from known where not exists (select from ticket_calls where call = $1)
	returning number, category, contact, due_first_response_at, due_resolution_at
), belongs as (
	insert into ticket_calls (call, ticket, at) select $1, number, $2 from t
)
select number, coalesce(category, ''), coalesce(contact::text, ''), due_first_response_at, due_resolution_at from t`

// Open registers a call as a ticket of its own and finds out who calls. Repeating it, even at the same moment on another
// server, gives the same ticket. It fails only when the database does, or when Call is no UUID.
func (s *Store) Open(ctx context.Context, o Opening) (Opened, error) {
	id, err := callID(o.Call)
	if err != nil {
		return Opened{}, err
	}
	o = o.cleaned(time.Now())
	number := ParseNumber(o.CallerRaw, s.region)
	t := o.ticket(id, number)
	var contact string
	err = s.db.QueryRow(ctx, openTicket, id, o.At, number, t.Subject, t.Priority, o.Category, t.Direction, t.Caller, t.CallerRaw,
		t.CallerName, t.Line, t.Queue, t.Language, unlessZero(o.DueFirstResponse), unlessZero(o.DueResolution)).
		Scan(&t.Number, &t.Category, &contact, &t.DueFirstResponseAt, &t.DueResolutionAt)
	if errors.Is(err, pgx.ErrNoRows) || broken(err, "ticket_calls_pkey") {
		return s.opened(ctx, id, number, o.At)
	}
	if err != nil {
		return Opened{}, wrap("open the ticket of call "+id, err)
	}
	s.tell(t)
	return s.known(ctx, Opened{Ticket: t, CallerNumber: number, New: true}, contact, o.At)
}

// opened is the answer when the ticket was there already.
func (s *Store) opened(ctx context.Context, call, number string, at time.Time) (Opened, error) {
	t, err := s.ByCall(ctx, call)
	if err != nil {
		return Opened{}, err
	}
	return s.known(ctx, Opened{Ticket: t, CallerNumber: number}, t.contactID(), at)
}

// known adds the person and the contract in force. The ticket is durable by now, so a failure costs the caller nothing
// but the next try's time.
func (s *Store) known(ctx context.Context, o Opened, contact string, at time.Time) (Opened, error) {
	if contact == "" {
		return o, nil
	}
	err := s.db.QueryRow(ctx, `select (select row_to_json(c) from (`+contactColumns+` where c.id = $1) c),
		(select row_to_json(k) from (select `+contractColumns+` from contract_in_force($1, $2) k) k)`, contact, at).
		Scan(&o.Contact, &o.Contract)
	if err != nil {
		return Opened{}, wrap("contact of the caller", err)
	}
	if o.Contract != nil {
		o.PriorityStep = o.Contract.PriorityStep
	}
	if c := o.Contact; o.Ticket.Contact == nil && c != nil {
		o.Ticket.Contact = &Person{ID: c.ID, Name: c.Name, Number: o.CallerNumber, Organisation: c.OrganisationName}
	}
	return o, nil
}

// ticket is what the row will be.
func (o Opening) ticket(call, number string) Ticket {
	caller := callerText(o.CallerRaw, number)
	return Ticket{Version: 1, Subject: o.subject(caller), State: StateNew, Priority: o.Priority, Channel: ChannelPhone,
		Direction: o.Direction, Caller: caller, CallerRaw: o.CallerRaw, CallerName: o.CallerName, Line: o.Line, Queue: o.Queue,
		Language: o.Language, Calls: []string{call}, Tier: 1, OpenedAt: o.At, UpdatedAt: o.At}
}

// cleaned makes everything that a caller or a line's configuration can say fit the table.
func (o Opening) cleaned(now time.Time) Opening {
	o.CallerRaw, o.CallerName = Clean(o.CallerRaw, maxCaller), Clean(o.CallerName, maxCaller)
	if withheld(o.CallerName) {
		o.CallerName = ""
	}
	o.Line, o.Queue, o.LineTitle = Clean(o.Line, maxKey), Clean(o.Queue, maxKey), Clean(o.LineTitle, 100)
	if !slices.Contains(priorities, o.Priority) {
		o.Priority = PriorityNormal
	}
	if o.Direction != Outbound {
		o.Direction = Inbound
	}
	if !isLanguage(o.Language) {
		o.Language = "en"
	}
	o.Category = Clean(o.Category, maxKey)
	if o.At.IsZero() {
		o.At = now
	}
	o.At = o.At.Truncate(time.Microsecond) // what Postgres keeps
	return o
}

func isLanguage(code string) bool {
	return len(code) == 2 && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") == ""
}

// callerText is what stands for the caller: the number, else what the trunk sent, unless that only says "withheld".
func callerText(raw, number string) string {
	if number != "" {
		return number
	}
	if withheld(raw) {
		return ""
	}
	return raw
}

// subject says it in the ticket's language.
func (o Opening) subject(caller string) string {
	title := o.LineTitle
	if title == "" {
		title = o.Line
	}
	say := subjects[o.Language]
	if say == (sentences{}) {
		say = subjects["en"]
	}
	who := spoken(caller)
	text := say.from + " " + who
	switch {
	case o.Direction == Outbound && caller == "":
		return say.someone
	case o.Direction == Outbound:
		text = say.to + " " + who
	case caller == "":
		text = say.hidden
	}
	if title != "" && o.Direction == Inbound {
		text += " " + say.line + " " + title
	}
	return text
}

type sentences struct{ from, hidden, to, someone, line string }

var subjects = map[string]sentences{
	"en": {"Call from", "Call from a withheld number", "Call to", "Outgoing call", "to"},
	"ru": {"Звонок от", "Звонок со скрытого номера", "Звонок на номер", "Исходящий звонок", "на линию"},
}
