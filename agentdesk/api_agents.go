package agentdesk

import (
	"context"
	"net/http"
	"time"

	"hotline/callqueue"
	"hotline/tickets"
)

// UserPath names an account in the address. It and its like are exported because huma reads no embedded struct that is not.
type UserPath struct {
	Username string `path:"username" maxLength:"64"`
}

// colleague is what everybody may know of a user.
type colleague struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

func (s *Server) agentsAPI() {
	route(s, "GET /api/v1/agents", "Who works here", func(ctx context.Context, _ *struct{}) (*list[colleague], error) {
		users, err := s.Tickets.Users(ctx)
		var out []colleague
		for _, u := range users {
			if !u.Disabled {
				out = append(out, colleague{u.Username, u.Name})
			}
		}
		return items(out, "", err)
	})
	route(s, "GET /api/v1/agents/{username}/state", "What an agent does", func(ctx context.Context, in *UserPath) (*body[callqueue.Presence], error) {
		if err := own(ctx, in.Username); err != nil {
			return nil, err
		}
		return one(s.Floor.Agent(ctx, in.Username))
	})
	route(s, "PUT /api/v1/agents/{username}/state", "Say ready, pause or offline for yourself, or as a supervisor for an agent", func(ctx context.Context, in *struct {
		UserPath
		Body struct {
			State  callqueue.State `json:"state" enum:"ready,pause,offline"`
			Reason string          `json:"reason,omitempty" maxLength:"40" doc:"Shown to the agent"`
			Until  time.Time       `json:"until,omitzero" doc:"Of a pause"`
		}
	}) (*body[callqueue.Presence], error) {
		if err := own(ctx, in.Username); err != nil {
			return nil, err
		}
		if d := s.desk(in.Username); d != nil && in.Body.State == callqueue.Ready {
			if err := s.canHear(d); err != nil {
				return nil, err
			}
		}
		reason := tickets.Clean(in.Body.Reason, 40)
		if reason == "" && in.Username != userOf(ctx).Username {
			reason = "supervisor"
		}
		return one(s.Floor.Set(ctx, in.Username, in.Body.State, reason, in.Body.Until))
	})
}

// own lets people at what is theirs, and supervisors at everybody's.
func own(ctx context.Context, username string) error {
	u := userOf(ctx)
	if u.Username != username && !allowed(supervisors, u.Role) {
		return newTrouble(http.StatusForbidden, "that is another agent's")
	}
	return nil
}
