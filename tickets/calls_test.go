package tickets_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"hotline/tickets"
)

func TestAnAnsweredCallIsARespondedTicket(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	o := d.called(t, "+15550100001").Ticket
	answered := noon.Add(20 * time.Second)
	for range 2 { // told twice, happened once
		ok(t, d.Answered(t.Context(), o.Calls[0], "agent1", answered))
		ok(t, d.CallDone(t.Context(), o.Calls[0], "answered", "caller hung up", "agent1", true, answered.Add(time.Minute)))
		ok(t, d.Disposition(t.Context(), o.Calls[0], "solved", "Новый картридж", "agent1"))
	}
	got := must2(t)(d.Get(t.Context(), o.Number))
	if got.State != "open" || got.Assignee != "agent1" || !got.FirstResponseAt.Equal(answered) || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	entries, err := d.Timeline(t.Context(), o.Number)
	ok(t, err)
	want := []string{"opened", "call_answered", "call_ended", "disposition"}
	if diff := cmp.Diff(want, d.kinds(t, o.Number)); diff != "" {
		t.Error(diff)
	}
	var data struct{ Changes []tickets.Difference }
	ok(t, json.Unmarshal(entries[1].Data, &data))
	if diff := cmp.Diff([]tickets.Difference{{"state", "new", "open"}, {"assignee", "", "agent1"}}, data.Changes); diff != "" {
		t.Error(diff)
	}
	if !entries[1].At.Equal(answered) || entries[1].Call != o.Calls[0] || entries[3].Text != "Новый картридж" {
		t.Errorf("%+v", entries)
	}
	if _, err := d.Change(t.Context(), o.Number, o.Version, tickets.Change{State: to("solved")}, "agent1"); err != nil {
		t.Error("the facts of a call must not make an agent's page old:", err)
	}
}

func TestAMissedCallsTicketStaysNew(t *testing.T) {
	d := newDesk(t)
	o := d.called(t, "101").Ticket
	ok(t, d.CallDone(t.Context(), o.Calls[0], "abandoned", "", "", false, noon))
	if got := must2(t)(d.Get(t.Context(), o.Number)); got.State != "new" || got.FirstResponseAt != nil {
		t.Errorf("%+v", got)
	}
}

func TestAVoicemailIsAPromise(t *testing.T) {
	d := newDesk(t)
	due := noon.Add(20 * time.Hour)
	o := d.called(t, "+15550100001").Ticket
	for range 2 {
		ok(t, d.Voicemail(t.Context(), o.Calls[0], due, 12.5))
	}
	ok(t, d.CallDone(t.Context(), o.Calls[0], "voicemail", "", "", false, noon.Add(time.Minute)))
	urgent := d.called(t, "+15550100002").Ticket
	ok(t, d.Voicemail(t.Context(), urgent.Calls[0], due.Add(-time.Hour), 3))
	d.called(t, "+15550100003")

	promised := func() []int64 {
		list, _, err := d.List(t.Context(), tickets.Filter{Callback: true})
		ok(t, err)
		numbers := []int64{}
		for _, t := range list {
			numbers = append(numbers, t.Number)
		}
		return numbers
	}
	if got := promised(); !slices.Equal(got, []int64{urgent.Number, o.Number}) {
		t.Fatal("in order of promise:", got)
	}

	later := uuid.NewString()
	ok(t, d.Join(t.Context(), later, o.Number))
	ok(t, d.Voicemail(t.Context(), later, due.Add(time.Hour), 4))
	if got := must2(t)(d.Get(t.Context(), o.Number)); !got.CallbackDueAt.Equal(due) {
		t.Error("a further message must not move the promise:", got.CallbackDueAt)
	}

	back := uuid.NewString()
	ok(t, d.Join(t.Context(), back, o.Number))
	ok(t, d.CallDone(t.Context(), back, "failed", "no answer", "agent1", false, noon.Add(2*time.Hour)))
	if got := promised(); len(got) != 2 {
		t.Error("nobody was reached:", got)
	}
	again := uuid.NewString()
	ok(t, d.Join(t.Context(), again, o.Number))
	ok(t, d.CallDone(t.Context(), again, "answered", "", "agent1", true, noon.Add(3*time.Hour)))
	if got := promised(); !slices.Equal(got, []int64{urgent.Number}) {
		t.Error("the customer was called back:", got)
	}

	got, err := d.Change(t.Context(), urgent.Number, 1, tickets.Change{CallbackDone: to(true)}, "supervisor")
	if ok(t, err); got.CallbackDoneAt == nil || len(promised()) != 0 {
		t.Error("a person may say that it is done")
	}
	if told := d.lastTold(); told.Version != 2 {
		t.Errorf("%+v", told)
	}
}

func TestTheCallThatLeftTheMessageIsNotItsOwnCallback(t *testing.T) {
	d := newDesk(t)
	o := d.called(t, "101").Ticket
	ok(t, d.Answered(t.Context(), o.Calls[0], "agent1", noon))
	ok(t, d.Voicemail(t.Context(), o.Calls[0], noon.Add(time.Hour), 5))
	ok(t, d.CallDone(t.Context(), o.Calls[0], "voicemail", "", "", true, noon))
	if got := must2(t)(d.Get(t.Context(), o.Number)); got.CallbackDueAt == nil || got.CallbackDoneAt != nil {
		t.Errorf("%+v", got)
	}
}

func TestACallBelongsToOneTicketOnly(t *testing.T) {
	d := newDesk(t)
	one, two := d.called(t, "101").Ticket, d.called(t, "101").Ticket
	call := uuid.NewString()
	ok(t, d.Join(t.Context(), call, one.Number))
	ok(t, d.Join(t.Context(), call, one.Number))
	if err := d.Join(t.Context(), call, two.Number); !errors.Is(err, tickets.ErrTaken) {
		t.Error(err)
	}
	if err := d.Join(t.Context(), uuid.NewString(), 99999); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
	o, err := d.Open(t.Context(), tickets.Opening{Call: call})
	if ok(t, err); o.New || o.Ticket.Number != one.Number || !slices.Equal(o.Ticket.Calls, []string{one.Calls[0], call}) {
		t.Errorf("a joined call is not opened again: %+v", o)
	}
	if diff := cmp.Diff([]string{"opened", "call_joined"}, d.kinds(t, one.Number)); diff != "" {
		t.Error(diff)
	}
}

func TestFactsOfAnUnknownCallAreNotFound(t *testing.T) {
	d := newDesk(t)
	call := uuid.NewString()
	for name, err := range map[string]error{
		"answered":    d.Answered(t.Context(), call, "agent1", noon),
		"done":        d.CallDone(t.Context(), call, "answered", "", "", true, noon),
		"voicemail":   d.Voicemail(t.Context(), call, noon, 1),
		"disposition": d.Disposition(t.Context(), call, "x", "", ""),
		"record":      d.Record(t.Context(), call, tickets.Entry{Kind: "offer"}, ""),
	} {
		if !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
