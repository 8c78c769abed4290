package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kinds of entries that this package writes. Others may Record kinds of their own (offers, transfers, recordings).
const (
	KindOpened      = "opened"
	KindChanged     = "changed"       // data.changes: [{field, from, to}]
	KindComment     = "comment"       // text
	KindCallJoined  = "call_joined"   // a further call belongs to the ticket
	KindAnswered    = "call_answered" // actor is the agent; data.changes as above
	KindCallEnded   = "call_ended"    // data: outcome, reason, agent, answered
	KindVoicemail   = "voicemail"     // data: seconds, callback_due_at
	KindDisposition = "disposition"   // text is the agent's note; data: code
)

// Entry is one thing that happened to a ticket.
type Entry struct {
	ID    int64           `json:"id"` // 0 for the opening of a call's ticket
	At    time.Time       `json:"at"`
	Kind  string          `json:"kind"`
	Actor string          `json:"actor"` // username, empty for the system
	Call  string          `json:"call,omitempty"`
	Text  string          `json:"text,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// Difference is one field that a change touched.
type Difference struct {
	Field string `json:"field"`
	From  any    `json:"from"`
	To    any    `json:"to"`
}

// Timeline is everything that happened to a ticket, in order of time.
func (s *Store) Timeline(ctx context.Context, number int64) ([]Entry, error) {
	// The opening of a call's ticket is read from the ticket itself, from columns that never change.
	rows, err := s.db.Query(ctx, `
		select 0::bigint, t.opened_at, 'opened', '', coalesce((select k.call::text from ticket_calls k
				where k.ticket = t.number order by k.at, k.call limit 1), ''), '',
			jsonb_build_object('channel', t.channel, 'direction', t.direction, 'line', t.line,
				'caller_raw', t.caller_raw, 'caller_name', t.caller_name)
		from tickets t where t.number = $1
			and not exists (select from ticket_timeline e where e.ticket = $1 and e.kind = 'opened')
		union all
		select id, at, kind, actor, coalesce(call::text, ''), text, data from ticket_timeline where ticket = $1
		order by 2, 1`, number)
	list, err := collect(rows, err, pgx.RowToStructByPos[Entry])
	if err == nil && len(list) == 0 {
		err = pgx.ErrNoRows
	}
	return list, wrap(fmt.Sprintf("timeline of ticket %d", number), err)
}

// Comment adds a person's words to a ticket. They are plain text: nothing in them is ever read as markup.
func (s *Store) Comment(ctx context.Context, number int64, text, actor string) (Entry, error) {
	text, err := lines("text", text, maxText)
	if err != nil {
		return Entry{}, err
	}
	if text == "" {
		return Entry{}, Invalid{Field: "text", Text: "must not be empty"}
	}
	e := Entry{Kind: KindComment, Actor: actor, Text: text}
	var t Ticket
	err = s.db.QueryRow(ctx, `
		with t as (
			update tickets set updated_at = now(), said = left(said || E'\n' || translate($2, 'ёЁ', 'еЕ'), 60000) where number = $1
			returning number, version, coalesce(assignee, '') as assignee, queue
		), e as (insert into ticket_timeline (ticket, kind, actor, text) select number, 'comment', $3, $2 from t returning id, at)
		select t.*, e.* from t, e`, number, text, actor).Scan(&t.Number, &t.Version, &t.Assignee, &t.Queue, &e.ID, &e.At)
	if err != nil {
		return Entry{}, wrap(fmt.Sprintf("comment ticket %d", number), err)
	}
	s.tell(t)
	return e, nil
}

// Record adds what another part of the system knows about a call to its ticket's timeline. Once names what must not be
// told twice ("offer 3"), within the call and the kind; with "" every Record adds. ErrNotFound: the call has no ticket.
func (s *Store) Record(ctx context.Context, call string, e Entry, once string) error {
	if !kind.MatchString(e.Kind) {
		return Invalid{Field: "kind", Text: "is not of small letters and _"}
	}
	e.Text = CleanText(e.Text, maxText)
	return s.fact(ctx, call, e, once, plainFact)
}

var kind = regexp.MustCompile(`^[a-z_]{1,32}$`)

func addEntry(ctx context.Context, db querier, ticket int64, e Entry, data any) error {
	_, err := db.Exec(ctx, `insert into ticket_timeline (ticket, kind, actor, text, data) values ($1, $2, $3, $4, $5)`,
		ticket, e.Kind, e.Actor, e.Text, data)
	return err
}
