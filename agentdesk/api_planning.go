package agentdesk

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hotline/callqueue/erlang"
	"hotline/tickets"
)

// Demand is a queue's load in one interval, as a query says it. Which values make sense erlang says.
type Demand struct {
	Model    string  `query:"model" enum:"c,a" default:"c" doc:"c: callers wait for ever; a: they give up, patience is needed"`
	Calls    float64 `query:"calls" required:"true" doc:"In the interval" example:"100"`
	Interval string  `query:"interval" required:"true" doc:"Such as 30m" example:"30m"`
	AHT      string  `query:"aht" required:"true" doc:"Average handling: talk, hold and wrap-up" example:"3m"`
	Target   string  `query:"target" default:"20s" doc:"Service level: answered within"`
	Patience string  `query:"patience" doc:"Average time after which a waiting caller gives up, for model a" example:"2m"`
}

// queue gives the demand to reckon with; without patience it is Erlang C.
func (d Demand) queue() (erlang.Queue, error) {
	q := erlang.Queue{Calls: d.Calls}
	for _, f := range []struct {
		name, text string
		into       *time.Duration
	}{{"interval", d.Interval, &q.Interval}, {"aht", d.AHT, &q.AHT}, {"target", d.Target, &q.Target}, {"patience", d.Patience, &q.Patience}} {
		if f.name == "patience" && d.Model == "c" {
			continue
		}
		var err error
		if *f.into, err = time.ParseDuration(f.text); err != nil {
			return q, tickets.Invalid{Field: f.name, Text: "is a time such as 20s, 3m or 1h30m"}
		}
	}
	if d.Model == "a" && q.Patience == 0 { // 0 is for ever to erlang
		return q, tickets.Invalid{Field: "patience", Text: "is more than 0s; who waits for ever is model c"}
	}
	return q, nil
}

// StaffingView is how many agents a queue needs, and what one less or one more would mean.
type StaffingView struct {
	Agents   int         `json:"agents" doc:"The fewest on the floor that reach the goal"`
	Rostered int         `json:"rostered" doc:"The same with shrinkage"`
	Choices  []FloorView `json:"choices" nullable:"false" doc:"With one agent less, with these, with one more"`
}

// FloorView is a number of agents with the figures that go with it.
type FloorView struct {
	Agents   int             `json:"agents"`
	Unstable bool            `json:"unstable" doc:"The queue would grow without end: there are no figures"`
	Figures  *erlang.Figures `json:"figures,omitempty"`
}

func (s *Server) planningAPI() {
	route(s, "GET /api/v1/planning/erlang", "How a queue does with a number of agents, by Erlang C or A", func(_ context.Context, in *struct {
		Demand
		Agents int `query:"agents" required:"true" example:"14"`
	}) (*body[erlang.Figures], error) {
		q, err := in.queue()
		if err != nil {
			return nil, err
		}
		f, err := q.With(in.Agents)
		return one(f, misplanned(err))
	})
	route(s, "GET /api/v1/planning/staffing", "The fewest agents that reach a goal", func(_ context.Context, in *struct {
		Demand
		ServiceLevel   float64 `query:"service_level" default:"0.8" doc:"At least this share answered within the target; below 1"`
		MaxOccupancy   float64 `query:"max_occupancy" doc:"0 is any"`
		MaxAbandonment float64 `query:"max_abandonment" doc:"0 is any"`
		Shrinkage      float64 `query:"shrinkage" doc:"Share of paid time that is not on the floor: breaks, training, absence"`
	}) (*body[StaffingView], error) {
		q, err := in.queue()
		if err != nil {
			return nil, err
		}
		v, err := staffing(q, erlang.Goal{ServiceLevel: in.ServiceLevel, MaxOccupancy: in.MaxOccupancy, MaxAbandonment: in.MaxAbandonment}, in.Shrinkage)
		return one(v, misplanned(err))
	})
}

func staffing(q erlang.Queue, g erlang.Goal, shrinkage float64) (StaffingView, error) {
	staff, err := q.Fewest(g)
	if err != nil {
		return StaffingView{}, err
	}
	v := StaffingView{Agents: staff.Agents, Choices: []FloorView{}}
	if v.Rostered, err = erlang.Rostered(staff.Agents, shrinkage); err != nil {
		return v, err
	}
	for n := max(1, staff.Agents-1); n <= min(staff.Agents+1, erlang.MaxAgents); n++ {
		f, err := q.With(n)
		switch {
		case errors.Is(err, erlang.ErrUnstable):
			v.Choices = append(v.Choices, FloorView{Agents: n, Unstable: true})
		case err != nil:
			return v, err
		default:
			v.Choices = append(v.Choices, FloorView{Agents: n, Figures: &f})
		}
	}
	return v, nil
}

// misplanned puts what erlang refuses into the API's words.
func misplanned(err error) error {
	var invalid erlang.Invalid
	switch {
	case errors.As(err, &invalid):
		return tickets.Invalid{Field: invalid.Field, Text: invalid.Text}
	case errors.Is(err, erlang.ErrUnstable), errors.Is(err, erlang.ErrUnreachable):
		return newTrouble(http.StatusUnprocessableEntity, err.Error())
	}
	return err
}
