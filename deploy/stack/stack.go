// Package stack runs real Postgres, Redis and Asterisk as child processes, for tests and for the demo.
//
//	stack.Start ──┬── postgres   127.0.0.1:P1   Dir/postgres
//	              ├── redis      127.0.0.1:P2   Dir/redis
//	              └── asterisk   127.0.0.1:P3   Dir/asterisk
//
// What must stay true: everything listens on loopback only; passwords are random per folder; several stacks run side
// by side; a second start on the same folder continues its data; and no child outlives the process that started it,
// not even after kill -9.
package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"hotline/deploy/asterisk"
)

// Config says what to start and where. Addresses are loopback; a port of 0 takes a free one.
type Config struct {
	Dir      string // holds all data, passwords and logs
	Postgres bool
	Redis    bool
	Asterisk bool
	Fast     bool // for tests: nothing need survive a power cut

	SIP           string            // default 127.0.0.1:0
	ARI           string            // default 127.0.0.1:0
	RTP           string            // "20000-20999"; default 1,000 free-looking ports
	App           string            // ARI application, default "hotline"
	Trunk         string            // where outbound calls go, host:port; default 127.0.0.1:5070
	Phones        int               // desk phones agent1 ... agentN; default 9
	PhoneContacts map[string]string // desk phone -> host:port of a phone that does not register
	PhonePassword string            // "": desk phones are not asked for one
	RTPTimeout    time.Duration     // an answered party that sends nothing is hung up after this; default 60 s
	Extra         map[string]string // further configuration of Asterisk, see asterisk.Settings
}

// ARI is where and as whom to reach Asterisk's REST interface.
type ARI struct{ URL, User, Password, App string }

// Stack is what runs. The addresses stay the same when a single child is stopped and started again.
type Stack struct {
	DatabaseURL  string
	RedisURL     string
	ARI          ARI
	SIPAddr      string // 127.0.0.1:port
	RecordingDir string // Asterisk's own recording folder

	Postgres, Redis, Asterisk *Child // nil: not part of this stack

	dir     string
	fast    bool
	lock    *os.File
	secrets secrets
}

// Start starts everything at once and returns when all of it serves. Stop it, or end the process.
func Start(ctx context.Context, c Config) (*Stack, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s, err := prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	var starts []func(context.Context) error
	for _, part := range []struct {
		wanted bool
		start  func(context.Context, Config) error
	}{{c.Postgres, s.startPostgres}, {c.Redis, s.startRedis}, {c.Asterisk, s.startAsterisk}} {
		if part.wanted {
			starts = append(starts, func(ctx context.Context) error { return part.start(ctx, c) })
		}
	}
	if err := together(ctx, starts); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func prepare(ctx context.Context, c Config) (*Stack, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o755); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	lock, err := lockDir(waiting, dir)
	if err != nil {
		return nil, err
	}
	passwords, err := loadSecrets(dir)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("stack: passwords: %w", err)
	}
	return &Stack{dir: dir, fast: c.Fast, lock: lock, secrets: passwords}, nil
}

// Stop ends all children in order. Calling it twice is harmless.
func (s *Stack) Stop() error {
	var stops []func(context.Context) error
	for _, child := range []*Child{s.Asterisk, s.Redis, s.Postgres} {
		if child != nil {
			stops = append(stops, func(context.Context) error { return child.Stop() })
		}
	}
	err := together(context.Background(), stops)
	s.lock.Close()
	return err
}

func (s *Stack) startPostgres(ctx context.Context, c Config) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	p, err := newPostgres(filepath.Join(s.dir, "postgres"), port, s.secrets.Postgres, c.Fast, s.lock)
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := p.init(ctx); err != nil {
		return err
	}
	s.Postgres, s.DatabaseURL = p.child(s.logPath("postgres")), p.url()
	if err := s.Postgres.Start(ctx); err != nil {
		return err
	}
	return p.createDatabase(ctx)
}

func (s *Stack) startRedis(ctx context.Context, c Config) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	r := &redis{dir: filepath.Join(s.dir, "redis"), port: port, password: s.secrets.Redis, fast: c.Fast, lock: s.lock}
	s.Redis, s.RedisURL = r.child(s.logPath("redis")), r.url()
	return s.Redis.Start(ctx)
}

func (s *Stack) startAsterisk(ctx context.Context, c Config) error {
	a, err := newAsterisk(filepath.Join(s.dir, "asterisk"), c, s.secrets.ARI, s.lock)
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := asterisk.Prompts(ctx, a.dir); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := asterisk.Write(a.dir, a.settings); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	s.Asterisk = a.child(s.logPath("asterisk"))
	s.SIPAddr = a.settings.SIP
	s.RecordingDir = asterisk.RecordingDir(a.dir)
	s.ARI = ARI{URL: "http://" + a.settings.ARI + "/ari", User: a.settings.User, Password: a.settings.Password, App: a.settings.App}
	return s.Asterisk.Start(ctx)
}

func (s *Stack) logPath(name string) string { return filepath.Join(s.dir, "log", name+".log") }

// together runs all of it at once and waits for all of it.
func together(ctx context.Context, do []func(context.Context) error) error {
	errs := make([]error, len(do))
	var wg sync.WaitGroup
	for i, f := range do {
		wg.Go(func() { errs[i] = f(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// FreeAddr is a loopback address with a port that is free for TCP and UDP now.
func FreeAddr() (string, error) {
	port, err := freePort()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}
