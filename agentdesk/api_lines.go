package agentdesk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"hotline/telephony"
	"hotline/tickets"
)

// LinePath names a line.
type LinePath struct {
	Number string `path:"number" maxLength:"40"`
}

func (s *Server) linesAPI() {
	route(s, "GET /api/v1/lines", "Lines and their rules", func(context.Context, *struct{}) (*list[telephony.Rules], error) {
		all := s.Setup.Lines()
		slices.SortFunc(all, func(a, b telephony.Rules) int { return cmp.Compare(a.Line, b.Line) })
		return items(all, "", nil)
	})
	route(s, "GET /api/v1/lines/{number}", "One line", func(_ context.Context, in *LinePath) (*body[telephony.Rules], error) {
		return one(s.line(in.Number))
	})
	route(s, "PUT /api/v1/lines/{number}", "Make or replace a line; the next call follows it", func(ctx context.Context, in *struct {
		LinePath
		Body telephony.Rules
	}) (*body[telephony.Rules], error) {
		r := in.Body
		r.Line, r.Unknown = in.Number, false
		if err := s.checkLine(r); err != nil {
			return nil, err
		}
		return one(r, s.Setup.PutLine(ctx, r))
	})
	route(s, "PUT /api/v1/lines/{number}/closed", "The emergency switch: closed whatever the hours say", func(ctx context.Context, in *struct {
		LinePath
		Body struct {
			Closed bool `json:"closed"`
		}
	}) (*body[telephony.Rules], error) {
		r, err := s.line(in.Number)
		if err != nil {
			return nil, err
		}
		r.ClosedNow = in.Body.Closed
		return one(r, s.Setup.PutLine(ctx, r))
	})
}

func (s *Server) line(number string) (telephony.Rules, error) {
	if r := s.Setup.Rules(number); !r.Unknown {
		return r, nil
	}
	return telephony.Rules{}, tickets.ErrNotFound
}

// checkLine refuses rules with which a call would be stuck.
func (s *Server) checkLine(r telephony.Rules) error {
	_, known := s.Setup.Queue(r.Queue)
	within := func(d telephony.Duration, from, to time.Duration) bool {
		return time.Duration(d) >= from && time.Duration(d) <= to
	}
	switch {
	case r.Language != "en" && r.Language != "ru":
		return tickets.Invalid{Field: "language", Text: "is not en or ru"}
	case !known:
		return tickets.Invalid{Field: "queue", Text: "does not exist"}
	case !within(r.Pop, 0, 2*time.Second):
		return tickets.Invalid{Field: "pop", Text: "is not 0s to 2s"}
	case !within(r.Ring, 3*time.Second, 2*time.Minute):
		return tickets.Invalid{Field: "ring", Text: "is not 3s to 2m"}
	case !within(r.Grace, 0, 2*time.Minute):
		return tickets.Invalid{Field: "grace", Text: "is not 0s to 2m"}
	case !within(r.Message.Max, 5*time.Second, 15*time.Minute):
		return tickets.Invalid{Field: "message.max", Text: "is not 5s to 15m"}
	case !within(r.Message.Silence, 0, time.Minute):
		return tickets.Invalid{Field: "message.silence", Text: "is not 0s to 1m"}
	case min(r.MaxWait, r.FirstResponse, r.Resolution, r.CallBackIn) < 0:
		return tickets.Invalid{Field: "max_wait", Text: "times are not negative"}
	}
	return checkMedia(r.Greeting, r.Closed, r.Message.Prompt, r.Message.Menu, r.Message.Thanks)
}

// checkMedia lets only sounds through: Asterisk's media addresses can name other things too.
func checkMedia(lists ...[]string) error {
	for _, uri := range slices.Concat(lists...) {
		name, ok := strings.CutPrefix(uri, "sound:")
		if !ok || name == "" || strings.Contains(name, "..") || strings.ContainsFunc(name, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/", r)
		}) || name[0] == '/' {
			return tickets.Invalid{Field: "greeting", Text: "prompts are of the form sound:folder/name"}
		}
	}
	return nil
}
