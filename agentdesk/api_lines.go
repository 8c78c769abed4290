package agentdesk

import (
	"cmp"
	"context"
	"slices"

	"hotline/telephony"
	"hotline/telephony/journal"
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
		return one(r, s.Setup.PutLine(ctx, userOf(ctx).Username, r))
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
		return one(r, s.Setup.PutLine(ctx, userOf(ctx).Username, r))
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
	known := func(queue string) bool { _, there := s.Setup.Queue(queue); return there }
	for _, f := range journal.CheckLine(r, known) {
		return tickets.Invalid{Field: f.Field, Text: f.Text}
	}
	return nil
}
