package tickets

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Contact is a person whom we know.
type Contact struct {
	ID               string    `json:"id"` // UUID
	Name             string    `json:"name"`
	Numbers          []string  `json:"numbers"` // E.164, each of them this person's only
	Email            string    `json:"email"`
	Language         string    `json:"language"`          // "en", "ru", empty for not known
	Organisation     string    `json:"organisation"`      // its UUID, empty for none
	OrganisationName string    `json:"organisation_name"` // read only
	Created          time.Time `json:"created"`
}

const contactColumns = `select c.id::text as id, c.name, array(select n.number from contact_numbers n where n.contact = c.id order by n.place) as numbers,
	c.email, c.language, coalesce(c.organisation::text, '') as organisation,
	coalesce((select name from organisations where id = c.organisation), '') as organisation_name, c.created from contacts c`

func contactRow(row pgx.CollectableRow) (Contact, error) {
	return pgx.RowToStructByPos[Contact](row)
}

// Contact reads one person, or ErrNotFound.
func (s *Store) Contact(ctx context.Context, id string) (Contact, error) {
	return s.oneContact(ctx, "contact "+id, `c.id = $1`, idOrNobody(id))
}

// ContactByNumber finds whose number it is, in any spelling, or ErrNotFound.
func (s *Store) ContactByNumber(ctx context.Context, raw string) (Contact, error) {
	return s.oneContact(ctx, "contact by number", `c.id = (select contact from contact_numbers where number = $1)`, ParseNumber(raw, s.region))
}

func (s *Store) oneContact(ctx context.Context, doing, where, arg string) (Contact, error) {
	rows, err := s.db.Query(ctx, contactColumns+" where "+where, arg)
	if err != nil {
		return Contact{}, wrap(doing, err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, contactRow)
	return c, wrap(doing, err)
}

// ContactFilter chooses contacts. Empty fields choose all.
type ContactFilter struct {
	Query        string // part of a name, an e-mail address or a number
	Organisation string // UUID
	Cursor       string // of the page before
	Limit        int    // 1 to 200, otherwise 50
}

// Contacts lists people by name, and gives the cursor of the next page, "" at the end.
func (s *Store) Contacts(ctx context.Context, f ContactFilter) ([]Contact, string, error) {
	after, err := readCursor(f.Cursor, "contacts")
	if err != nil {
		return nil, "", err
	}
	q := newWhere()
	if query := Clean(f.Query, maxName); query != "" {
		part := "%" + escapeLike(strings.ToLower(query)) + "%"
		q.add(`(lower(c.name) like $1 or lower(c.email) like $1 or exists (
			select from contact_numbers n where n.contact = c.id and (n.number = $2 or $3 <> '' and n.number like '%' || $3 || '%')))`,
			part, ParseNumber(query, s.region), onlyDigits(query))
	}
	if f.Organisation != "" {
		q.add(`c.organisation = $1`, idOrNobody(f.Organisation))
	}
	if after.ID != "" {
		q.add(`(lower(c.name), c.id) > ($1, $2::uuid)`, after.Value, idOrNobody(after.ID))
	}
	limit := pageSize(f.Limit)
	rows, err := s.db.Query(ctx, contactColumns+q.sql()+fmt.Sprintf(` order by lower(c.name), c.id limit %d`, limit+1), q.args...)
	list, err := collect(rows, err, contactRow)
	if err != nil {
		return nil, "", wrap("list contacts", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	last := list[limit-1]
	return list[:limit], cursor{Of: "contacts", Value: strings.ToLower(last.Name), ID: last.ID}.String(), nil
}

// PutContact makes a contact, or replaces the one with its ID; a UUID chosen by the caller makes it repeatable. Numbers may
// be in any spelling. Tickets of these numbers that belong to nobody yet become the contact's. ErrTaken: a number is another's.
func (s *Store) PutContact(ctx context.Context, c Contact) (Contact, error) {
	c, err := s.checkContact(c)
	if err != nil {
		return Contact{}, err
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error { return putContact(ctx, tx, c) })
	switch {
	case broken(err, "contact_numbers_pkey"):
		return Contact{}, fmt.Errorf("%w: a number of %s", ErrTaken, c.ID)
	case broken(err, "contacts_organisation_fkey"):
		return Contact{}, Invalid{Field: "organisation", Text: "does not exist"}
	case err != nil:
		return Contact{}, wrap("put contact", err)
	}
	return s.Contact(ctx, c.ID)
}

func putContact(ctx context.Context, tx pgx.Tx, c Contact) error {
	b := &pgx.Batch{}
	b.Queue(`insert into contacts (id, name, email, language, organisation) values ($1, $2, $3, $4, nullif($5, '')::uuid)
		on conflict (id) do update set name = $2, email = $3, language = $4, organisation = nullif($5, '')::uuid`,
		c.ID, c.Name, c.Email, c.Language, c.Organisation)
	b.Queue(`delete from contact_numbers where contact = $1`, c.ID)
	b.Queue(`insert into contact_numbers (number, contact, place) select n, $1, place from unnest($2::text[]) with ordinality u (n, place)`,
		c.ID, c.Numbers)
	b.Queue(`update tickets set contact = $1 where caller = any($2) and caller <> '' and contact is null`, c.ID, c.Numbers)
	return tx.SendBatch(ctx, b).Close()
}

func (s *Store) checkContact(c Contact) (Contact, error) {
	var err error
	if c.ID, err = idOrNew(c.ID); err != nil {
		return c, err
	}
	if c.Name, err = needed("name", c.Name, maxName); err != nil {
		return c, err
	}
	if c.Email = strings.TrimSpace(c.Email); c.Email != "" {
		if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email || len(c.Email) > 320 {
			return c, Invalid{Field: "email", Text: "is not an e-mail address"}
		}
	}
	if c.Language != "" && !isLanguage(c.Language) {
		return c, Invalid{Field: "language", Text: `is not a code such as "en"`}
	}
	if c.Organisation != "" && uuid.Validate(c.Organisation) != nil {
		return c, Invalid{Field: "organisation", Text: "is not a UUID"}
	}
	c.Numbers, err = s.checkNumbers(c.Numbers)
	return c, err
}

func (s *Store) checkNumbers(raw []string) ([]string, error) {
	numbers := []string{}
	for _, r := range raw {
		n := ParseNumber(r, s.region)
		if n == "" {
			return nil, Invalid{Field: "numbers", Text: fmt.Sprintf("%q is not a full phone number", Clean(r, maxCaller))}
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers, nil
}

// idOrNew checks a UUID; without one it makes one, in order of time.
func idOrNew(id string) (string, error) {
	if id == "" {
		return uuid.Must(uuid.NewV7()).String(), nil
	}
	u, err := uuid.Parse(id)
	if err != nil {
		return "", Invalid{Field: "id", Text: "is not a UUID"}
	}
	return u.String(), nil
}

// idOrNobody is for looking up: what is no UUID is the nil UUID, which nothing has.
func idOrNobody(id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return uuid.Nil.String()
	}
	return u.String()
}
