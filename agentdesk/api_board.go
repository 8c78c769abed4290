package agentdesk

import "context"

func (s *Server) boardAPI() {
	route(s, "GET /api/v1/board", "The live board; an agent sees the own queues", func(ctx context.Context, _ *struct{}) (*body[boardView], error) {
		return one(s.board.see(scopeOf(userOf(ctx))), nil)
	})
}
