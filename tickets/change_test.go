package tickets_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"hotline/tickets"
)

func TestAChangeIsOneEntryOfTheTimeline(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	n := d.called(t, "+15550100001").Ticket.Number
	got, err := d.Change(t.Context(), n, 1, tickets.Change{State: to("open"), Assignee: to("agent1"), Subject: to(" Printer\nis dead "), Tier: to(2)}, "agent1")
	ok(t, err)
	if got.Version != 2 || got.State != "open" || got.Assignee != "agent1" || got.Subject != "Printer is dead" || got.Tier != 2 {
		t.Errorf("%+v", got)
	}
	entries, err := d.Timeline(t.Context(), n)
	ok(t, err)
	if len(entries) != 2 || entries[0].Kind != "opened" || entries[1].Kind != "changed" || entries[1].Actor != "agent1" {
		t.Fatalf("%+v", entries)
	}
	var data struct{ Changes []tickets.Difference }
	ok(t, json.Unmarshal(entries[1].Data, &data))
	want := []tickets.Difference{{"subject", "Call from +1 555 010 0001 to Support", "Printer is dead"},
		{"state", "new", "open"}, {"assignee", "", "agent1"}, {"tier", 1.0, 2.0}}
	if diff := cmp.Diff(want, data.Changes); diff != "" {
		t.Error(diff)
	}
	if told := d.lastTold(); told != (tickets.TicketChanged{Number: n, Version: 2, Assignee: "agent1", Queue: "support"}) {
		t.Errorf("told %+v", told)
	}
	same, err := d.Change(t.Context(), n, 2, tickets.Change{State: to("open")}, "agent1")
	if ok(t, err); same.Version != 2 || len(d.kinds(t, n)) != 2 {
		t.Error("a change of nothing is one:", same.Version)
	}
}

func TestALostUpdateIsRefused(t *testing.T) {
	d := newDesk(t)
	n := d.called(t, "101").Ticket.Number
	var all sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		all.Go(func() {
			_, results[i] = d.Change(context.Background(), n, 1, tickets.Change{Description: to(strings.Repeat("x", i+1))}, "agent1")
		})
	}
	all.Wait()
	won := 0
	for _, err := range results {
		var changed tickets.Changed
		switch {
		case err == nil:
			won++
		case !errors.Is(err, tickets.ErrChanged) || !errors.As(err, &changed) || changed.Current.Version != 2 || changed.Current.Number != n:
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d changes of version 1", won)
	}
}

func TestOnlySomeStatesFollow(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		name string
		way  []string
		last error
	}{
		{"a ticket is worked on, waits and is solved", []string{"open", "waiting_customer", "waiting_vendor", "open", "solved", "closed"}, nil},
		{"a solved ticket is opened again", []string{"solved", "open"}, nil},
		{"a ticket never becomes new again", []string{"open", "new"}, tickets.ErrTransition},
		{"a closed ticket stays closed", []string{"closed", "open"}, tickets.ErrTransition},
		{"a solved ticket does not wait", []string{"solved", "waiting_vendor"}, tickets.ErrTransition},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := d.called(t, "101").Ticket
			var err error
			for i, state := range c.way {
				before := got
				got, err = d.Change(t.Context(), got.Number, got.Version, tickets.Change{State: &state}, "agent1")
				if i < len(c.way)-1 {
					ok(t, err)
				} else if !errors.Is(err, c.last) {
					t.Fatal(err)
				}
				if err == nil && ((got.State == "closed") != (got.ClosedAt != nil) || state == "solved" && got.SolvedAt == nil || state == "open" && got.SolvedAt != nil) {
					t.Errorf("%s after %s: %+v", state, before.State, got)
				}
			}
		})
	}
}

func TestWhatDoesNotFitIsRefusedByItsField(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	_, err := d.CreateUser(t.Context(), tickets.User{Username: "left", Name: "Gone", Role: "agent", Disabled: true}, "demo")
	ok(t, err)
	n := d.called(t, "101").Ticket.Number
	for field, c := range map[string][]tickets.Change{
		"subject":       {{Subject: to("")}, {Subject: to(" \x00\n")}, {Subject: to(strings.Repeat("ы", 256))}},
		"description":   {{Description: to(strings.Repeat("x", 20_001))}},
		"state":         {{State: to("")}, {State: to("lost")}, {State: to("NEW")}},
		"priority":      {{Priority: to("")}, {Priority: to("asap")}},
		"category":      {{Category: to("none")}, {Category: to("' OR 1=1")}},
		"language":      {{Language: to("english")}},
		"assignee":      {{Assignee: to("nobody")}, {Assignee: to("left")}, {Assignee: to("a\x00b")}},
		"contact":       {{Contact: to("x")}, {Contact: to(uuid.NewString())}},
		"tier":          {{Tier: to(0)}, {Tier: to(4)}},
		"queue":         {{Queue: to(strings.Repeat("q", 65))}},
		"callback_done": {{CallbackDone: to(true)}},
	} {
		for _, change := range c {
			_, err := d.Change(t.Context(), n, 1, change, "agent1")
			if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != field || invalid.Text == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
	if _, err := d.Change(t.Context(), 99, 1, tickets.Change{}, "agent1"); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
	if got := must2(t)(d.Get(t.Context(), n)); got.Version != 1 {
		t.Error("something was changed")
	}
}

func TestATicketIsMadeByHand(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	ok(t, d.PutCategory(t.Context(), tickets.Category{Code: "printer", Title: map[string]string{"en": "Printers"}}))
	person, err := d.PutContact(t.Context(), tickets.Contact{Name: "Anna", Numbers: []string{"+15550100001"}})
	ok(t, err)
	got, err := d.Create(t.Context(), tickets.Draft{Subject: "Letter about a printer", Category: "printer", Caller: "+1 555 010 0001", Assignee: "agent1", Channel: "letter"}, "agent1")
	ok(t, err)
	if got.Channel != "letter" || got.Contact == nil || got.Contact.ID != person.ID || got.Category != "printer" || got.Assignee != "agent1" || len(got.Calls) != 0 {
		t.Errorf("%+v", got)
	}
	entries, err := d.Timeline(t.Context(), got.Number)
	if ok(t, err); len(entries) != 1 || entries[0].Kind != "opened" || entries[0].Actor != "agent1" {
		t.Errorf("%+v", entries)
	}
	_, err = d.Create(t.Context(), tickets.Draft{Subject: "x", Category: "toaster"}, "agent1")
	if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != "category" {
		t.Error(err)
	}
}

func TestAnAnswerAndAPersonsChangeDoNotUndoEachOther(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	d.agent(t, "agent2")
	for range 10 {
		o := d.called(t, "101").Ticket
		var all sync.WaitGroup
		all.Go(func() {
			if err := d.Answered(context.Background(), o.Calls[0], "agent1", noon); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := d.Change(context.Background(), o.Number, 1, tickets.Change{State: to("waiting_vendor"), Assignee: to("agent2")}, "supervisor"); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		got := must2(t)(d.Get(t.Context(), o.Number))
		if got.Assignee != "agent2" || got.State != "waiting_vendor" || got.FirstResponseAt == nil || !got.FirstResponseAt.Equal(noon) {
			t.Errorf("%+v", got)
		}
	}
}
