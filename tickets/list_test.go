package tickets_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hotline/tickets"
)

func numbers(list []tickets.Ticket) []int64 {
	n := []int64{}
	for _, t := range list {
		n = append(n, t.Number)
	}
	return n
}

func (d *desk) listed(t *testing.T, f tickets.Filter) []int64 {
	t.Helper()
	list, _, err := d.List(t.Context(), f)
	ok(t, err)
	return numbers(list)
}

func TestPagesStayWhatTheyAreWhileTicketsCome(t *testing.T) {
	d := newDesk(t)
	for _, sort := range append(tickets.Sorts(), "-number", "-opened_at", "-priority", "-due_resolution_at", "") {
		t.Run("sorted by "+sort, func(t *testing.T) {
			queue := "q" + sort
			var want []int64
			for i := range 23 {
				draft := tickets.Draft{Subject: "x", Queue: queue, Priority: []string{"low", "urgent", "normal"}[i%3]}
				if i%4 > 0 {
					draft.DueResolution = noon.Add(time.Duration(i%5) * time.Hour)
				}
				want = append(want, d.wrote(t, draft).Number)
			}
			all, _, err := d.List(t.Context(), tickets.Filter{Queue: queue, Sort: sort, Limit: 100})
			ok(t, err)
			var got []int64
			f := tickets.Filter{Queue: queue, Sort: sort, Limit: 5}
			for {
				page, next, err := d.List(t.Context(), f)
				ok(t, err)
				got = append(got, numbers(page)...)
				d.wrote(t, tickets.Draft{Subject: "new in between", Queue: queue, Priority: "urgent"})
				if f.Cursor = next; next == "" || len(got) > 100 {
					break
				}
			}
			got = slices.DeleteFunc(got, func(n int64) bool { return n > want[22] })
			if diff := cmp.Diff(numbers(all), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAListIsSortedByWhatIsAllowedOnly(t *testing.T) {
	d := newDesk(t)
	d.wrote(t, tickets.Draft{Subject: "x"})
	d.wrote(t, tickets.Draft{Subject: "y"})
	_, next, err := d.List(t.Context(), tickets.Filter{Limit: 1})
	ok(t, err)
	forged := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, c := range []struct {
		field string
		f     tickets.Filter
	}{
		{"sort", tickets.Filter{Sort: "subject"}},
		{"sort", tickets.Filter{Sort: "number; drop table tickets"}},
		{"sort", tickets.Filter{Sort: "--number"}},
		{"state", tickets.Filter{State: "lost"}},
		{"state", tickets.Filter{State: "open,"}},
		{"cursor", tickets.Filter{Cursor: "x"}},
		{"cursor", tickets.Filter{Cursor: next, Sort: "priority"}},
		{"cursor", tickets.Filter{Cursor: forged(`{"o":"-number","v":"1) or (1=1","i":"1"}`)}},
		{"cursor", tickets.Filter{Cursor: forged(`{"o":"-opened_at","v":"yesterday","i":"1"}`), Sort: "-opened_at"}},
		{"cursor", tickets.Filter{Cursor: forged(`{"o":"-number","v":"1","i":"\u0000"}`)}},
	} {
		_, _, err := d.List(t.Context(), c.f)
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != c.field {
			t.Errorf("%+v: %v", c.f, err)
		}
	}
}

func TestAListIsChosenByItsFilter(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	a := d.called(t, "+15550100001").Ticket
	b := d.called(t, "84951234567").Ticket
	c := d.called(t, "101").Ticket
	e := d.wrote(t, tickets.Draft{Subject: "A letter", Queue: "office", Assignee: "agent1"})
	_, err := d.Change(t.Context(), b.Number, 1, tickets.Change{State: to("solved")}, "agent1")
	ok(t, err)
	for name, want := range map[string]struct {
		f       tickets.Filter
		numbers []int64
	}{
		"all, newest first":          {tickets.Filter{}, []int64{e.Number, c.Number, b.Number, a.Number}},
		"of a caller":                {tickets.Filter{Caller: "+1 555 010-00-01"}, []int64{a.Number}},
		"of a caller, other spelled": {tickets.Filter{Caller: "+7 (495) 123 45 67"}, []int64{b.Number}},
		"of an extension":            {tickets.Filter{Caller: "101"}, []int64{c.Number}},
		"of nobody":                  {tickets.Filter{Caller: "anonymous"}, []int64{}},
		"by state":                   {tickets.Filter{State: "solved"}, []int64{b.Number}},
		"by states":                  {tickets.Filter{State: "solved,new", Queue: "support"}, []int64{c.Number, b.Number, a.Number}},
		"by assignee":                {tickets.Filter{Assignee: "agent1"}, []int64{e.Number}},
		"by queue":                   {tickets.Filter{Queue: "office"}, []int64{e.Number}},
		"by contact, of no form":     {tickets.Filter{Contact: "x"}, []int64{}},
		"by the end of a number":     {tickets.Filter{Query: "010-0001"}, []int64{a.Number}},
		"by its own number":          {tickets.Filter{Query: fmt.Sprint("#", c.Number)}, []int64{c.Number}},
	} {
		if diff := cmp.Diff(want.numbers, d.listed(t, want.f)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWordsAreFoundInEveryForm(t *testing.T) {
	d := newDesk(t)
	subject := func(text string) int64 { return d.wrote(t, tickets.Draft{Subject: text}).Number }
	calls, one := subject("Пропадают звонки"), subject("Входящий звонок без звука")
	setup, sells := subject("Много настроек сети"), subject("Продавцы не видят заказы")
	printer, green := subject("Printers are printing blank pages"), subject("Зелёная лампочка горит")
	terms := subject("Сроки поставки")
	person, err := d.PutContact(t.Context(), tickets.Contact{Name: "Ольга 100%", Numbers: []string{"+15550100009"}})
	ok(t, err)
	hers := d.called(t, "+15550100009").Ticket.Number
	talk := d.called(t, "+15550100008").Ticket.Number
	_, err = d.Comment(t.Context(), talk, "The scanner's lid is broken", "agent1")
	ok(t, err)
	_, err = d.Change(t.Context(), talk, 1, tickets.Change{Tier: to(2)}, "agent1")
	ok(t, err)
	for query, want := range map[string][]int64{
		"звонок": {one, calls}, "звонки": {one, calls}, "ЗВОНКОВ": {one, calls}, "настройка": {setup}, "продавец": {sells},
		"срок": {terms}, "срокам": {terms}, "зеленой": {green}, "зелёных": {green},
		"printer": {printer}, "blank page": {printer}, `"printing blank"`: {printer}, `"blank printing"`: {}, "printer -blank": {},
		"звонок or printer": {printer, one, calls},
		"scanner":           {talk}, "broken lids": {talk}, // still there after a change
		"ольга": {hers}, "100%": {hers}, "___": {},
		"Call from": {}, // our own subjects say nothing
		"принтр":    {}, "lampochka": {},
	} {
		if diff := cmp.Diff(want, d.listed(t, tickets.Filter{Query: query})); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	for query, want := range map[string]int64{"лампачка": green, "prnters printing": printer, "насторек": setup} {
		if got := d.listed(t, tickets.Filter{Query: query}); !slices.Contains(got, want) {
			t.Errorf("%q, with its typing error, found %v", query, got)
		}
	}
	list, err := d.History(t.Context(), person.ID, 10)
	if ok(t, err); !slices.Equal(numbers(list), []int64{hers}) {
		t.Error("history:", numbers(list))
	}
}

func TestAQuestionIsNeverAnError(t *testing.T) {
	d := newDesk(t)
	d.wrote(t, tickets.Draft{Subject: `a 'quoted' \ back:slash* & (odd | one) o''clock оек' ойк'`})
	for _, q := range []string{"'", `"`, `\`, "a & | ! ( ) :* <->", "' OR 1=1; --", "%", "\x00", "\xff", "оек'", `оек\'`, "- -", "or or", "<script>",
		strings.Repeat("(", 5000), strings.Repeat("звонок ", 5000), strings.Repeat("9", 300), "99999999999999999999", "#-1", "😀", "ы"} {
		if _, _, err := d.List(t.Context(), tickets.Filter{Query: q}); err != nil {
			t.Errorf("%.40q: %v", q, err)
		}
	}
}

func TestSimilarTicketsAreSolvedOnes(t *testing.T) {
	d := newDesk(t)
	ok(t, d.PutCategory(t.Context(), tickets.Category{Code: "printer", Title: map[string]string{"en": "Printers"}}))
	solved := func(draft tickets.Draft) int64 {
		made := d.wrote(t, draft)
		_, err := d.Change(t.Context(), made.Number, 1, tickets.Change{State: to("solved")}, "agent1")
		ok(t, err)
		return made.Number
	}
	paper := solved(tickets.Draft{Subject: "Printer jams", Description: "paper jam in tray o'two \\ back"})
	ink := solved(tickets.Draft{Subject: "No ink", Category: "printer"})
	solved(tickets.Draft{Subject: "Пропадает звук"})
	d.wrote(t, tickets.Draft{Subject: "Printer paper jam, not solved"})
	asked := d.wrote(t, tickets.Draft{Subject: "paper jams in the tray o'two \\ back", Category: "printer"})
	list, err := d.Similar(t.Context(), asked.Number, 5)
	if ok(t, err); !slices.Equal(numbers(list), []int64{paper, ink}) {
		t.Error(numbers(list))
	}
	fresh := d.called(t, "101").Ticket
	list, err = d.Similar(t.Context(), fresh.Number, 5)
	if ok(t, err); len(list) != 0 || list == nil {
		t.Error("nobody wrote in it yet:", list)
	}
	if _, err = d.Similar(t.Context(), 99, 5); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
}

func TestTicketsAreChosenByPriorityAndByHavingNobody(t *testing.T) {
	d := newDesk(t)
	_, err := d.CreateUser(t.Context(), tickets.User{Username: "agent1", Name: "Agent One", Role: tickets.RoleAgent}, "a long password")
	ok(t, err)
	var made []int64
	for _, draft := range []tickets.Draft{{Priority: "low"}, {Priority: "urgent", Assignee: "agent1"}, {Priority: "high"}} {
		draft.Subject, draft.Queue = "x", "choice"
		ticket, err := d.Create(t.Context(), draft, "agent1")
		ok(t, err)
		made = append(made, ticket.Number)
	}
	for _, c := range []struct {
		f    tickets.Filter
		want []int64
	}{
		{tickets.Filter{Priority: "urgent,high"}, []int64{made[2], made[1]}},
		{tickets.Filter{Nobodys: true}, []int64{made[2], made[0]}},
		{tickets.Filter{Nobodys: true, Priority: "low"}, []int64{made[0]}},
	} {
		c.f.Queue = "choice"
		if got := d.listed(t, c.f); !slices.Equal(got, c.want) {
			t.Errorf("%+v gives %v, want %v", c.f, got, c.want)
		}
	}
	if _, _, err := d.List(t.Context(), tickets.Filter{Priority: "soon"}); !errors.As(err, new(tickets.Invalid)) {
		t.Errorf("an unknown priority: %v", err)
	}
}
