package agentdesk

import (
	"context"
	"net/http"
	"time"

	"hotline/tickets"
)

type loggedIn struct {
	Token string       `json:"token,omitempty" doc:"For Authorization: Bearer; the same as the cookie's"`
	User  tickets.User `json:"user"`
}

type newSession struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   loggedIn
}

func (s *Server) sessionAPI() {
	route(s, "POST /api/v1/session", "Log in", func(ctx context.Context, in *struct {
		Old  string `cookie:"hotline_session" hidden:"true"`
		Body struct {
			Username string `json:"username" maxLength:"64"`
			Password string `json:"password" maxLength:"1024"`
		}
	}) (*newSession, error) {
		u, token, expiry, err := s.logIn(ctx, in.Old, in.Body.Username, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return &newSession{s.cookie(token, expiry), loggedIn{token, u}}, nil
	})
	route(s, "GET /api/v1/session", "Who am I", func(ctx context.Context, _ *struct{}) (*body[loggedIn], error) {
		return one(loggedIn{User: userOf(ctx)}, nil)
	})
	route(s, "DELETE /api/v1/session", "Log out; the session's desk is closed", func(ctx context.Context, _ *struct{}) (*struct {
		Cookie http.Cookie `header:"Set-Cookie"`
	}, error) {
		err := s.logOut(ctx, callerOf(ctx).token)
		return &struct {
			Cookie http.Cookie `header:"Set-Cookie"`
		}{s.cookie("", time.Unix(1, 0))}, err
	})
}

// cookie is the session's cookie; an expiry in the past takes it away.
func (s *Server) cookie(token string, expiry time.Time) http.Cookie {
	c := s.sessions.Cookie
	age := int(time.Until(expiry).Seconds())
	if age <= 0 {
		age = -1
	}
	return http.Cookie{Name: c.Name, Value: token, Path: c.Path, HttpOnly: c.HttpOnly, SameSite: c.SameSite, Secure: c.Secure, Expires: expiry, MaxAge: age}
}
