package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

const maxQuery = 200

// search adds what a person typed: words (any form, English or Russian, "in quotes", -without), the number of a ticket,
// the end of a phone number, a contact's name. Each has its own index, so they are looked up apart and united in an array.
// Fuzzy looks for the words that were perhaps meant instead.
func (s *Store) search(q *where, typed string, fuzzy bool) {
	typed = Clean(typed, maxQuery)
	if fuzzy {
		q.add(`t.said <> '' and t.words @@ ticket_meant($1)`, typed)
		return
	}
	find := []string{
		`select number from tickets where said <> '' and words @@ ticket_question($1)`,
		`select number from tickets where contact in (select id from contacts where lower(name) like $2)`,
	}
	args := []any{typed, "%" + escapeLike(strings.ToLower(typed)) + "%"}
	also := func(where string, arg any) {
		args = append(args, arg)
		find = append(find, fmt.Sprintf(`select number from tickets where %s $%d`, where, len(args)))
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(typed, "#"), 10, 64); err == nil {
		also(`number =`, n)
	}
	if number := ParseNumber(typed, s.region); number != "" {
		also(`caller <> '' and caller =`, number)
	}
	if end := []byte(onlyDigits(typed)); len(end) > 0 {
		slices.Reverse(end)
		also(`caller <> '' and reverse(translate(caller, '+', '')) like`, string(end)+"%")
	}
	q.add(`t.number = any(array(`+strings.Join(find, " union all ")+`))`, args...)
}

// mayErr reports whether a question may be answered with what only resembles it: not when it says exactly what it wants.
func mayErr(typed string) bool {
	return len([]rune(typed)) >= 3 && !strings.Contains(typed, `"`) && !strings.Contains(" "+typed, " -")
}

// Similar lists solved and closed tickets that are about the same: their words first, then their category. A ticket that
// nobody wrote in yet has only its category.
func (s *Store) Similar(ctx context.Context, number int64, limit int) ([]Ticket, error) {
	var question, category string
	if err := s.db.QueryRow(ctx, tellingWords, number).Scan(&question, &category); err != nil {
		return nil, wrap(fmt.Sprintf("words of ticket %d", number), err)
	}
	if question == "" && category == "" {
		return []Ticket{}, nil
	}
	rows, err := s.db.Query(ctx, `
		with found as (
			(select number, 1 + ts_rank(words, $2::text::tsquery) as rank from tickets
			where said <> '' and words @@ $2::text::tsquery and state in ('solved', 'closed') order by 2 desc, 1 desc limit $4 + 1)
			union all
			(select number, 0 from tickets where category = $3 and state in ('solved', 'closed') order by number desc limit $4 + 1)
		), best as (
			select number, sum(rank) as rank from found where number <> $1 group by number order by rank desc, number desc limit $4
		)
		select `+ticketColumns+` from best join tickets t on t.number = best.number `+ticketPeople+`
		order by best.rank desc, t.number desc`, pgx.QueryExecModeCacheDescribe, number, question, category, pageSize(limit))
	list, err := collect(rows, err, ticketRow)
	return list, wrap(fmt.Sprintf("similar to ticket %d", number), err)
}

// tellingWords are the rarest words of a ticket, by the statistics that Postgres keeps anyway: they tell most, and what
// has them is found fast. The first always counts, the others while together they are in about 2,000 tickets at most.
const tellingWords = `
	with asked as (
		select coalesce(category, '') as category,
			ticket_words(concat_ws(' ', case when titled then subject end, description)) as words from tickets where number = $1
	), common as (
		select unnest(most_common_elems::text::text[]) as word, unnest(most_common_elem_freqs) as share
		from pg_stats where schemaname = current_schema() and tablename = 'tickets' and attname = 'words'
	), weighed as (
		select word, coalesce(share, 0) * (select greatest(reltuples, 0) from pg_class where oid = 'tickets'::regclass) as often
		from asked, unnest(tsvector_to_array(words)) word left join common using (word)
	), ranked as (
		select word, row_number() over rarest as place, sum(often) over rarest as together
		from weighed window rarest as (order by often, length(word) desc, word)
	)
	select coalesce((select string_agg(ticket_quoted(word), ' | ') from ranked where place = 1 or place <= 8 and together <= 2000), ''),
		category from asked`

// History lists a contact's tickets, newest first.
func (s *Store) History(ctx context.Context, contact string, limit int) ([]Ticket, error) {
	if contact == "" {
		return []Ticket{}, nil
	}
	list, _, err := s.List(ctx, Filter{Contact: contact, Limit: limit})
	return list, err
}
