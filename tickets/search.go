package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const maxQuery = 200

// search adds what a person typed: words (any form, English or Russian, "in quotes", -without), the number of a ticket,
// the end of a phone number, a contact's name. Each part has its own index, so they are looked up apart and united.
// Fuzzy looks for texts that resemble the words instead.
func (s *Store) search(q *where, typed string, fuzzy bool) {
	typed = Clean(typed, maxQuery)
	if fuzzy { // see page
		q.add(`t.number in (select number from tickets where said <> '' and ticket_resembles(translate($1, 'ёЁ', 'еЕ'), said))`, typed)
		return
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(typed, "#"), 10, 64)
	if err != nil {
		number = 0
	}
	q.add(`t.number in (
		select number from tickets where said <> '' and words @@ ticket_question($1)
		union all select $2::bigint
		union all select number from tickets where caller <> '' and reverse(translate(caller, '+', '')) like $3
		union all select number from tickets where caller = $4 and caller <> ''
		union all select number from tickets where contact in (select id from contacts where lower(name) like $5))`,
		typed, number, ending(typed), ParseNumber(typed, s.region), "%"+escapeLike(strings.ToLower(typed))+"%")
}

// mayErr reports whether a question may be answered with what only resembles it: not when it says exactly what it wants.
func mayErr(typed string) bool {
	return len([]rune(typed)) >= 3 && !strings.Contains(typed, `"`) && !strings.Contains(" "+typed, " -")
}

// ending is the pattern of callers whose number ends in the digits typed, or of none.
func ending(typed string) string {
	letters := []byte(onlyDigits(typed, "none"))
	slices.Reverse(letters)
	return string(letters) + "%"
}

// Similar lists solved and closed tickets that are about the same: their words first, then their category. A ticket that
// nobody wrote in yet has only its category.
func (s *Store) Similar(ctx context.Context, number int64, limit int) ([]Ticket, error) {
	rows, err := s.db.Query(ctx, `
		with asked as (
			select category, ticket_words(concat_ws(' ', case when titled then subject end, description)) as words from tickets where number = $1
		), question as ( -- any of the longest words: they say most
			select string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery as any_word
			from (select lexeme from asked, unnest(asked.words) order by length(lexeme) desc, lexeme limit 16) w
		), found as (
			(select number, 1 + ts_rank(words, any_word) as rank from tickets, question
			where said <> '' and words @@ any_word and state in ('solved', 'closed') order by 2 desc, 1 desc limit $2 + 1)
			union all
			(select number, 0 from tickets where category = (select category from asked) and state in ('solved', 'closed')
			order by number desc limit $2 + 1)
		), best as (
			select number, sum(rank) as rank from found where number <> $1 group by number order by rank desc, number desc limit $2
		)
		select `+ticketColumns+` from best join tickets t on t.number = best.number `+ticketPeople+`
		order by best.rank desc, t.number desc`, number, pageSize(limit))
	list, err := collect(rows, err, ticketRow)
	return list, wrap(fmt.Sprintf("similar to ticket %d", number), err)
}

// History lists a contact's tickets, newest first.
func (s *Store) History(ctx context.Context, contact string, limit int) ([]Ticket, error) {
	if contact == "" {
		return []Ticket{}, nil
	}
	list, _, err := s.List(ctx, Filter{Contact: contact, Limit: limit})
	return list, err
}
