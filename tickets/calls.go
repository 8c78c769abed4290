package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Join makes a further call (a repeat call, or one of ours to the customer) belong to a ticket. Repeating it changes
// nothing. ErrTaken: the call belongs to another ticket.
func (s *Store) Join(ctx context.Context, call string, number int64) error {
	id, err := callID(call)
	if err != nil {
		return err
	}
	var t Ticket
	var owner *int64
	err = s.db.QueryRow(ctx, `
		with belongs as (
			insert into ticket_calls (call, ticket) select $1, number from tickets where number = $2
			on conflict (call) do nothing returning ticket
		), e as (
			insert into ticket_timeline (ticket, kind, call) select ticket, 'call_joined', $1 from belongs
		), t as (
			update tickets set updated_at = now() where number = (select ticket from belongs)
			returning number, version, coalesce(assignee, '') as assignee, queue
		)
		select coalesce(t.number, 0), coalesce(t.version, 0), coalesce(t.assignee, ''), coalesce(t.queue, ''),
			(select ticket from ticket_calls where call = $1) from (values (1)) one left join t on true`, id, number).
		Scan(&t.Number, &t.Version, &t.Assignee, &t.Queue, &owner)
	switch {
	case err != nil:
		return wrap("join call "+id, err)
	case t.Number != 0:
		s.tell(t)
		return nil
	case owner == nil: // either there is no such ticket, or somebody joined or opened at this very moment
		return s.joined(ctx, id, number)
	case *owner != number:
		return fmt.Errorf("call %s: %w ticket, %d", id, ErrTaken, *owner)
	}
	return nil
}

func (s *Store) joined(ctx context.Context, call string, number int64) error {
	t, err := s.ByCall(ctx, call)
	if err == nil && t.Number != number {
		err = fmt.Errorf("call %s: %w ticket, %d", call, ErrTaken, t.Number)
	}
	return err
}

// Answered notes that a person talks with the customer: it stamps the first response, opens a new ticket, gives one that
// nobody has to the agent, and keeps a callback promise that another call was given. What people chose stays.
func (s *Store) Answered(ctx context.Context, call, agent string, at time.Time) error {
	return s.fact(ctx, call, Entry{At: at, Kind: KindAnswered, Actor: agent}, "-", answeredFact)
}

// CallDone notes how a call ended. If it was answered and nobody said so with Answered, at counts as the time of the answer.
func (s *Store) CallDone(ctx context.Context, call, outcome, reason, agent string, answered bool, at time.Time) error {
	data, err := json.Marshal(map[string]any{"outcome": outcome, "reason": Clean(reason, maxName), "agent": agent, "answered": answered})
	if err != nil {
		return err
	}
	effect := plainFact
	if answered {
		effect = answeredFact
	}
	return s.fact(ctx, call, Entry{At: at, Kind: KindCallEnded, Actor: agent, Data: data}, "-", effect)
}

// Voicemail notes a message of so many seconds that the call left, and the promise to call back (zero: none is made).
// An open promise is never moved to a later time.
func (s *Store) Voicemail(ctx context.Context, call string, callbackDue time.Time, seconds float64) error {
	due := unlessZero(callbackDue)
	data, err := json.Marshal(map[string]any{"seconds": seconds, "callback_due_at": due})
	if err != nil {
		return err
	}
	return s.fact(ctx, call, Entry{Kind: KindVoicemail, Data: data}, "-", voicemailFact, due)
}

// Disposition notes what the agent says that the call was about. The note is found by the search.
func (s *Store) Disposition(ctx context.Context, call, code, note, agent string) error {
	note, err := lines("note", note, maxText)
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]string{"code": Clean(code, maxKey)})
	if err != nil {
		return err
	}
	return s.fact(ctx, call, Entry{Kind: KindDisposition, Actor: agent, Text: note, Data: data}, "-", saidFact)
}

// effect is what a fact of a call does to its ticket: the columns it sets, in terms of t, and what the entry tells about it,
// in terms of the ticket as it was. Both are our own SQL; $1 call, $2 at, $4 agent, $5 text; further arguments from $8.
type effect struct{ set, tell string }

var (
	plainFact    = effect{set: `updated_at = now()`}
	saidFact     = effect{set: `updated_at = now(), said = left(t.said || E'\n' || translate($5, 'ёЁ', 'еЕ'), 60000)`}
	answeredFact = effect{
		set: `updated_at = now(), state = case t.state when 'new' then 'open' else t.state end,
			assignee = coalesce(t.assignee, (select username from users where username = $4 and not disabled)),
			first_response_at = coalesce(t.first_response_at, $2),
			callback_done_at = case when t.callback_due_at is not null and t.callback_call is distinct from $1
				then coalesce(t.callback_done_at, $2) else t.callback_done_at end`,
		tell: `(select jsonb_build_object('changes', jsonb_agg(d)) from (
				select jsonb_build_object('field', 'state', 'from', 'new', 'to', 'open') as d where was.state = 'new'
				union all select jsonb_build_object('field', 'assignee', 'from', '', 'to', username) from users
				where username = $4 and not disabled and was.assignee is null) x having count(*) > 0)`,
	}
	voicemailFact = effect{set: `updated_at = now(),
		callback_due_at = case when $8::timestamptz is null then t.callback_due_at
			when t.callback_done_at is null then least(t.callback_due_at, $8) else $8 end,
		callback_done_at = case when $8 is null then t.callback_done_at end,
		callback_call = case when $8 is null then t.callback_call else $1 end`}
)

// fact writes an entry about a call and its effect, both or none, in one round trip. When the entry is there already,
// the effect was had already.
func (s *Store) fact(ctx context.Context, call string, e Entry, once string, does effect, args ...any) error {
	id, err := callID(call)
	if err != nil {
		return err
	}
	if once != "" {
		once = e.Kind + " " + once + " " + id
	}
	tell := does.tell
	if tell == "" {
		tell = "null::jsonb"
	}
	var t Ticket
	var version *int
	err = s.db.QueryRow(ctx, `
		with was as (
			select * from tickets where number = (select ticket from ticket_calls where call = $1) for update
		), e as (
			insert into ticket_timeline (call, ticket, at, kind, actor, text, data, once)
			select $1, number, $2, $3, $4, $5, coalesce($6::jsonb || coalesce(`+tell+`, '{}'), `+tell+`), nullif($7, '') from was
			on conflict (once) where once is not null do nothing returning ticket
		), t as (
			update tickets t set `+does.set+` from e where t.number = e.ticket
			returning t.number, t.version, coalesce(t.assignee, '') as assignee, t.queue
		)
		select was.number, t.version, coalesce(t.assignee, ''), coalesce(t.queue, '') from was left join t on true`,
		append([]any{id, orNow(e.At), e.Kind, e.Actor, e.Text, e.Data, once}, args...)...).
		Scan(&t.Number, &version, &t.Assignee, &t.Queue)
	if err != nil {
		return wrap(e.Kind+" of call "+id, err)
	}
	if version != nil { // nil: it was told before
		t.Version = *version
		s.tell(t)
	}
	return nil
}

func orNow(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now()
	}
	return t
}
