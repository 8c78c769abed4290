// Package agentdesk is what people see and touch: the pages, the HTTP API and the desk's websocket.
//
//	browser ──HTTP──▶ api_*.go   (huma: resources of /api/v1, problem+json, OpenAPI)
//	        ──socket─▶ socket.go ─▶ commands.go ─▶ Exchange, Floor, Seat
//	        ◀─socket── desk.go  ◀── calls.go (pop, ring, call events), board.go (patches)
//
// What must stay true: every route and every message type is denied unless roles.go allows it; a desk's board equals
// the server's (first the whole, then changes; who lags is cut off and starts afresh); nothing here holds up a call:
// one bounded queue and one writer per connection. Caller-controlled text leaves here as JSON strings, nothing else.
package agentdesk
