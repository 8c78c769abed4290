package tickets

import (
	"context"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
)

// Draft is a ticket that a person or program makes without a call: a letter, a visit, a mail. Only Subject is needed.
type Draft struct {
	Subject     string `json:"subject"`
	Description string `json:"description"`
	Channel     string `json:"channel"`  // "manual" when empty
	Priority    string `json:"priority"` // "normal" when empty
	Category    string `json:"category"` // code
	Caller      string `json:"caller"`   // a number in any spelling
	CallerName  string `json:"caller_name"`
	Contact     string `json:"contact"` // UUID; when empty the owner of the number
	Line        string `json:"line"`
	Queue       string `json:"queue"`
	Language    string `json:"language"` // "en" when empty
	Assignee    string `json:"assignee"`

	DueFirstResponse time.Time `json:"due_first_response_at,omitzero"`
	DueResolution    time.Time `json:"due_resolution_at,omitzero"`
}

var channel = regexp.MustCompile(`^[a-z]{1,32}$`)

// Create makes a ticket by hand.
func (s *Store) Create(ctx context.Context, d Draft, actor string) (Ticket, error) {
	d, raw, err := s.checkDraft(d)
	if err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if err := mayWork(ctx, tx, d.Assignee); err != nil {
			return err
		}
		var number int64
		err := tx.QueryRow(ctx, `
			insert into tickets (subject, titled, description, channel, priority, category, caller, caller_raw, caller_name, contact,
				line, queue, language, assignee, due_first_response_at, due_resolution_at, said)
			values ($1, true, $2, $3, $4, nullif($5, ''), $6, $7, $8,
				coalesce(nullif($9, '')::uuid, (select contact from contact_numbers where number = $6)),
				$10, $11, $12, nullif($13, ''), $14, $15,
				translate(concat_ws(E'\n', nullif($8::text, ''), $1::text, nullif($2::text, '')), 'ёЁ', 'еЕ'))
			returning number`,
			d.Subject, d.Description, d.Channel, d.Priority, d.Category, d.Caller, raw, d.CallerName, d.Contact,
			d.Line, d.Queue, d.Language, d.Assignee, unlessZero(d.DueFirstResponse), unlessZero(d.DueResolution)).Scan(&number)
		if err != nil {
			return err
		}
		data := map[string]string{"channel": d.Channel, "line": d.Line, "caller_raw": raw}
		if err := addEntry(ctx, tx, number, Entry{Kind: KindOpened, Actor: actor}, data); err != nil {
			return err
		}
		t, err = getTicket(ctx, tx, number)
		return err
	})
	if err != nil {
		return Ticket{}, wrap("create ticket", refused(err))
	}
	s.tell(t)
	return t, nil
}

// checkDraft also gives the caller as it was written.
func (s *Store) checkDraft(d Draft) (Draft, string, error) {
	if d.Channel == "" {
		d.Channel = "manual"
	}
	if d.Priority == "" {
		d.Priority = PriorityNormal
	}
	if d.Language == "" {
		d.Language = "en"
	}
	c, err := Change{Subject: &d.Subject, Description: &d.Description, Priority: &d.Priority, Category: &d.Category,
		Queue: &d.Queue, Language: &d.Language, Assignee: &d.Assignee}.cleaned()
	if err != nil {
		return d, "", err
	}
	d.Subject, d.Description, d.Queue, d.Assignee = *c.Subject, *c.Description, *c.Queue, *c.Assignee
	if !channel.MatchString(d.Channel) {
		return d, "", Invalid{Field: "channel", Text: "is not of small letters"}
	}
	if d.Contact != "" {
		d.Contact = idOrNobody(d.Contact)
	}
	raw := Clean(d.Caller, maxCaller)
	d.Caller = callerText(raw, ParseNumber(raw, s.region))
	d.CallerName, d.Line = Clean(d.CallerName, maxCaller), Clean(d.Line, maxKey)
	return d, raw, nil
}
