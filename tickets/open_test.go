package tickets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/tickets"
)

func TestACallBecomesATicket(t *testing.T) {
	d := newDesk(t)
	call := uuid.NewString()
	due := noon.Add(time.Hour)
	o, err := d.Open(t.Context(), tickets.Opening{Call: call, Direction: "inbound", Line: "100", LineTitle: "Support", Queue: "support",
		Language: "en", Priority: "high", CallerRaw: "+1 (555) 010-0001", CallerName: "Jane", At: noon, DueFirstResponse: due})
	ok(t, err)
	got := o.Ticket
	want := tickets.Ticket{Number: 1001, Version: 1, Subject: "Call from +1 555 010 0001 to Support", State: "new", Priority: "high",
		Channel: "phone", Direction: "inbound", Caller: "+15550100001", CallerRaw: "+1 (555) 010-0001", CallerName: "Jane",
		Line: "100", Queue: "support", Language: "en", Calls: []string{call}, Tier: 1, OpenedAt: noon, UpdatedAt: noon, DueFirstResponseAt: &due}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !o.New || o.CallerNumber != "+15550100001" || o.Contact != nil || o.PriorityStep != 0 {
		t.Errorf("opened: %+v", o)
	}
	if told := d.lastTold(); told.Number != 1001 || told.Queue != "support" {
		t.Errorf("told: %+v", told)
	}
	if diff := cmp.Diff(want, must2(t)(d.Get(t.Context(), 1001))); diff != "" {
		t.Error("read again:", diff)
	}
	if diff := cmp.Diff(want, must2(t)(d.ByCall(t.Context(), strings.ToUpper(call)))); diff != "" {
		t.Error("read by call:", diff)
	}
}

func must2(t *testing.T) func(tickets.Ticket, error) tickets.Ticket {
	return func(got tickets.Ticket, err error) tickets.Ticket { t.Helper(); return must(t, got, err) }
}

func TestASubjectIsInTheLanguageOfItsTicket(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct{ name, direction, language, caller, title, want string }{
		{"a number", "inbound", "ru", "8 495 123-45-67", "Поддержка", "Звонок от +7 495 123 45 67 на линию Поддержка"},
		{"a hidden number", "inbound", "ru", "anonymous", "Поддержка", "Звонок со скрытого номера на линию Поддержка"},
		{"a hidden number in English", "inbound", "en", "", "Support", "Call from a withheld number to Support"},
		{"an extension", "inbound", "en", "101", "", "Call from 101"},
		{"an outbound call", "outbound", "en", "+15550100001", "Support", "Call to +1 555 010 0001"},
		{"a language nobody wrote sentences for", "inbound", "fr", "101", "Aide", "Call from 101 to Aide"},
	} {
		o, err := d.Open(t.Context(), tickets.Opening{Call: uuid.NewString(), Direction: c.direction, Language: c.language, CallerRaw: c.caller, LineTitle: c.title})
		if ok(t, err); o.Ticket.Subject != c.want {
			t.Errorf("%s: %q, want %q", c.name, o.Ticket.Subject, c.want)
		}
	}
}

func TestWhateverACallerSendsOpensATicket(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct{ name, raw, caller, number string }{
		{"plain", "+15550100001", "+15550100001", "+15550100001"},
		{"blanks and slashes", " +7 (495) 123/45-67 ", "+74951234567", "+74951234567"},
		{"a national number", "84951234567", "+74951234567", "+74951234567"},
		{"a number without its plus", "74951234567", "+74951234567", "+74951234567"},
		{"a foreign number without its plus", "442079460018", "+442079460018", "+442079460018"},
		{"00 for plus", "00442079460018", "+442079460018", "+442079460018"},
		{"a SIP address", "sip:+15550100001@trunk.example;user=phone", "+15550100001", "+15550100001"},
		{"an extension", "101", "101", ""},
		{"a name", "alice", "alice", ""},
		{"anonymous", "anonymous", "", ""},
		{"Anonymous", "Anonymous", "", ""},
		{"Restricted", "Restricted", "", ""},
		{"Unavailable", "Unavailable", "", ""},
		{"empty", "", "", ""},
		{"only a plus", "+", "+", ""},
		{"markup", "<script>alert(1)</script>", "<script>alert(1)</script>", ""},
		{"SQL", "' OR 1=1; drop table tickets; --", "' OR 1=1; drop table tickets; --", ""},
		{"a formula", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", ""},
		{"a path", "../../etc/passwd", "../../etc/passwd", ""},
		{"NUL", "+1555\x000100001", "+15550100001", "+15550100001"},
		{"control characters", "+1555\r\n0100001\x1b[31m", "+1555 0100001[31m", ""},
		{"bad UTF-8", "+1555\xff\xfe0100001", "+15550100001", "+15550100001"},
		{"writing from right to left", "\u202e+15550100001\u200f", "+15550100001", "+15550100001"},
		{"wide digits", "＋７４９５１２３４５６７", "+74951234567", "+74951234567"},
		{"300 digits", strings.Repeat("7", 300), strings.Repeat("7", 80), ""},
		{"300 letters", strings.Repeat("ы", 300), strings.Repeat("ы", 80), ""},
		{"64 KB", "+1555" + strings.Repeat("0\x00", 32<<10), "+1555" + strings.Repeat("0", 75), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := d.Open(t.Context(), tickets.Opening{Call: uuid.NewString(), CallerRaw: c.raw, CallerName: c.raw, Line: c.raw,
				LineTitle: c.raw, Queue: c.raw, Category: c.raw, Priority: c.raw, Language: c.raw, Direction: c.raw})
			ok(t, err)
			if o.Ticket.Caller != c.caller || o.CallerNumber != c.number {
				t.Errorf("caller %q, number %q", o.Ticket.Caller, o.CallerNumber)
			}
			list, _, err := d.List(t.Context(), tickets.Filter{Caller: c.raw, Query: c.raw})
			if ok(t, err); c.number != "" && len(list) == 0 {
				t.Error("not found by its caller")
			}
		})
	}
}

func TestACallThatIsNoUUIDIsRefused(t *testing.T) {
	_, err := newDesk(t).Open(t.Context(), tickets.Opening{Call: "1234.5"})
	if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != "call" {
		t.Error(err)
	}
}

func TestAKnownCallerIsRecognised(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	org, err := d.PutOrganisation(ctx, tickets.Organisation{Name: "Vega"})
	ok(t, err)
	person, err := d.PutContact(ctx, tickets.Contact{Name: "Anna", Numbers: []string{"8 (495) 123-45-67", "+15550100001"}, Organisation: org.ID, Language: "ru"})
	ok(t, err)
	_, err = d.PutContract(ctx, tickets.Contract{Organisation: org.ID, Title: "Old", PriorityStep: 9, Starts: noon.AddDate(-2, 0, 0), Ends: to(noon.AddDate(-1, 0, 0))})
	ok(t, err)
	gold, err := d.PutContract(ctx, tickets.Contract{Organisation: org.ID, Title: "Gold", PriorityStep: 3, FirstResponse: 900, Starts: noon.AddDate(-1, 0, 0)})
	ok(t, err)
	_, err = d.PutContract(ctx, tickets.Contract{Organisation: org.ID, Title: "Basic", PriorityStep: 1, Starts: noon.AddDate(-1, 0, 0)})
	ok(t, err)

	o := d.called(t, "+15550100001")
	if diff := cmp.Diff(&person, o.Contact); diff != "" {
		t.Error("contact:", diff)
	}
	if diff := cmp.Diff(&gold, o.Contract); diff != "" {
		t.Error("contract:", diff)
	}
	if diff := cmp.Diff(&tickets.Person{ID: person.ID, Name: "Anna", Number: "+15550100001", Organisation: "Vega"}, o.Ticket.Contact); diff != "" {
		t.Error("the ticket's contact:", diff)
	}
	if o.PriorityStep != 3 || !o.Ticket.DueFirstResponseAt.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("step %d, due %v", o.PriorityStep, o.Ticket.DueFirstResponseAt)
	}
	again, err := d.Open(ctx, tickets.Opening{Call: o.Ticket.Calls[0], CallerRaw: "+15550100001", At: noon})
	ok(t, err)
	o.New = false
	if diff := cmp.Diff(o, again); diff != "" {
		t.Error("opened again:", diff)
	}
	of, err := d.ContractOf(ctx, person.ID, noon)
	if ok(t, err); of.ID != gold.ID {
		t.Error("contract of the contact:", of.Title)
	}
}

func TestFiftyOpeningsOfOneCallMakeOneTicket(t *testing.T) {
	d := newDesk(t)
	call := uuid.NewString()
	numbers := make([]int64, 50)
	fresh := make([]bool, 50)
	var all sync.WaitGroup
	for i := range numbers {
		all.Go(func() {
			o, err := d.Open(context.Background(), tickets.Opening{Call: call, CallerRaw: "+15550100001", Line: fmt.Sprint(i)})
			if err != nil {
				t.Error(err)
			}
			numbers[i], fresh[i] = o.Ticket.Number, o.New
		})
	}
	all.Wait()
	made := 0
	for i := range numbers {
		if numbers[i] != numbers[0] {
			t.Fatal("more than one ticket:", numbers)
		}
		if fresh[i] {
			made++
		}
	}
	var rows int
	ok(t, d.db.QueryRow(t.Context(), `select count(*) from tickets`).Scan(&rows))
	if made != 1 || rows != 1 {
		t.Errorf("%d say that they made it, %d rows", made, rows)
	}
	if n := len(d.told); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestATicketMayBeOpenedLate(t *testing.T) {
	d := newDesk(t)
	past := noon.AddDate(0, 0, -1)
	o, err := d.Open(t.Context(), tickets.Opening{Call: uuid.NewString(), CallerRaw: "101", At: past})
	if ok(t, err); !o.Ticket.OpenedAt.Equal(past) {
		t.Error(o.Ticket.OpenedAt)
	}
}

// BenchmarkOpen runs on a Postgres that waits for its disk, as in production.
func BenchmarkOpen(b *testing.B) {
	server := stack.New(b, stack.Config{Dir: b.TempDir(), Postgres: true})
	if err := schema.UpAll(context.Background(), server.DatabaseURL, domain); err != nil {
		b.Fatal(err)
	}
	d := deskOn(b, server.DatabaseURL)
	for _, clients := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			work := make(chan int)
			var all sync.WaitGroup
			for range clients {
				all.Go(func() { d.openAll(b, work) })
			}
			for i := range b.N {
				work <- i
			}
			close(work)
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
		})
	}
}

func (d *desk) openAll(b *testing.B, work <-chan int) {
	for i := range work {
		_, err := d.Open(context.Background(), tickets.Opening{Call: uuid.NewString(), Line: "100", LineTitle: "Support",
			Queue: "support", CallerRaw: fmt.Sprintf("+1555%07d", i), At: noon})
		if err != nil {
			b.Error(err)
		}
	}
}
