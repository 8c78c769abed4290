package agentdesk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// QueuePath names a queue.
type QueuePath struct {
	Name string `path:"name" maxLength:"40" pattern:"^[a-z0-9][a-z0-9_-]*$"`
}

type queueBody struct {
	Title  string             `json:"title" minLength:"1" maxLength:"200"`
	WrapUp telephony.Duration `json:"wrapup" doc:"Such as 30s"`
	Target telephony.Duration `json:"target" doc:"Service level: answered within"`
	Short  telephony.Duration `json:"short" doc:"An abandon within this time is short"`
}

// liveQueue is one queue of the board with its callers and agents.
type liveQueue struct {
	At      time.Time     `json:"at"`
	Queue   queueView     `json:"queue"`
	Waiting []waitingView `json:"waiting" nullable:"false"`
	Agents  []agentView   `json:"agents" nullable:"false"`
}

func (s *Server) queuesAPI() {
	route(s, "GET /api/v1/queues", "Queues", func(context.Context, *struct{}) (*list[journal.Queue], error) {
		all := s.Setup.Queues()
		slices.SortFunc(all, func(a, b journal.Queue) int { return cmp.Compare(a.Name, b.Name) })
		return items(all, "", nil)
	})
	route(s, "PUT /api/v1/queues/{name}", "Make or replace a queue", func(ctx context.Context, in *struct {
		QueuePath
		Body queueBody
	}) (*body[journal.Queue], error) {
		q := journal.Queue{Name: in.Name, Title: in.Body.Title, WrapUp: in.Body.WrapUp, Target: in.Body.Target, Short: in.Body.Short}
		for _, f := range journal.CheckQueue(q) {
			return nil, tickets.Invalid{Field: f.Field, Text: f.Text}
		}
		if err := s.Setup.PutQueue(ctx, userOf(ctx).Username, q); err != nil {
			return nil, err
		}
		s.board.recount(time.Now()) // by the new targets
		return one(q, nil)
	})
	route(s, "GET /api/v1/queues/{name}/live", "A queue as it is now", func(ctx context.Context, in *QueuePath) (*body[liveQueue], error) {
		return one(s.liveQueue(userOf(ctx), in.Name))
	})
	route(s, "GET /api/v1/queues/{name}/dispositions", "What its calls may be said to have been about", func(ctx context.Context, in *QueuePath) (*list[tickets.Disposition], error) {
		all, err := s.Tickets.Dispositions(ctx, in.Name)
		return items(all, "", err)
	})
	route(s, "PUT /api/v1/queues/{name}/dispositions", "Replace them, in this order", func(ctx context.Context, in *struct {
		QueuePath
		Body struct {
			Items []tickets.Disposition `json:"items" maxItems:"100" nullable:"false"`
		}
	}) (*list[tickets.Disposition], error) {
		return items(in.Body.Items, "", s.Tickets.PutDispositions(ctx, in.Name, in.Body.Items))
	})
}

func (s *Server) liveQueue(u tickets.User, name string) (liveQueue, error) {
	sc := scopeOf(u)
	if !sc.queue(name) {
		return liveQueue{}, newTrouble(http.StatusForbidden, "that is not a queue of yours")
	}
	v := s.board.see(sc)
	i := slices.IndexFunc(v.Queues, func(q queueView) bool { return q.Name == name })
	if i < 0 {
		return liveQueue{}, newTrouble(http.StatusNotFound, "there is no such queue")
	}
	return liveQueue{v.At, v.Queues[i],
		slices.DeleteFunc(v.Waiting, func(w waitingView) bool { return w.Queue != name }),
		slices.DeleteFunc(v.Agents, func(a agentView) bool { return !slices.Contains(a.Queues, name) })}, nil
}
