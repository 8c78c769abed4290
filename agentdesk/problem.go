package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"hotline/callqueue"
	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/telephony/webrtc"
	"hotline/tickets"
)

// trouble is an RFC 9457 problem with what helps to mend it.
type trouble struct {
	huma.ErrorModel
	Field   string          `json:"field,omitempty"`   // which field of the request is wrong
	Current *tickets.Ticket `json:"current,omitempty"` // the ticket as somebody else left it
}

func newTrouble(status int, detail string) *trouble {
	return &trouble{ErrorModel: huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail}}
}

// problem answers with an RFC 9457 problem.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(newTrouble(status, detail))
}

// refusals is the one table from domain errors to HTTP: what a person may know of it.
var refusals = []struct {
	is     error
	status int
	detail string
}{
	{tickets.ErrNotFound, http.StatusNotFound, "there is no such thing"},
	{journal.ErrNotFound, http.StatusNotFound, "there is no such call"},
	{telephony.ErrNoCall, http.StatusNotFound, "there is no such call"},
	{recording.ErrNotFound, http.StatusNotFound, "there is no such recording"},
	{recording.ErrNotYet, http.StatusConflict, "the recording is being brought home, try again"},
	{recording.ErrLost, http.StatusGone, "the recording is lost"},
	{tickets.ErrChanged, http.StatusConflict, "somebody else changed it in between"},
	{tickets.ErrTaken, http.StatusConflict, "that belongs to another"},
	{tickets.ErrCredentials, http.StatusUnauthorized, "username or password is wrong"},
	{journal.ErrCursor, http.StatusUnprocessableEntity, "the cursor is not of this list"},
	{telephony.ErrRefused, http.StatusConflict, "the call is not in a state for that"},
	{callqueue.ErrBusy, http.StatusConflict, "the agent has another call"},
	{callqueue.ErrOffline, http.StatusConflict, "the agent is not on the floor"},
	{callqueue.ErrStale, http.StatusConflict, "the reservation is over"},
	{callqueue.ErrUnavailable, http.StatusServiceUnavailable, "the queue does not answer, try again"},
	{webrtc.ErrClosed, http.StatusServiceUnavailable, "the server is leaving, try again"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "that took too long, try again"},
	{context.Canceled, http.StatusServiceUnavailable, "the request was given up"},
}

// refuse puts an error into words for the API. What is not expected is logged and kept vague.
func (s *Server) refuse(route string, err error) *trouble {
	var known *trouble
	var invalid tickets.Invalid
	var changed tickets.Changed
	var r refusal
	var away *pgconn.ConnectError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		t := newTrouble(http.StatusUnprocessableEntity, invalid.Field+" "+invalid.Text)
		t.Field = invalid.Field
		return t
	case errors.Is(err, journal.ErrInvalid):
		return newTrouble(http.StatusUnprocessableEntity, err.Error())
	case errors.As(err, &changed):
		t := newTrouble(http.StatusConflict, "somebody else changed the ticket in between")
		t.Current = &changed.Current
		return t
	case errors.As(err, &r):
		return newTrouble(http.StatusConflict, r.Message)
	}
	for _, line := range refusals {
		if errors.Is(err, line.is) {
			return newTrouble(line.status, line.detail)
		}
	}
	s.Log.Error("request failed", "route", route, "err", err)
	if errors.As(err, &away) {
		return newTrouble(http.StatusServiceUnavailable, "the database does not answer, try again")
	}
	return newTrouble(http.StatusInternalServerError, "that did not work")
}
