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
// ticket_calls lets one through; the other is undone as a whole and reads the first one's ticket.
const openTicket = `
with person as (
	select contact as id from contact_numbers where number = $3
), contract as (` + contractInForce + `)
, t as (
	insert into tickets (subject, priority, category, direction, caller, caller_raw, caller_name, contact, line, queue, language,
		opened_at, updated_at, due_first_response_at, due_resolution_at, said)
	select $4, $5, (select code from categories where code = $6), $7, $8, $9, $10, (select id from person), $11, $12, $13, $2, $2,
		coalesce($2 + make_interval(secs => (select first_response from contract)), $14),
		coalesce($2 + make_interval(secs => (select resolution from contract)), $15), $10
	where not exists (select from ticket_calls where call = $1)
	returning *
), belongs as (
	insert into ticket_calls (call, ticket, at) select $1, number, $2 from t
)
select ` + ticketColumns + knownColumns + ` from t ` + ticketPeople

// openedTicket reads the same of a call whose ticket is there.
const openedTicket = `
with t as (
	select * from tickets where number = (select ticket from ticket_calls where call = $1)
), person as (
	select contact as id from t
), contract as (` + contractInForce + `)
select ` + ticketColumns + knownColumns + ` from t ` + ticketPeople

// contractInForce is the best contract of person at the time $2, knownColumns the person and the contract as JSON.
const (
	contractInForce = `select k.* from contracts k join contacts c on c.organisation = k.organisation join person on person.id = c.id
		where k.starts <= $2 and (k.ends is null or k.ends > $2) order by k.priority_step desc, k.starts desc limit 1`
	knownColumns = `, (select row_to_json(c) from (` + contactColumns + ` where c.id = t.contact) c),
		(select row_to_json(k) from (select ` + contractColumns + ` from contract k) k) `
)

// Open registers a call as a ticket of its own and finds out who calls. Repeating it, even at the same moment on another
// server, gives the same ticket. It fails only when the database does, or when Call is no UUID.
func (s *Store) Open(ctx context.Context, o Opening) (Opened, error) {
	id, err := callID(o.Call)
	if err != nil {
		return Opened{}, err
	}
	o = o.cleaned(time.Now())
	number := ParseNumber(o.CallerRaw, s.region)
	caller := callerText(o.CallerRaw, number)
	opened := Opened{CallerNumber: number, New: true}
	opened.Ticket, err = scanTicket(s.db.QueryRow(ctx, openTicket, id, o.At, number, o.subject(caller), o.Priority, o.Category,
		o.Direction, caller, o.CallerRaw, o.CallerName, o.Line, o.Queue, o.Language,
		unlessZero(o.DueFirstResponse), unlessZero(o.DueResolution)), &opened.Contact, &opened.Contract)
	if errors.Is(err, pgx.ErrNoRows) || broken(err, "ticket_calls_pkey") {
		return s.opened(ctx, id, number, o.At)
	}
	if err != nil {
		return Opened{}, wrap("open the ticket of call "+id, err)
	}
	opened.Ticket.Calls = []string{id} // the statement does not see its own row yet
	s.tell(opened.Ticket)
	return opened.withStep(), nil
}

// opened is the answer when the ticket was there already.
func (s *Store) opened(ctx context.Context, call, number string, at time.Time) (Opened, error) {
	opened := Opened{CallerNumber: number}
	t, err := scanTicket(s.db.QueryRow(ctx, openedTicket, call, at), &opened.Contact, &opened.Contract)
	if err != nil {
		return Opened{}, wrap("read the ticket of call "+call, err)
	}
	opened.Ticket = t
	return opened.withStep(), nil
}

func (o Opened) withStep() Opened {
	if o.Contract != nil {
		o.PriorityStep = o.Contract.PriorityStep
	}
	return o
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
