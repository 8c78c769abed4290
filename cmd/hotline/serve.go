package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/agentdesk"
	"hotline/callqueue"
	"hotline/deploy/schema"
	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/ari"
	"hotline/telephony/journal"
	"hotline/telephony/webrtc"
	"hotline/tickets"
)

type serveCommand struct{}

// Run serves until the process is told to leave.
func (serveCommand) Run(ctx context.Context, stdout io.Writer, log *slog.Logger) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	s, err := newServer(ctx, c, log)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Fprintf(stdout, "ready: http://%s\n", s.Addr())
	return s.Run(ctx)
}

type migrateCommand struct{}

// Run brings all tables up to date.
func (migrateCommand) Run(ctx context.Context, stdout io.Writer) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	if err := schema.UpAll(ctx, c.DatabaseURL, domains()...); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "the database is up to date")
	return nil
}

// domains are all tables, in the order in which they are made.
func domains() []schema.Domain {
	return []schema.Domain{
		{Name: "telephony", Files: journal.Schema()},
		{Name: "tickets", Files: tickets.Schema},
		{Name: "recording", Files: recording.Schema()},
		{Name: "agentdesk", Files: agentdesk.Schema()},
	}
}

// server is one Hotline: all domains and the wires between them.
type server struct {
	config   config
	log      *slog.Logger
	pool     *pgxpool.Pool
	journal  *journal.Journal
	exchange *telephony.Exchange
	floor    *callqueue.Floor
	audio    *webrtc.Server
	desk     *agentdesk.Server
	client   *ari.Client
	link     *ari.Link
	world    *world
	settler  *settler
	adopter  *adopter
	listener net.Listener
	undo     []func()
}

// newServer builds everything and opens the listener; it starts nothing. The wiring of the whole program is here.
func newServer(ctx context.Context, c config, log *slog.Logger) (s *server, err error) {
	s = &server{config: c, log: log}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.pool, err = connect(ctx, c.DatabaseURL); err != nil {
		return nil, fmt.Errorf("HOTLINE_DATABASE_URL: %w", err)
	}
	s.later(s.pool.Close)
	rdb, err := callqueue.Connect(c.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("HOTLINE_REDIS_URL: %w", err)
	}
	s.later(func() { _ = rdb.Close() })
	setup, err := journal.OpenSetup(ctx, s.pool)
	if err != nil {
		return nil, fmt.Errorf("%w (is the database migrated? hotline migrate)", err)
	}
	folder, err := recording.NewFolder(c.Recordings)
	if err != nil {
		return nil, fmt.Errorf("HOTLINE_RECORDINGS: %w", err)
	}
	if s.client, err = ari.NewClient(ari.Config{URL: c.ARIURL, Username: c.ARIUser, Password: c.ARIPassword, App: c.Node, Log: log}); err != nil {
		return nil, fmt.Errorf("HOTLINE_ARI_URL: %w", err)
	}
	s.later(s.client.Close)
	if s.audio, err = webrtc.New(webrtc.Config{Listen: c.WebRTC, PublicIPs: c.PublicIPs, Media: c.MediaIP, Log: log}); err != nil {
		return nil, fmt.Errorf("HOTLINE_WEBRTC: %w", err)
	}
	s.later(func() { _ = s.audio.Close() })

	s.journal = journal.New(s.pool, log)
	s.floor = callqueue.New(rdb, c.System, callqueue.Options{Node: c.Node, Log: log})
	w := &world{floor: s.floor, setup: setup, log: log, ctx: context.WithoutCancel(ctx)}
	s.world = w
	w.tickets = tickets.New(s.pool, tickets.Options{Region: c.Region, Changed: func(t tickets.TicketChanged) { s.desk.TicketChanged(t) }})
	w.recordings = recording.New(s.pool, folder, recording.Asterisk{Node: c.Node, Fetch: fetch(s.client), Forget: s.client.Forget}, log)
	s.settler = &settler{world: w, journal: s.journal, todo: make(chan string, 1024), log: log}
	s.exchange = &telephony.Exchange{Journal: s.journal, World: w, Rules: setup.Rules, Watch: s.watch, Log: log, Now: time.Now}
	w.exchange = s.exchange
	s.desk, err = agentdesk.New(ctx, agentdesk.Parts{Pool: s.pool, Exchange: s.exchange, Journal: s.journal, Setup: setup, Floor: s.floor,
		Tickets: w.tickets, Recordings: w.recordings, Audio: s.audio, Log: log, Node: c.Node, Dial: s.dial, Ready: s.ready},
		agentdesk.Options{Origins: c.Origins, Secure: c.Secure, Zone: c.Zone})
	if err != nil {
		return nil, err
	}
	w.desk = s.desk
	w.media = ari.NewMedia(s.client, ari.MediaConfig{Browser: browser{s.desk}, Log: log})
	s.link = ari.NewLink(s.client, s.alive)
	s.adopter = &adopter{world: w, client: s.client, journal: s.journal, settler: s.settler}
	if s.listener, err = net.Listen("tcp", c.HTTP); err != nil {
		return nil, fmt.Errorf("HOTLINE_HTTP: %w", err)
	}
	s.later(func() { _ = s.listener.Close() })
	return s, nil
}

func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = max(c.MaxConns, 16)
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	return pool, pool.Ping(ctx)
}

// later names what Close undoes, last first.
func (s *server) later(f func()) { s.undo = append(s.undo, f) }

// Close gives back what newServer took.
func (s *server) Close() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
	s.undo = nil
}

// Addr is where the pages are.
func (s *server) Addr() string { return s.listener.Addr().String() }

// stuck is how long the calls may wait for the database before Asterisk's dialplan takes over new ones.
const stuck = 5 * time.Second

// alive is the guard of the link to Asterisk: a server that makes no progress must not trap callers.
func (s *server) alive() bool { return s.journal.Behind() < stuck }

// ready says whether the server can take calls.
func (s *server) ready(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := s.floor.Check(ctx); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	_, err := s.client.Ping(ctx)
	if err != nil {
		return fmt.Errorf("asterisk: %w", err)
	}
	return nil
}

// watch hears of every step of every call.
func (s *server) watch(before, after telephony.Call, ev telephony.Event) {
	s.desk.CallChanged(before, after, ev)
	if before.AnsweredAt.IsZero() && !after.AnsweredAt.IsZero() {
		s.world.work.Go(func() { s.world.answered(after) })
	}
	if after.Over() {
		s.settler.ended(after.ID)
	}
}

// Run serves until ctx ends, then leaves without hanging up anybody: the next server adopts the calls.
func (s *server) Run(ctx context.Context) error {
	calls, err := s.journal.Live(ctx)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // media first: fewer collections keep the relay's packets on time, for some tens of MB
	stopWork, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s.world.ctx = stopWork
	web := &http.Server{Handler: s.desk.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}

	// what must outlive the calls ends after them
	behind := start(stopWork, s.journal.Run, func(ctx context.Context) error { return s.floor.Run(ctx, floorEvents{s}) }, s.settler.Run,
		func(ctx context.Context) error { return s.world.setup.Run(ctx, s.log, s.desk.SetupChanged) })
	<-s.floor.Begun()
	s.exchange.Restore(mine(calls, s.config.Node))
	ctx, cancel := context.WithCancelCause(ctx)
	front := start(ctx, s.desk.Run, s.adopter.Run,
		func(ctx context.Context) error {
			err := s.link.Run(ctx, s.adopter)
			if errors.Is(err, ari.ErrReplaced) {
				cancel(err)
			}
			return err
		},
		func(context.Context) error { return web.Serve(s.listener) })
	s.log.Info("serving", "http", s.Addr(), "calls", len(calls))

	<-ctx.Done()
	s.log.Info("leaving; calls go on in Asterisk", "calls", len(s.exchange.Calls()))
	down, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	_ = web.Shutdown(down)
	_ = web.Close()
	front.Wait()
	s.exchange.Leave()
	stop()
	s.world.work.Wait()
	behind.Wait()
	if cause := context.Cause(ctx); errors.Is(cause, ari.ErrReplaced) {
		return cause
	}
	return nil
}

func mine(calls []telephony.Call, node string) []telephony.Call {
	var out []telephony.Call
	for _, c := range calls {
		if c.Node == node {
			out = append(out, c)
		}
	}
	return out
}

// floorEvents is what the queue tells.
type floorEvents struct{ *server }

func (s floorEvents) Matched(m callqueue.Match) {
	s.exchange.Tell(m.Call, telephony.Event{Kind: telephony.Matched, Agent: m.Agent, Device: m.Device, Token: m.Token})
}

func (s floorEvents) PresenceChanged(p callqueue.Presence) { s.desk.PresenceChanged(p) }

func (s floorEvents) Emptied() {
	s.desk.Emptied()
	for _, c := range s.exchange.Calls() {
		s.exchange.Tell(c.ID, telephony.Event{Kind: telephony.Rejoin})
	}
}

// fetch opens a recording in Asterisk in the words of the recording domain.
func fetch(client *ari.Client) func(context.Context, string) (io.ReadCloser, error) {
	return func(ctx context.Context, name string) (io.ReadCloser, error) {
		r, err := client.Fetch(ctx, name)
		if errors.Is(err, ari.ErrNotFound) {
			return nil, recording.ErrNotFound
		}
		return r, err
	}
}
