package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"hotline/deploy/stack"
	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

const (
	manyAgents = 200 // in the queue "all"
	fewAgents  = 10  // further ones, in the queue "few"
)

// hall is where it is measured: real Postgres (commits are on disk), Redis (with its log) and Asterisk, the server as a
// process of its own, a desk and a desk phone for each agent.
type hall struct {
	dir    string
	stack  *stack.Stack
	phones string // address of all desk phones
	base   string // of the server's pages
	server *exec.Cmd
	said   *os.File // the server's log
	pool   *pgxpool.Pool
	desks  *desks
	others []float64 // cores that the rest of the machine used, of each burst
}

// openHall starts everything. What it started ends with close, and with this process however that ends.
func openHall(ctx context.Context, dir string) (h *hall, err error) {
	h = &hall{dir: dir}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.phones, err = stack.FreeAddr(); err != nil {
		return h, err
	}
	contacts := map[string]string{}
	for _, a := range append(many(), few()...) {
		contacts[a] = h.phones
	}
	h.stack, err = stack.Start(ctx, stack.Config{Dir: dir, Postgres: true, Redis: true, Asterisk: true, Phones: manyAgents + fewAgents,
		PhoneContacts: contacts, RTP: "20000-29999", Extra: besideOurs(many(), few())})
	if err != nil {
		return h, err
	}
	if err := h.serve(ctx); err != nil {
		return h, err
	}
	h.desks, err = openDesks(ctx, h.base, append(many(), few()...))
	return h, err
}

func many() []string { return agents(1, manyAgents) }
func few() []string  { return agents(manyAgents+1, manyAgents+fewAgents) }

func agents(first, last int) []string {
	var names []string
	for n := first; n <= last; n++ {
		names = append(names, fmt.Sprint("agent", n))
	}
	return names
}

// serve builds the server from the source beside us, furnishes the database and starts it.
func (h *hall) serve(ctx context.Context) error {
	binary := filepath.Join(h.dir, "hotline")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "hotline/cmd/hotline").CombinedOutput(); err != nil {
		return fmt.Errorf("building the server: %w: %s", err, out)
	}
	address, err := stack.FreeAddr()
	if err != nil {
		return err
	}
	h.base = "http://" + address
	env := append(os.Environ(), "HOTLINE_DATABASE_URL="+h.stack.DatabaseURL, "HOTLINE_REDIS_URL="+h.stack.RedisURL,
		"HOTLINE_ARI_URL="+h.stack.ARI.URL, "HOTLINE_ARI_USER="+h.stack.ARI.User, "HOTLINE_ARI_PASSWORD="+h.stack.ARI.Password,
		"HOTLINE_NODE="+h.stack.ARI.App, "HOTLINE_HTTP="+address, "HOTLINE_RECORDINGS="+filepath.Join(h.dir, "recordings"),
		"HOTLINE_REGION=US", "HOTLINE_SECURE=false")
	migrate := exec.CommandContext(ctx, binary, "migrate")
	migrate.Env = env
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("making the tables: %w: %s", err, out)
	}
	if err := h.furnish(ctx); err != nil {
		return fmt.Errorf("lines and agents: %w", err)
	}
	h.server = exec.Command(binary, "serve")
	h.server.Env = env
	h.server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return h.start(ctx)
}

// start returns when the server takes calls.
func (h *hall) start(ctx context.Context) (err error) {
	if h.said, err = os.Create(filepath.Join(h.dir, "log", "hotline.log")); err != nil {
		return err
	}
	h.server.Stderr = h.said
	out, err := h.server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := h.server.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "ready:") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	err = h.await(ctx, 20*time.Second, func() (bool, error) {
		r, err := http.Get(h.base + "/readyz")
		if err != nil {
			return false, nil
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK, nil
	})
	if err != nil {
		return fmt.Errorf("the server does not get ready: %w: %s", err, h.log())
	}
	return nil
}

// log is the end of what the server said.
func (h *hall) log() string {
	text, _ := os.ReadFile(filepath.Join(h.dir, "log", "hotline.log"))
	return string(text[max(0, len(text)-2000):])
}

// furnish seeds two lines with a queue and agents each. There is no greeting, no recording and no wrap-up: the same
// as what Queue() does.
func (h *hall) furnish(ctx context.Context) (err error) {
	if h.pool, err = pgxpool.New(ctx, h.stack.DatabaseURL); err != nil {
		return err
	}
	setup, err := journal.OpenSetup(ctx, h.pool)
	if err != nil {
		return err
	}
	for number, queue := range map[string]string{oursNumber: "all", oursFewNumber: "few"} {
		rules := telephony.Rules{Line: number, Title: "Bench " + queue, Language: "en", Queue: queue,
			Pop: telephony.Duration(150 * time.Millisecond), Ring: telephony.Duration(20 * time.Second),
			FirstResponse: telephony.Duration(time.Hour), Resolution: telephony.Duration(8 * time.Hour)}
		err := errors.Join(setup.PutQueue(ctx, "bench", journal.Queue{Name: queue, Title: queue}), setup.PutLine(ctx, "bench", rules))
		if err != nil {
			return err
		}
	}
	people := tickets.New(h.pool, tickets.Options{Region: "US"})
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(4)
	for queue, names := range map[string][]string{"all": many(), "few": few()} {
		for _, name := range names {
			work.Go(func() error {
				_, err := people.CreateUser(ctx, tickets.User{Username: name, Name: name, Role: tickets.RoleAgent, Language: "en",
					Queues: []string{queue}, Device: "sip:" + name}, password)
				return err
			})
		}
	}
	return work.Wait()
}

func (h *hall) close() {
	if h.desks != nil {
		h.desks.close()
	}
	if h.server != nil && h.server.Process != nil {
		_ = h.server.Process.Signal(syscall.SIGTERM)
		_ = h.server.Wait()
	}
	if h.said != nil {
		h.said.Close()
	}
	if h.pool != nil {
		h.pool.Close()
	}
	if h.stack != nil {
		_ = h.stack.Stop()
	}
}

// pids are the processes whose CPU counts.
func (h *hall) pids() map[string]int {
	return map[string]int{"hotline": h.server.Process.Pid, "asterisk": h.stack.Asterisk.PID(), "redis": h.stack.Redis.PID(), "postgres": h.stack.Postgres.PID()}
}

// await asks until something is so.
func (h *hall) await(ctx context.Context, atMost time.Duration, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	for {
		if yes, err := ok(); yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// quiet waits until no call is left in Asterisk and every ticket knows how its call ended.
func (h *hall) quiet(ctx context.Context) error {
	return h.await(ctx, time.Minute, func() (bool, error) {
		var open int
		if err := h.pool.QueryRow(ctx, `SELECT count(*) FROM calls WHERE ended_at IS NULL OR settled_at IS NULL`).Scan(&open); err != nil || open > 0 {
			return false, err
		}
		list, err := h.ask(ctx, http.MethodGet, "/channels", nil)
		return string(bytes.TrimSpace(list)) == "[]", err
	})
}

// ask is a request to Asterisk's REST interface.
func (h *hall) ask(ctx context.Context, method, path string, body io.Reader) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, method, h.stack.ARI.URL+path, body)
	if err != nil {
		return nil, err
	}
	q.SetBasicAuth(h.stack.ARI.User, h.stack.ARI.Password)
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, r.Status, text)
	}
	return text, err
}
