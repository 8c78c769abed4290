package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony"
	"hotline/telephony/ari"
	"hotline/telephony/journal"
	"hotline/telephony/phone"
	"hotline/tickets"
)

// TestMain lets the test's own binary be the server too, so that tests can kill it.
func TestMain(m *testing.M) {
	if os.Getenv("HOTLINE_TEST_SERVER") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patience is the longest that a test waits for anything; a loaded machine is slow, a broken one never gets there.
const patience = 30 * time.Second

// house is a whole Hotline: real Postgres, Redis and Asterisk, and the server as a process of its own.
type house struct {
	t     *testing.T
	stack *stack.Stack
	pool  *pgxpool.Pool
	env   []string
	base  string // http://...

	process *exec.Cmd
	log     *bytes.Buffer
	mu      sync.Mutex
}

// plan changes the demo's rules for a test.
type plan struct {
	stack stack.Config
	line  func(*telephony.Rules)
	queue func(*journal.Queue)
}

func openHouse(t *testing.T, p plan) *house {
	t.Helper()
	p.stack.Postgres, p.stack.Redis, p.stack.Asterisk = true, true, true
	h := &house{t: t, stack: stack.New(t, p.stack), log: &bytes.Buffer{}}
	ctx := t.Context()
	if err := schema.UpAll(ctx, h.stack.DatabaseURL, domains()...); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.pool, err = pgxpool.New(ctx, h.stack.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.pool.Close)
	h.furnish(p)
	http, err := stack.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	h.base = "http://" + http
	h.env = append(os.Environ(), "HOTLINE_TEST_SERVER=1", "HOTLINE_DATABASE_URL="+h.stack.DatabaseURL, "HOTLINE_REDIS_URL="+h.stack.RedisURL,
		"HOTLINE_ARI_URL="+h.stack.ARI.URL, "HOTLINE_ARI_USER="+h.stack.ARI.User, "HOTLINE_ARI_PASSWORD="+h.stack.ARI.Password,
		"HOTLINE_NODE="+h.stack.ARI.App, "HOTLINE_HTTP="+http, "HOTLINE_RECORDINGS="+filepath.Join(t.TempDir(), "recordings"),
		"HOTLINE_REGION=US", "HOTLINE_SECURE=false", "GOMAXPROCS=2")
	h.start()
	t.Cleanup(h.leave)
	return h
}

// furnish seeds the demo and then changes it as the test wants it. Lines have no greeting unless the test gives one.
func (h *house) furnish(p plan) {
	h.t.Helper()
	ctx := h.t.Context()
	setup, err := journal.OpenSetup(ctx, h.pool)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := seed(ctx, setup, tickets.New(h.pool, tickets.Options{Region: "US"})); err != nil {
		h.t.Fatal(err)
	}
	for _, l := range setup.Lines() {
		l.Greeting, l.Closed, l.Message.Prompt, l.Message.Menu, l.Message.Thanks = nil, nil, nil, nil, nil
		if p.line != nil {
			p.line(&l)
		}
		if err := setup.PutLine(ctx, "test", l); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, q := range setup.Queues() {
		q.WrapUp = seconds(1)
		if p.queue != nil {
			p.queue(&q)
		}
		if err := setup.PutQueue(ctx, "test", q); err != nil {
			h.t.Fatal(err)
		}
	}
}

// start starts the server and waits until it serves calls.
func (h *house) start() {
	h.t.Helper()
	h.process = exec.Command(os.Args[0], "serve")
	h.process.Env = h.env
	h.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	h.process.Stderr = h
	out, err := h.process.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.process.Start(); err != nil {
		h.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "ready:") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	h.await("the server serves calls", func() bool {
		r, err := http.Get(h.base + "/readyz")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// Write keeps the server's log for a failing test.
func (h *house) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

func (h *house) kill() {
	h.t.Helper()
	_ = h.process.Process.Kill()
	_ = h.process.Wait()
}

// leave ends the server as an operator would, and shows its log when the test failed.
func (h *house) leave() {
	_ = h.process.Process.Signal(syscall.SIGTERM)
	_ = h.process.Wait()
	if h.t.Failed() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.t.Logf("the server said:\n%s", h.log)
	}
}

// await asks until something is so. It is for what nobody tells, such as rows in the database.
func (h *house) await(what string, ok func() bool) {
	h.t.Helper()
	h.awaitFor(patience, what, ok)
}

func (h *house) awaitFor(limit time.Duration, what string, ok func() bool) {
	h.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("it did not come so far in %v: %s", limit, what)
		}
	}
}

// one reads a single value from the database.
func one[T any](h *house, sql string, args ...any) T {
	h.t.Helper()
	var v T
	if err := h.pool.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// call reads a call as the journal has it; the zero Call when there is none.
func (h *house) call(where string, args ...any) telephony.Call {
	h.t.Helper()
	var c telephony.Call
	_ = h.pool.QueryRow(context.Background(), `SELECT snapshot FROM calls WHERE `+where+` ORDER BY arrived_at DESC LIMIT 1`, args...).Scan(&c)
	return c
}

// awaitCall waits until a caller's last call is as wanted.
func (h *house) awaitCall(from, what string, ok func(telephony.Call) bool) telephony.Call {
	h.t.Helper()
	var c telephony.Call
	h.await("the call of "+from+" is "+what, func() bool {
		c = h.call(`snapshot->'caller'->>'raw' = $1`, from)
		return c.ID != "" && ok(c)
	})
	return c
}

func (h *house) awaitState(from string, s telephony.State) telephony.Call {
	h.t.Helper()
	return h.awaitCall(from, string(s), func(c telephony.Call) bool { return c.State == s })
}

// phone opens a SIP phone.
func (h *house) phone(c phone.Config) *phone.Phone {
	h.t.Helper()
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	p, err := phone.New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = p.Close() })
	return p
}

// dial calls a line.
func (h *house) dial(p *phone.Phone, line, from string) *phone.Call {
	h.t.Helper()
	c, err := p.Dial(h.t.Context(), "sip:"+line+"@"+h.stack.SIPAddr, phone.Caller{Number: from})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// heard waits until something happened in a SIP call.
func (h *house) heard(c *phone.Call, kind phone.Kind) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	if _, err := c.Wait(ctx, kind); err != nil {
		h.t.Fatalf("%s: %v; so far %v", kind, err, c.Log())
	}
}

// tone waits until a tone is heard.
func (h *house) tone(c *phone.Call, hz float64) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	if err := c.WaitTone(ctx, hz); err != nil {
		h.t.Fatalf("%v Hz is not heard: %v", hz, err)
	}
}

// deskPhone registers an agent's desk phone.
func (h *house) deskPhone(agent string) *phone.Phone {
	h.t.Helper()
	p := h.phone(phone.Config{User: agent})
	if err := p.Register(h.t.Context(), h.stack.SIPAddr, agent, ""); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// picksUp answers every call with a tone until the test ends.
func (h *house) accept(p *phone.Phone) *phone.Call {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	c, err := p.Accept(ctx)
	if err != nil {
		h.t.Fatalf("the phone does not ring: %v", err)
	}
	return c
}

// logIn gives a token.
func (h *house) logIn(user string) string {
	h.t.Helper()
	var s struct{ Token string }
	h.ask("", http.MethodPost, "/api/v1/session", map[string]string{"username": user, "password": "demo"}, &s)
	if s.Token == "" {
		h.t.Fatal("no token")
	}
	return s.Token
}

// ask makes a request of the API and reads its answer into v (nil: none is wanted).
func (h *house) ask(token, method, path string, body, v any) {
	h.t.Helper()
	r := h.request(token, method, path, body)
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	if r.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %s: %s", method, path, r.Status, text)
	}
	if v != nil {
		if err := json.Unmarshal(text, v); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

func (h *house) request(token, method, path string, body any) *http.Response {
	h.t.Helper()
	raw, _ := json.Marshal(body)
	q, err := http.NewRequestWithContext(h.t.Context(), method, h.base+path, bytes.NewReader(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// ari is a way to look into Asterisk, for what a test must know from outside the server.
func (h *house) ari() *ari.Client {
	h.t.Helper()
	c, err := ari.NewClient(ari.Config{URL: h.stack.ARI.URL, Username: h.stack.ARI.User, Password: h.stack.ARI.Password, App: h.stack.ARI.App})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(c.Close)
	return c
}

func has(m message, text string) bool { return bytes.Contains(m.Data, []byte(text)) }

// flush empties Redis.
func (h *house) flush() {
	h.t.Helper()
	opt, err := redis.ParseURL(h.stack.RedisURL)
	if err != nil {
		h.t.Fatal(err)
	}
	rdb := redis.NewClient(opt)
	defer rdb.Close()
	if err := rdb.FlushAll(h.t.Context()).Err(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) freeze() { _ = h.process.Process.Signal(syscall.SIGSTOP) }
func (h *house) thaw()   { _ = h.process.Process.Signal(syscall.SIGCONT) }

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// goroutines is how many the server has, by its own metrics.
func (h *house) goroutines() int {
	h.t.Helper()
	r := h.request("", http.MethodGet, "/metrics", nil)
	defer r.Body.Close()
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			count, _ := strconv.Atoi(n)
			return count
		}
	}
	h.t.Fatal("the server does not say how many goroutines it has")
	return 0
}
