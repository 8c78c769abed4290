package callqueue

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var lua embed.FS

// scripts are the Lua scripts by the name of their file.
type scripts map[string]*redis.Script

// load reads the scripts; patch, if any, changes their text first (tests plant faults with it).
func load(patch func(name, text string) string) scripts {
	text := func(name string) string {
		b, err := lua.ReadFile("lua/" + name + ".lua")
		if err != nil {
			panic(err) // embedded: cannot be missing
		}
		if patch != nil {
			return patch(name, string(b))
		}
		return string(b)
	}
	s := scripts{"epoch": redis.NewScript(text("epoch"))}
	floor, tail := text("floor"), text("tail")
	for _, name := range []string{"enqueue", "dequeue", "logon", "logoff", "set", "occupy", "seat", "finish", "expire", "beat"} {
		s[name] = redis.NewScript(floor + "\n" + text(name) + tail)
	}
	return s
}

// answer is what a script says; see lua/tail.lua.
type answer struct {
	Agents  []record    `json:"agents"` // changed
	Agent   *record     `json:"agent"`  // the one that the script is about
	Matches []matchNote `json:"matches"`
	Refused string      `json:"refused"`
	Emptied bool        `json:"emptied"`
	Due     int64       `json:"due"`
	More    string      `json:"more"`
	Server  string      `json:"server"`
}

var refusals = map[string]error{"stale": ErrStale, "busy": ErrBusy, "offline": ErrOffline, "no wrapup": ErrNoWrapup}

// do runs a script under a new request id and passes on what it changed. The client may run it twice.
func (f *Floor) do(ctx context.Context, script string, args ...any) (answer, error) {
	return f.ask(ctx, script, f.boot+strconv.FormatInt(f.request.Add(1), 36), args...)
}

// ask is do with a chosen request id; an empty one is for scripts that may be done at any time, any number of times.
func (f *Floor) ask(ctx context.Context, script, request string, args ...any) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	for range 3 {
		epoch, err := f.knownEpoch(ctx)
		if err != nil {
			return answer{}, err
		}
		a, err := f.run(ctx, script, request, epoch, args)
		if err != nil {
			return a, err
		}
		if a.Emptied {
			f.forget(epoch)
			continue
		}
		f.pass(a)
		return a, refusals[a.Refused]
	}
	return answer{}, fmt.Errorf("%w: it is being emptied again and again", ErrUnavailable)
}

func (f *Floor) run(ctx context.Context, script, request, epoch string, args []any) (a answer, err error) {
	argv := append(make([]any, 0, 16), f.opt.Now().UnixMilli(), request, epoch, f.opt.Node, f.boot,
		f.opt.Lease.Milliseconds(), f.opt.MissedPause.Milliseconds())
	text, err := f.scripts[script].Run(ctx, f.rdb, []string{f.prefix + "epoch"}, append(argv, args...)...).Text()
	if err != nil {
		f.news.doubt() // the script may have been run
		return a, unavailable(err)
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("answer of %s: %w", script, err)
	}
	return a, nil
}

// pass hands on what an answer says to Run and its timer.
func (f *Floor) pass(a answer) {
	for _, m := range a.Matches {
		f.news.match(m.match())
	}
	for _, r := range a.Agents {
		f.news.presence(r.presence())
		f.timer.arm(r.Until)
	}
}

// knownEpoch is the epoch that Redis must say. Whoever misses it first makes a new one.
func (f *Floor) knownEpoch(ctx context.Context) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.epoch != "" {
		return f.epoch, nil
	}
	own := f.boot + strconv.FormatInt(f.request.Add(1), 36)
	epoch, err := f.scripts["epoch"].Run(ctx, f.rdb, []string{f.prefix + "epoch"}, own, f.opt.Now().UnixMilli()).Text()
	if err != nil {
		return "", unavailable(err)
	}
	f.epoch = epoch
	return epoch, nil
}

// forget drops an epoch that Redis no longer says, and has everybody told once.
func (f *Floor) forget(epoch string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.epoch == epoch {
		f.epoch = ""
		f.news.emptied()
	}
}

func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// record is an agent as Redis keeps it: times in milliseconds, queues in lines.
type record struct {
	Agent      string `json:"agent"`
	State      State  `json:"state"`
	Reason     string `json:"reason"`
	Since      int64  `json:"since"`
	Until      int64  `json:"until"`
	Call       string `json:"call"`
	Token      int64  `json:"token"`
	Queues     string `json:"queues"`
	Device     string `json:"device"`
	Next       State  `json:"next"`
	NextReason string `json:"next_reason"`
	Away       string `json:"away"` // why there is no desk, if there is none
	Version    int64  `json:"version"`
}

func (r record) presence() Presence {
	p := Presence{Agent: r.Agent, State: r.State, Reason: r.Reason, Since: instant(r.Since), Until: instant(r.Until),
		Call: r.Call, Token: r.Token, Queues: strings.FieldsFunc(r.Queues, func(c rune) bool { return c == '\n' }),
		Device: r.Device, Next: r.Next, NextReason: r.NextReason, Version: r.Version}
	if r.Away != "" && r.State != Offline {
		p.Next, p.NextReason = Offline, r.Away
	}
	return p
}

// matchNote is a Match as Redis keeps it.
type matchNote struct {
	Call     string `json:"call"`
	Agent    string `json:"agent"`
	Device   string `json:"device"`
	Queue    string `json:"queue"`
	Node     string `json:"node"`
	Token    int64  `json:"token"`
	Since    int64  `json:"since"`
	Priority int    `json:"priority"`
}

func (m matchNote) match() Match {
	return Match{Call: m.Call, Agent: m.Agent, Device: m.Device, Queue: m.Queue, Node: m.Node, Token: m.Token,
		Since: instant(m.Since), Priority: m.Priority}
}

// ms writes a duration for a script.
func ms(d time.Duration) int64 { return d.Milliseconds() }
