package agentdesk

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/callqueue"
	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/telephony/webrtc"
	"hotline/tickets"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema are the migrations of this domain.
func Schema() fs.FS {
	sub, _ := fs.Sub(schemaFiles, "schema") // the folder is embedded: it is there
	return sub
}

// Parts are the domains that the desk shows and steers.
type Parts struct {
	Pool       *pgxpool.Pool // of sessions and idempotency keys
	Exchange   *telephony.Exchange
	Journal    *journal.Journal
	Setup      *journal.Setup
	Floor      *callqueue.Floor
	Tickets    *tickets.Store
	Recordings *recording.Store
	Audio      *webrtc.Server
	Log        *slog.Logger
	Node       string // name of this server node

	Dial  func(ctx context.Context, agent, to string, ticket int64) (telephony.Call, error) // an agent calls a customer
	Ready func(context.Context) error                                                       // whether calls can be taken
}

// Options tune the desk.
type Options struct {
	Origins  []string       // further origins that may open desks; the own host always may
	Secure   bool           // cookies over HTTPS only
	Zone     *time.Location // in which the board's day begins; default UTC
	Lifetime time.Duration  // of a session; default 12 h
}

// Server serves pages, API and desks.
type Server struct {
	Parts
	options  Options
	sessions *scs.SessionManager
	upgrader websocket.Upgrader
	handler  http.Handler
	mux      *http.ServeMux
	api      huma.API
	directs  []string // patterns of routes that the OpenAPI document does not describe
	board    *board
	metrics  *metrics

	mu       sync.Mutex
	desks    map[string]*desk     // by username; the newest connection of a user
	occupied map[string]string    // agent -> the call that the agent is offered or has
	heard    map[string]time.Time // who listens to which recording, since when
	checks   chan struct{}        // places for password checks
	work     sync.WaitGroup       // goroutines that Run waits for
	ctx      context.Context      // ends when the server leaves
	leave    context.CancelFunc
}

// New builds the desk and its routes and reads the day's numbers; Run makes it live.
func New(ctx context.Context, p Parts, o Options) (*Server, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Lifetime == 0 {
		o.Lifetime = 12 * time.Hour
	}
	s := &Server{Parts: p, options: o, desks: map[string]*desk{}, occupied: map[string]string{}, heard: map[string]time.Time{},
		checks: make(chan struct{}, runtime.NumCPU()), metrics: newMetrics()}
	s.ctx, s.leave = context.WithCancel(context.WithoutCancel(ctx))
	s.board = newBoard(o.Zone, p.Setup)
	s.sessions = newSessions(p.Pool, o)
	s.upgrader = websocket.Upgrader{CheckOrigin: s.sameOrigin, HandshakeTimeout: 5 * time.Second,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			problem(w, status, reason.Error())
		}}
	s.handler = s.routes()
	calls, err := p.Journal.Since(ctx, s.board.day)
	if err != nil {
		return nil, fmt.Errorf("reading the day's calls: %w", err)
	}
	for _, c := range calls {
		s.board.call(c)
		if c.Node == p.Node && !c.Over() {
			s.metrics.step(telephony.Call{}, c)
		}
		if agent := c.CurrentAgent(); agent != "" {
			s.occupied[agent] = c.ID
		}
	}
	return s, nil
}

// Handler answers everything: pages, API, socket, health.
func (s *Server) Handler() http.Handler { return s.handler }

// Run pushes the board to desks until ctx ends, then sends the desks away: they come back to the next server.
func (s *Server) Run(ctx context.Context) error {
	presences, err := s.Floor.Presences(ctx)
	if err == nil {
		for _, p := range presences {
			s.board.agent(p, s.agentName(ctx, p.Agent))
		}
	}
	s.work.Go(func() { s.sweep(ctx) })
	s.work.Go(func() { s.pingAll(ctx) })
	s.pushBoard(ctx)
	s.leave()
	for _, d := range s.all() {
		d.close(closeGoingAway, "the server restarts, come back")
	}
	s.work.Wait()
	return nil
}

// all are the connected desks.
func (s *Server) all() []*desk {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*desk, 0, len(s.desks))
	for _, d := range s.desks {
		out = append(out, d)
	}
	return out
}

// desk gives a user's desk, nil when none is connected.
func (s *Server) desk(username string) *desk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.desks[username]
}

// callOf is the call that an agent is offered or has.
func (s *Server) callOf(agent string) (telephony.Call, bool) {
	s.mu.Lock()
	id := s.occupied[agent]
	s.mu.Unlock()
	if id == "" {
		return telephony.Call{}, false
	}
	return s.Exchange.Call(id)
}

// PresenceChanged is told by the queue.
func (s *Server) PresenceChanged(p callqueue.Presence) {
	s.board.agent(p, "")
	if d := s.desk(p.Agent); d != nil {
		d.send("presence.changed", p)
	}
}

// TicketChanged is told by the service desk. Every desk hears of it with the board: lists are open everywhere.
func (s *Server) TicketChanged(t tickets.TicketChanged) { s.board.ticket(t) }

// SetupChanged hears that lines or queues were changed by another server or by a file: the board counts by the new targets.
func (s *Server) SetupChanged() { s.board.recount(time.Now()) }

// Emptied: Redis lost its data. Every desk says again who it is, and what it was.
func (s *Server) Emptied() {
	s.board.emptied()
	for _, d := range s.all() {
		s.work.Go(func() { s.rejoin(d) })
	}
}

func (s *Server) rejoin(d *desk) {
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	d.wishes.Lock() // a wish of the agent comes before this, and is kept, or after it
	defer d.wishes.Unlock()
	before := d.presence.Load()
	if _, err := s.Floor.LogOn(ctx, d.user.Username, d.user.Queues, d.device()); err != nil {
		s.Log.Warn("desk could not log on again", "agent", d.user.Username, "err", err)
		return
	}
	if before != nil && (before.State == callqueue.Ready || before.State == callqueue.Pause) {
		if _, err := s.Floor.Set(ctx, d.user.Username, before.State, before.Reason, before.Until); err != nil {
			s.Log.Warn("presence could not be restored", "agent", d.user.Username, "err", err)
		}
	}
}

func (s *Server) agentName(ctx context.Context, username string) string {
	u, err := s.Tickets.User(ctx, username)
	if err != nil {
		return username
	}
	return u.Name
}
