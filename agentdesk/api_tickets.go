package agentdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// ticketView is a ticket with its recordings.
type ticketView struct {
	tickets.Ticket
	Recordings []recording.Recording `json:"recordings" nullable:"false"`
}

type ticketsFilter struct {
	Query    string `query:"q" maxLength:"200" doc:"Words, part of a number, a ticket's number"`
	State    string `query:"state" maxLength:"100" doc:"One, or several with commas"`
	Assignee string `query:"assignee" maxLength:"64" doc:"A username, or none"`
	Priority string `query:"priority" maxLength:"60" doc:"One, or several with commas"`
	Queue    string `query:"queue" maxLength:"64"`
	Caller   string `query:"caller" maxLength:"80" doc:"A number in any spelling"`
	Contact  string `query:"contact" maxLength:"64"`
	Callback bool   `query:"callback" doc:"Callback promised and not done, in order of promise"`
	Sort     string `query:"sort" maxLength:"40" doc:"Such as -number (the default), priority, due_resolution_at; - is the other way round"`
	Cursor   string `query:"cursor" maxLength:"1000"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// TicketPath names a ticket.
type TicketPath struct {
	Number int64 `path:"number"`
}

type newTicket struct {
	Subject     string `json:"subject" minLength:"1" maxLength:"255"`
	Description string `json:"description,omitempty" maxLength:"20000"`
	Channel     string `json:"channel,omitempty" doc:"manual when left out; letter, fax, visit"`
	Priority    string `json:"priority,omitempty"`
	Category    string `json:"category,omitempty"`
	Caller      string `json:"caller,omitempty" doc:"A number in any spelling"`
	CallerName  string `json:"caller_name,omitempty"`
	Contact     string `json:"contact,omitempty" doc:"The owner of the number when left out"`
	Queue       string `json:"queue,omitempty"`
	Language    string `json:"language,omitempty"`
	Assignee    string `json:"assignee,omitempty"`
}

type changedTicket struct {
	Version int `json:"version" doc:"As you saw it: 409 with the ticket as it is now when somebody was faster"`
	tickets.Change
}

func (s *Server) ticketsAPI() {
	route(s, "GET /api/v1/tickets", "Tickets", func(ctx context.Context, in *ticketsFilter) (*list[ticketView], error) {
		found, next, err := s.listTickets(ctx, *in)
		if err != nil {
			return nil, err
		}
		out, err := s.withRecordings(ctx, found)
		return items(out, next, err)
	})
	route(s, "POST /api/v1/tickets", "Write down a ticket that no call opened", func(ctx context.Context, in *struct{ Body newTicket }) (*body[ticketView], error) {
		b := in.Body
		t, err := s.Tickets.Create(ctx, tickets.Draft{Subject: b.Subject, Description: b.Description, Channel: b.Channel, Priority: b.Priority,
			Category: b.Category, Caller: b.Caller, CallerName: b.CallerName, Contact: b.Contact, Queue: b.Queue, Language: b.Language,
			Assignee: b.Assignee}, userOf(ctx).Username)
		return one(ticketView{t, []recording.Recording{}}, err)
	})
	route(s, "GET /api/v1/tickets/{number}", "One ticket", func(ctx context.Context, in *TicketPath) (*body[ticketView], error) {
		return one(s.ticket(ctx, in.Number))
	})
	route(s, "PATCH /api/v1/tickets/{number}", "Change a ticket that is still as you saw it", func(ctx context.Context, in *struct {
		TicketPath
		Body changedTicket
	}) (*body[ticketView], error) {
		if _, err := s.Tickets.Change(ctx, in.Number, in.Body.Version, in.Body.Change, userOf(ctx).Username); err != nil {
			return nil, err
		}
		return one(s.ticket(ctx, in.Number))
	})
	route(s, "GET /api/v1/tickets/{number}/timeline", "Everything that happened to a ticket and in its calls", func(ctx context.Context, in *TicketPath) (*list[moment], error) {
		all, err := s.ticketTimeline(ctx, in.Number)
		return items(all, "", err)
	})
	route(s, "POST /api/v1/tickets/{number}/comments", "Comment on a ticket", func(ctx context.Context, in *struct {
		TicketPath
		Body struct {
			Text string `json:"text" minLength:"1" maxLength:"20000"`
		}
	}) (*body[moment], error) {
		e, err := s.Tickets.Comment(ctx, in.Number, in.Body.Text, userOf(ctx).Username)
		return one(momentOfEntry(e), err)
	})
	route(s, "GET /api/v1/tickets/{number}/recordings", "Recordings of a ticket's calls", func(ctx context.Context, in *TicketPath) (*list[recording.Recording], error) {
		t, err := s.ticket(ctx, in.Number)
		return items(t.Recordings, "", err)
	})
	route(s, "GET /api/v1/tickets/{number}/similar", "Solved tickets about the same", func(ctx context.Context, in *struct {
		TicketPath
		Limit int `query:"limit" minimum:"1" maximum:"50" default:"10"`
	}) (*list[tickets.Ticket], error) {
		if _, err := s.Tickets.Get(ctx, in.Number); err != nil {
			return nil, err
		}
		found, err := s.Tickets.Similar(ctx, in.Number, in.Limit)
		return items(found, "", err)
	})
}

func (s *Server) listTickets(ctx context.Context, in ticketsFilter) ([]tickets.Ticket, string, error) {
	f := tickets.Filter{Caller: in.Caller, Contact: in.Contact, State: in.State, Priority: in.Priority, Assignee: in.Assignee,
		Queue: in.Queue, Query: in.Query, Callback: in.Callback, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit}
	if in.Assignee == "none" {
		f.Assignee, f.Nobodys = "", true
	}
	return s.Tickets.List(ctx, f)
}

func (s *Server) ticket(ctx context.Context, number int64) (ticketView, error) {
	t, err := s.Tickets.Get(ctx, number)
	if err != nil {
		return ticketView{}, err
	}
	all, err := s.withRecordings(ctx, []tickets.Ticket{t})
	if err != nil {
		return ticketView{}, err
	}
	return all[0], nil
}

// withRecordings finds the recordings of many tickets at once.
func (s *Server) withRecordings(ctx context.Context, list []tickets.Ticket) ([]ticketView, error) {
	var calls []string
	for _, t := range list {
		calls = append(calls, t.Calls...)
	}
	found, err := s.Recordings.ByCalls(ctx, calls...)
	if err != nil {
		return nil, err
	}
	of := map[string][]recording.Recording{}
	for _, r := range found {
		of[r.Call] = append(of[r.Call], r)
	}
	out := make([]ticketView, len(list))
	for i, t := range list {
		out[i] = ticketView{t, []recording.Recording{}}
		for _, call := range t.Calls {
			out[i].Recordings = append(out[i].Recordings, of[call]...)
		}
	}
	return out, nil
}

// technical are facts of calls that say nothing to people, or that the ticket tells itself.
var technical = map[telephony.Kind]bool{telephony.Came: true, telephony.TicketOpened: true, telephony.Clock: true, telephony.Popped: true,
	telephony.Adopt: true, telephony.Rejoin: true, telephony.Played: true, telephony.Stored: true, telephony.LegUp: true, telephony.LegGone: true,
	telephony.Kept: true, journal.Disposed: true}

// ticketTimeline is what the service desk wrote down and what happened in the calls, in order of time.
func (s *Server) ticketTimeline(ctx context.Context, number int64) ([]moment, error) {
	t, err := s.Tickets.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	entries, err := s.Tickets.Timeline(ctx, number)
	if err != nil {
		return nil, err
	}
	facts, err := s.Journal.Facts(ctx, t.Calls...)
	if err != nil {
		return nil, err
	}
	recordings, err := s.Recordings.ByCalls(ctx, t.Calls...)
	if err != nil {
		return nil, err
	}
	var all []moment
	for _, r := range recordings {
		if r.Kind == recording.Talk { // a voicemail has an entry of its own
			all = append(all, moment{ID: "recording/" + r.ID, At: r.StartedAt, Kind: "recording", Call: r.Call,
				Data: map[string]any{"recording": r.ID, "seconds": r.Seconds, "state": r.State}})
		}
	}
	for _, e := range entries {
		all = append(all, momentOfEntry(e))
	}
	for _, f := range facts {
		if !technical[f.Kind] {
			all = append(all, momentOf(f))
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return a.At.Compare(b.At) })
	return all, nil
}

func momentOfEntry(e tickets.Entry) moment {
	m := moment{ID: strconv.FormatInt(e.ID, 10), At: e.At, Kind: e.Kind, Actor: e.Actor, Call: e.Call, Text: e.Text}
	_ = json.Unmarshal(e.Data, &m.Data)
	return m
}
