package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Filter chooses tickets. Empty fields choose all.
type Filter struct {
	Caller   string // a number in any spelling, or the text that stands for it
	Contact  string // UUID
	State    string // one, or several with commas
	Priority string // one, or several with commas
	Assignee string // username
	Nobodys  bool   // without an assignee
	Queue    string
	Query    string // words, part of a number, a ticket's number: see search.go
	Callback bool   // promised and not yet done, in order of promise

	Sort   string // one of Sorts, with "-" in front for the other way round; "" is newest first
	Cursor string // of the page before, with the same filter
	Limit  int    // 1 to 200, otherwise 50
}

// order is how a list may be sorted: our own SQL, so that nothing that people send gets into a query's text.
type order struct {
	column string
	kind   string                // SQL type of the column
	value  func(t Ticket) string // of the last row, for the cursor
}

var orders = map[string]order{
	"number":                {"t.number", "bigint", func(t Ticket) string { return strconv.FormatInt(t.Number, 10) }},
	"opened_at":             byTime("t.opened_at", func(t Ticket) *time.Time { return &t.OpenedAt }),
	"updated_at":            byTime("t.updated_at", func(t Ticket) *time.Time { return &t.UpdatedAt }),
	"due_first_response_at": byTime("t.due_first_response_at", func(t Ticket) *time.Time { return t.DueFirstResponseAt }),
	"due_resolution_at":     byTime("t.due_resolution_at", func(t Ticket) *time.Time { return t.DueResolutionAt }),
	"callback_due_at":       byTime("t.callback_due_at", func(t Ticket) *time.Time { return t.CallbackDueAt }),
	"priority": {"array_position('{urgent,high,normal,low}'::text[], t.priority)", "bigint", func(t Ticket) string {
		return strconv.Itoa(slices.Index(priorities, t.Priority) + 1)
	}},
}

// Sorts lists the names by which tickets may be sorted.
func Sorts() []string {
	var names []string
	for name := range orders {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// byTime sorts rows without the time as if it never came.
func byTime(column string, of func(Ticket) *time.Time) order {
	return order{"coalesce(" + column + ", 'infinity')", "timestamptz", func(t Ticket) string {
		if at := of(t); at != nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
		return "infinity"
	}}
}

// List gives one page of tickets and the cursor of the next, "" at the end. New tickets never shift a page.
func (s *Store) List(ctx context.Context, f Filter) ([]Ticket, string, error) {
	if f.Sort == "" && f.Callback {
		f.Sort = "callback_due_at"
	}
	if f.Sort == "" {
		f.Sort = "-number"
	}
	after, err := readCursor(f.Cursor, f.Sort)
	if err != nil {
		return nil, "", err
	}
	list, next, err := s.page(ctx, f, after)
	if err == nil && len(list) == 0 && f.Cursor == "" && mayErr(f.Query) {
		return s.page(ctx, f, cursor{Of: f.Sort, Fuzzy: true}) // nothing is spelt like this
	}
	return list, next, err
}

func (s *Store) page(ctx context.Context, f Filter, after cursor) ([]Ticket, string, error) {
	name, down := strings.CutPrefix(f.Sort, "-")
	by, ok := orders[name]
	if !ok {
		return nil, "", Invalid{Field: "sort", Text: "is not one of " + strings.Join(Sorts(), ", ")}
	}
	q, err := s.chosen(f, after.Fuzzy)
	if err != nil {
		return nil, "", err
	}
	way, beyond := "asc", ">"
	if down {
		way, beyond = "desc", "<"
	}
	if after.ID != "" {
		if err := after.check(by.kind); err != nil {
			return nil, "", err
		}
		q.add(fmt.Sprintf(`(%s, t.number) %s ($1::text::%s, $2::text::bigint)`, by.column, beyond, by.kind), after.Value, after.ID)
	}
	limit := pageSize(f.Limit)
	// Planned with the values in it: which index is best depends on them.
	rows, err := s.db.Query(ctx, `select `+ticketColumns+` from tickets t `+ticketPeople+q.sql()+
		fmt.Sprintf(` order by %s %s, t.number %s limit %d`, by.column, way, way, limit+1),
		append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)...)
	list, err := collect(rows, err, ticketRow)
	if err != nil {
		return nil, "", wrap("list tickets", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	last := list[limit-1]
	next := cursor{Of: f.Sort, Value: by.value(last), ID: strconv.FormatInt(last.Number, 10), Fuzzy: after.Fuzzy}
	return list[:limit], next.String(), nil
}

// check refuses a forged cursor before the database has to.
func (c cursor) check(kind string) error {
	_, err := strconv.ParseInt(c.ID, 10, 64)
	if err == nil && kind == "bigint" {
		_, err = strconv.ParseInt(c.Value, 10, 64)
	}
	if err == nil && kind == "timestamptz" && c.Value != "infinity" {
		_, err = time.Parse(time.RFC3339Nano, c.Value)
	}
	if err != nil {
		return Invalid{Field: "cursor", Text: "is not of this list"}
	}
	return nil
}

func (s *Store) chosen(f Filter, fuzzy bool) (*where, error) {
	q := newWhere()
	if f.Caller != "" {
		q.add(`t.caller = $1 and t.caller <> ''`, s.callerOf(f.Caller))
	}
	if f.Contact != "" {
		q.add(`t.contact = $1`, idOrNobody(f.Contact))
	}
	if f.State != "" {
		states := strings.Split(f.State, ",")
		for _, state := range states {
			if follows[state] == nil {
				return nil, Invalid{Field: "state", Text: "is not one of new, open, waiting_customer, waiting_vendor, solved, closed"}
			}
		}
		q.add(`t.state = any($1)`, states)
	}
	if f.Priority != "" {
		list := strings.Split(f.Priority, ",")
		for _, p := range list {
			if !slices.Contains(priorities, p) {
				return nil, Invalid{Field: "priority", Text: "is not one of " + strings.Join(priorities, ", ")}
			}
		}
		q.add(`t.priority = any($1)`, list)
	}
	if f.Nobodys {
		q.add(`t.assignee is null`)
	}
	if f.Assignee != "" {
		q.add(`t.assignee = $1`, Clean(f.Assignee, maxKey))
	}
	if f.Queue != "" {
		q.add(`t.queue = $1`, Clean(f.Queue, maxKey))
	}
	if f.Callback {
		q.add(`t.callback_due_at is not null and t.callback_done_at is null`)
	}
	if f.Query != "" {
		s.search(q, f.Query, fuzzy)
	}
	return q, nil
}

func (s *Store) callerOf(text string) string {
	raw := Clean(text, maxCaller)
	return callerText(raw, ParseNumber(raw, s.region))
}
