package tickets_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hotline/tickets"
)

func TestTheTimelineCannotBeEdited(t *testing.T) {
	d := newDesk(t)
	n := d.called(t, "101").Ticket.Number
	_, err := d.Comment(t.Context(), n, "said", "agent1")
	ok(t, err)
	for _, sql := range []string{
		`update ticket_timeline set text = 'never said'`, `delete from ticket_timeline`, `truncate ticket_timeline`,
	} {
		if _, err := d.db.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "only added to") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if diff := cmp.Diff([]string{"opened", "comment"}, d.kinds(t, n)); diff != "" {
		t.Error(diff)
	}
}

func TestACommentIsPlainText(t *testing.T) {
	d := newDesk(t)
	n := d.called(t, "101").Ticket.Number
	e, err := d.Comment(t.Context(), n, "  <b>one</b>\r\ntwo\x00\u202e three\xff\n", "agent1")
	ok(t, err)
	if e.Text != "<b>one</b>\ntwo three" || e.ID == 0 || e.At.IsZero() {
		t.Errorf("%+v", e)
	}
	entries, err := d.Timeline(t.Context(), n)
	ok(t, err)
	if diff := cmp.Diff(e, entries[1]); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"", " \x00\n", strings.Repeat("ы", 20_001)} {
		_, err := d.Comment(t.Context(), n, text, "agent1")
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != "text" {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
	if _, err := d.Comment(t.Context(), 99, "x", "agent1"); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
	if _, err := d.Timeline(t.Context(), 99); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
}

func TestOthersRecordWhatTheyKnowOnce(t *testing.T) {
	d := newDesk(t)
	o := d.called(t, "101").Ticket
	offer := tickets.Entry{At: noon, Kind: "offer", Actor: "agent1", Data: json.RawMessage(`{"token": 7}`)}
	for _, once := range []string{"1", "1", "2", "", ""} {
		ok(t, d.Record(t.Context(), o.Calls[0], offer, once))
	}
	if diff := cmp.Diff([]string{"opened", "offer", "offer", "offer", "offer"}, d.kinds(t, o.Number)); diff != "" {
		t.Error(diff)
	}
	if err := d.Record(t.Context(), o.Calls[0], tickets.Entry{Kind: "No Kind"}, ""); err == nil {
		t.Error("a kind is a word")
	}
}
