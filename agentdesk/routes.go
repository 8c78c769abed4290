package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// routes builds everything that answers HTTP. A request passes from the outside in:
//
//	headers -> foreign origins -> access (who, and may they) -> log-in rate -> size -> idempotency -> the route
func (s *Server) routes() http.Handler {
	s.mux = http.NewServeMux()
	s.api = humago.New(s.mux, apiConfig())
	s.describe()
	s.direct("GET /api/v1/desk", s.serveDesk)
	s.direct("GET /api/v1/recordings/{id}/audio", s.serveAudio)
	s.direct("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	s.direct("GET /readyz", s.serveReady)
	s.direct("GET /metrics", s.metrics.handler().ServeHTTP)
	s.direct("GET /api/openapi.json", s.serveOpenAPI)
	s.direct("GET /api/docs", s.serveDocs)
	s.direct("/api/", func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusNotFound, "there is no such resource")
	})
	s.direct("/", servePage())

	var h http.Handler = s.mux
	h = s.idempotent(h)
	h = limited(h)
	h = s.limitLogIns(h)
	h = s.access(h)
	return headers(s.ownOrigin(h))
}

// direct adds a route that the OpenAPI document does not describe.
func (s *Server) direct(pattern string, do http.HandlerFunc) {
	s.mux.HandleFunc(pattern, do)
	s.directs = append(s.directs, pattern)
}

func apiConfig() huma.Config {
	c := huma.DefaultConfig("Hotline", "1")
	c.Info.Description = "Contact centre and service desk. Lists answer items and next_cursor; errors are RFC 9457 problems; " +
		"POST takes an Idempotency-Key. Log in with POST /api/v1/session: its cookie or its token as bearer."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil // no $schema links in answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer"},
		"cookie": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	return c
}

// describe registers the API, a file per resource.
func (s *Server) describe() {
	s.sessionAPI()
	s.boardAPI()
	s.callsAPI()
	s.ticketsAPI()
	s.recordingsAPI()
	s.contactsAPI()
	s.registersAPI()
	s.linesAPI()
	s.queuesAPI()
	s.agentsAPI()
	s.planningAPI()
	s.usersAPI()
}

// body is an answer in JSON; nothing is an answer without any.
type (
	body[T any] struct{ Body T }
	nothing     struct{}
	page[T any] struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next_cursor" doc:"Of the next page, empty at the end"`
	}
	list[T any] = body[page[T]]
)

func one[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// items is a page; it has items even when there are none.
func items[T any](all []T, next string, err error) (*list[T], error) {
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = []T{}
	}
	return &list[T]{page[T]{all, next}}, nil
}

// route adds one operation. Errors of the domains become problems here and nowhere else. Paths name resources, so the
// operation's name follows from method and path.
func route[I, O any](s *Server, pattern, summary string, do func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	op := huma.Operation{OperationID: operationID(method, path), Method: method, Path: path, Summary: summary,
		Tags: []string{strings.Split(path, "/")[3]}, MaxBodyBytes: largest}
	if roles := paths[pattern]; !allowed(roles, "") {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
		op.Extensions = map[string]any{"x-roles": roles}
	}
	if method == http.MethodPost && pattern != "POST /api/v1/session" {
		op.DefaultStatus = http.StatusCreated
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.refuse(pattern, err)
		}
		return out, nil
	})
}

// operationID is "get-tickets-number-timeline" for GET /api/v1/tickets/{number}/timeline.
func operationID(method, path string) string {
	words := strings.FieldsFunc(strings.TrimPrefix(path, "/api/v1/"), func(r rune) bool { return strings.ContainsRune("/{}", r) })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

// document is the OpenAPI document.
func (s *Server) document() ([]byte, error) {
	text, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	return append(text, '\n'), err
}

func (s *Server) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	text, err := s.document()
	if err != nil {
		problem(w, http.StatusInternalServerError, "the document cannot be written")
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(text)
}

// serveReady says whether calls can be taken, and which part is missing when not.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if s.Ready != nil {
		if err := s.Ready(ctx); err != nil {
			part, _, _ := strings.Cut(err.Error(), ":") // the rest may name hosts and accounts
			s.Log.Warn("not ready", "err", err)
			plain(w, http.StatusServiceUnavailable, "not ready: "+part+"\n")
			return
		}
	}
	plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
