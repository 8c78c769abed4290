package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change is what a person wants different. A nil field stays as it is; "" takes an assignee, category or contact away.
type Change struct {
	Subject      *string `json:"subject,omitempty"`
	Description  *string `json:"description,omitempty"`
	State        *string `json:"state,omitempty"`
	Priority     *string `json:"priority,omitempty"`
	Category     *string `json:"category,omitempty"` // code
	Queue        *string `json:"queue,omitempty"`
	Language     *string `json:"language,omitempty"`
	Assignee     *string `json:"assignee,omitempty"` // an enabled user
	Contact      *string `json:"contact,omitempty"`  // UUID
	Tier         *int    `json:"tier,omitempty"`
	CallbackDone *bool   `json:"callback_done,omitempty"` // true: the promise was kept in another way
}

// Change changes a ticket that is still as the person saw it. It answers the ticket as it is now, the error Changed (which
// is ErrChanged) when the version is not the current one, ErrTransition, or Invalid. All that differs is one timeline entry.
func (s *Store) Change(ctx context.Context, number int64, version int, c Change, actor string) (Ticket, error) {
	var t Ticket
	touched := false
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) (err error) {
		t, touched, err = change(ctx, tx, number, version, c, actor)
		return err
	})
	if err != nil {
		return Ticket{}, wrap(fmt.Sprintf("change ticket %d", number), refused(err))
	}
	if touched {
		s.tell(t)
	}
	return t, nil
}

func change(ctx context.Context, tx pgx.Tx, number int64, version int, c Change, actor string) (Ticket, bool, error) {
	was, err := scanTicket(tx.QueryRow(ctx, `select `+ticketColumns+` from tickets t `+ticketPeople+` where t.number = $1 for update of t`, number))
	if err != nil {
		return Ticket{}, false, err
	}
	if was.Version != version {
		return Ticket{}, false, Changed{Current: was}
	}
	is, err := c.apply(was, time.Now())
	if err != nil {
		return Ticket{}, false, err
	}
	differences := compare(was, is)
	if len(differences) == 0 {
		return was, false, nil
	}
	if is.Assignee != was.Assignee {
		if err := mayWork(ctx, tx, is.Assignee); err != nil {
			return Ticket{}, false, err
		}
	}
	if err := write(ctx, tx, is, is.Subject != was.Subject); err != nil {
		return Ticket{}, false, err
	}
	data := map[string]any{"changes": differences}
	if err := addEntry(ctx, tx, number, Entry{Kind: KindChanged, Actor: actor}, data); err != nil {
		return Ticket{}, false, err
	}
	is, err = getTicket(ctx, tx, number)
	return is, true, err
}

// apply gives the ticket as it would be.
func (c Change) apply(t Ticket, now time.Time) (Ticket, error) {
	texts, err := c.cleaned()
	if err != nil {
		return t, err
	}
	set(&t.Subject, texts.Subject)
	set(&t.Description, texts.Description)
	set(&t.Queue, texts.Queue)
	set(&t.Priority, c.Priority)
	set(&t.Category, c.Category)
	set(&t.Language, c.Language)
	set(&t.Assignee, texts.Assignee)
	set(&t.Tier, c.Tier)
	if c.Contact != nil {
		if t.Contact = nil; *c.Contact != "" {
			t.Contact = &Person{ID: idOrNobody(*c.Contact)}
		}
	}
	if c.CallbackDone != nil {
		if t, err = t.withCallback(*c.CallbackDone, now); err != nil {
			return t, err
		}
	}
	if c.State != nil {
		return t.withState(*c.State, now)
	}
	return t, nil
}

// cleaned checks every field that has a form of its own.
func (c Change) cleaned() (Change, error) {
	var err error
	check := func(field string, p *string, clean func(field, text string, max int) (string, error), max int) *string {
		if p == nil || err != nil {
			return nil
		}
		var text string
		text, err = clean(field, *p, max)
		return &text
	}
	c.Subject = check("subject", c.Subject, needed, maxSubject)
	c.Description = check("description", c.Description, lines, maxText)
	c.Queue = check("queue", c.Queue, line, maxKey)
	c.Assignee = check("assignee", c.Assignee, line, maxKey)
	switch {
	case err != nil:
	case c.Priority != nil && !slices.Contains(priorities, *c.Priority):
		err = Invalid{Field: "priority", Text: "is not one of urgent, high, normal, low"}
	case c.Language != nil && !isLanguage(*c.Language):
		err = Invalid{Field: "language", Text: `is not a code such as "en"`}
	case c.Tier != nil && (*c.Tier < 1 || *c.Tier > 3):
		err = Invalid{Field: "tier", Text: "is not 1, 2 or 3"}
	case c.Category != nil && *c.Category != "" && !code.MatchString(*c.Category):
		err = Invalid{Field: "category", Text: "does not exist"}
	}
	return c, err
}

func (t Ticket) withState(state string, now time.Time) (Ticket, error) {
	if err := mayFollow(t.State, state); err != nil || t.State == state {
		return t, err
	}
	t.State = state
	switch state {
	case StateSolved:
		t.SolvedAt = &now
	case StateClosed:
		t.ClosedAt = &now
	default:
		t.SolvedAt = nil // it was not solved after all
	}
	return t, nil
}

func (t Ticket) withCallback(done bool, now time.Time) (Ticket, error) {
	switch {
	case t.CallbackDueAt == nil:
		return t, Invalid{Field: "callback_done", Text: "no callback was promised"}
	case !done:
		t.CallbackDoneAt = nil
	case t.CallbackDoneAt == nil:
		t.CallbackDoneAt = &now
	}
	return t, nil
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

// compare tells what a person made different, in the words of the API.
func compare(was, is Ticket) []Difference {
	var list []Difference
	see := func(field string, from, to any) {
		if from != to {
			list = append(list, Difference{field, from, to})
		}
	}
	see("subject", was.Subject, is.Subject)
	see("description", was.Description, is.Description)
	see("state", was.State, is.State)
	see("priority", was.Priority, is.Priority)
	see("category", was.Category, is.Category)
	see("queue", was.Queue, is.Queue)
	see("language", was.Language, is.Language)
	see("assignee", was.Assignee, is.Assignee)
	see("contact", was.contactID(), is.contactID())
	see("tier", was.Tier, is.Tier)
	see("callback_done", was.CallbackDoneAt != nil, is.CallbackDoneAt != nil)
	return list
}

func (t Ticket) contactID() string {
	if t.Contact == nil {
		return ""
	}
	return t.Contact.ID
}

// write stores the fields that people change. What the search looks into is made anew from all that people wrote.
func write(ctx context.Context, tx pgx.Tx, t Ticket, titled bool) error {
	_, err := tx.Exec(ctx, `update tickets set version = version + 1, updated_at = now(), subject = $2, titled = titled or $3,
		description = $4, state = $5, priority = $6, category = nullif($7, ''), queue = $8, language = $9,
		assignee = nullif($10, ''), contact = nullif($11, '')::uuid, tier = $12, solved_at = $13, closed_at = $14, callback_done_at = $15,
		said = left(translate(concat_ws(E'\n', nullif(caller_name, ''), case when titled or $3 then $2 end, nullif($4, ''),
			(select string_agg(e.text, E'\n' order by e.id) from ticket_timeline e where e.ticket = $1 and e.text <> '')), 'ёЁ', 'еЕ'), 60000)
		where number = $1`,
		t.Number, t.Subject, titled, t.Description, t.State, t.Priority, t.Category, t.Queue, t.Language,
		t.Assignee, t.contactID(), t.Tier, t.SolvedAt, t.ClosedAt, t.CallbackDoneAt)
	return err
}

// mayWork refuses an assignee who does not exist or may no longer work. The account stays as it is until we are done.
func mayWork(ctx context.Context, tx pgx.Tx, username string) error {
	if username == "" {
		return nil
	}
	var enabled bool
	err := tx.QueryRow(ctx, `select exists (select from users where username = $1 and not disabled for share)`, username).Scan(&enabled)
	if err == nil && !enabled {
		err = Invalid{Field: "assignee", Text: "is not an enabled user"}
	}
	return err
}

// refused puts the database's refusal of a reference into words.
func refused(err error) error {
	switch {
	case broken(err, "tickets_category_fkey"):
		return Invalid{Field: "category", Text: "does not exist"}
	case broken(err, "tickets_contact_fkey"):
		return Invalid{Field: "contact", Text: "does not exist"}
	}
	return err
}
