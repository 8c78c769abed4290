package agentdesk

import (
	"context"
	"net/http"
	"slices"

	"hotline/tickets"
)

// UserBody is what may change of an account.
type UserBody struct {
	Name     string   `json:"name" minLength:"1" maxLength:"200"`
	Role     string   `json:"role" enum:"agent,supervisor,admin"`
	Queues   []string `json:"queues,omitempty" maxItems:"200"`
	Device   string   `json:"device,omitempty" doc:"webrtc or sip:username"`
	Language string   `json:"language,omitempty"`
	Disabled bool     `json:"disabled,omitempty"`
}

func (b UserBody) user(username string) tickets.User {
	return tickets.User{Username: username, Name: b.Name, Role: b.Role, Queues: b.Queues, Device: b.Device, Language: b.Language, Disabled: b.Disabled}
}

func (s *Server) usersAPI() {
	route(s, "GET /api/v1/users", "Accounts", func(ctx context.Context, _ *struct{}) (*list[tickets.User], error) {
		all, err := s.Tickets.Users(ctx)
		return items(all, "", err)
	})
	route(s, "POST /api/v1/users", "Make an account", func(ctx context.Context, in *struct {
		Body struct {
			Username string `json:"username" minLength:"1" maxLength:"64"`
			Password string `json:"password" maxLength:"1024"`
			UserBody
		}
	}) (*body[tickets.User], error) {
		return one(s.Tickets.CreateUser(ctx, in.Body.user(in.Body.Username), in.Body.Password))
	})
	route(s, "GET /api/v1/users/{username}", "One account", func(ctx context.Context, in *UserPath) (*body[tickets.User], error) {
		return one(s.Tickets.User(ctx, in.Username))
	})
	route(s, "PUT /api/v1/users/{username}", "Change an account; another role or disabling ends its sessions", func(ctx context.Context, in *struct {
		UserPath
		Body UserBody
	}) (*body[tickets.User], error) {
		return one(s.updateUser(ctx, in.Body.user(in.Username)))
	})
	route(s, "PUT /api/v1/users/{username}/password", "Give an account a new password; its sessions end", func(ctx context.Context, in *struct {
		UserPath
		Body struct {
			Password string `json:"password" maxLength:"1024"`
		}
	}) (*nothing, error) {
		if err := s.Tickets.SetPassword(ctx, in.Username, in.Body.Password); err != nil {
			return nil, err
		}
		return &nothing{}, s.expel(ctx, in.Username)
	})
}

func (s *Server) updateUser(ctx context.Context, u tickets.User) (tickets.User, error) {
	was, err := s.Tickets.User(ctx, u.Username)
	if err != nil {
		return was, err
	}
	if u.Username == userOf(ctx).Username && (u.Disabled || u.Role != was.Role) {
		return was, newTrouble(http.StatusConflict, "nobody takes the own rights away: ask another admin")
	}
	is, err := s.Tickets.UpdateUser(ctx, u)
	if err != nil {
		return is, err
	}
	s.board.rename(is.Username, is.Name)
	if is.Disabled && !was.Disabled || is.Role != was.Role {
		return is, s.expel(ctx, is.Username)
	}
	if d := s.desk(is.Username); d != nil && (is.Device != was.Device || !slices.Equal(is.Queues, was.Queues)) {
		if _, busy := s.callOf(is.Username); !busy {
			d.close(closeGoingAway, "your account was changed, come back")
		}
	}
	return is, nil
}
