package agentdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hotline/telephony"
	"hotline/telephony/journal"
)

type callsFilter struct {
	Queue  string          `query:"queue" maxLength:"64"`
	Number string          `query:"number" enum:"offered,answered,abandoned,short_abandoned,within_target,waiting" doc:"The calls behind a number of the board"`
	Since  time.Time       `query:"since" doc:"Arrived then or later; for a number the board's day when not given"`
	State  telephony.State `query:"state" maxLength:"32"`
	Agent  string          `query:"agent" maxLength:"64"`
	Ticket int64           `query:"ticket"`
	Cursor string          `query:"cursor" maxLength:"500"`
	Limit  int             `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type callPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) callsAPI() {
	route(s, "GET /api/v1/calls", "Calls, newest first", func(ctx context.Context, in *callsFilter) (*list[call], error) {
		calls, next, err := s.listCalls(ctx, *in)
		return items(views(calls), next, err)
	})
	route(s, "GET /api/v1/calls/{id}", "One call", func(ctx context.Context, in *callPath) (*body[call], error) {
		c, err := s.findCall(ctx, in.ID)
		return one(callView(c), err)
	})
	route(s, "GET /api/v1/calls/{id}/timeline", "Everything that happened to a call", func(ctx context.Context, in *callPath) (*list[moment], error) {
		c, err := s.findCall(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		facts, err := s.Journal.Facts(ctx, c.ID)
		out := make([]moment, len(facts))
		for i, f := range facts {
			out[i] = momentOf(f)
		}
		return items(out, "", err)
	})
}

func views(calls []telephony.Call) []call {
	out := make([]call, len(calls))
	for i, c := range calls {
		out[i] = callView(c)
	}
	return out
}

// findCall prefers the living value: it is newer than the last one on disk by nothing, and costs nothing.
func (s *Server) findCall(ctx context.Context, id string) (telephony.Call, error) {
	if c, ok := s.Exchange.Call(id); ok {
		return c, nil
	}
	return s.Journal.Call(ctx, id)
}

// listCalls chooses the calls behind a number as the board counts them: by the same function, of the same day.
func (s *Server) listCalls(ctx context.Context, f callsFilter) ([]telephony.Call, string, error) {
	queue, _ := s.Setup.Queue(f.Queue)
	if f.Number == "waiting" && f.Since.IsZero() {
		return s.waitingCalls(ctx, f)
	}
	if f.Number != "" && f.Since.IsZero() {
		f.Since = s.board.since()
	}
	return s.Journal.List(ctx, journal.Filter{Queue: f.Queue, Agent: f.Agent, State: string(f.State), Number: f.Number, Cursor: f.Cursor,
		Ticket: f.Ticket, Since: f.Since, Limit: f.Limit, Target: queue.Targets()})
}

// waitingCalls are those who wait now, whenever they came; there is one page of them.
func (s *Server) waitingCalls(ctx context.Context, f callsFilter) ([]telephony.Call, string, error) {
	live, err := s.Journal.Live(ctx)
	var out []telephony.Call
	for _, c := range live {
		if telephony.Count(c, telephony.DefaultTarget).Waiting > 0 && (f.Queue == "" || c.Queue == f.Queue) && (f.Ticket == 0 || c.Ticket == f.Ticket) &&
			(f.Agent == "" || c.CurrentAgent() == f.Agent) && (f.State == "" || c.State == f.State) {
			out = append(out, c)
		}
	}
	return out, "", err
}

// moment is one entry of a timeline, of a call or of a ticket.
type moment struct {
	ID    string         `json:"id"`
	At    time.Time      `json:"at"`
	Kind  string         `json:"kind"`
	Actor string         `json:"actor" doc:"Username, empty for the system and for the caller"`
	Call  string         `json:"call,omitempty"`
	Text  string         `json:"text,omitempty"`
	Data  map[string]any `json:"data,omitempty"`
}

// byAgent are the kinds of facts that an agent made happen.
var byAgent = map[telephony.Kind]bool{telephony.Accept: true, telephony.Decline: true, telephony.Hangup: true, telephony.Hold: true,
	telephony.Resume: true, telephony.Dial: true, telephony.DeskLost: true, telephony.DeskBack: true, telephony.Popped: true, journal.Disposed: true}

// momentOf shows a fact of the journal. What the event says stands in data, without the fields that name it.
func momentOf(f journal.Fact) moment {
	m := moment{ID: fmt.Sprintf("%s/%d", f.Call, f.Seq), At: f.At, Kind: string(f.Kind), Call: f.Call}
	raw, _ := json.Marshal(f.Event)
	_ = json.Unmarshal(raw, &m.Data)
	delete(m.Data, "kind")
	if byAgent[f.Kind] {
		m.Actor = f.Event.Agent
		delete(m.Data, "agent")
	}
	if f.Kind == journal.Disposed {
		m.Text = f.Event.Cause
		delete(m.Data, "cause")
	}
	return m
}
