package callqueue

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrUnavailable says that Redis did not answer; nothing is known about whether the change was made.
	// Every method is harmless to call again.
	ErrUnavailable = errors.New("queue unavailable")
	// ErrStale says that the token is not the agent's current one: the reservation is over.
	ErrStale = errors.New("reservation is over")
	// ErrBusy says that the agent has another call.
	ErrBusy = errors.New("agent is busy")
	// ErrOffline says that no desk of the agent is connected, or that the agent is not known.
	ErrOffline = errors.New("agent is offline")
	// ErrNoWrapup says that the agent is not in the wrap-up of that call, or has extended it before.
	ErrNoWrapup = errors.New("no such wrap-up")
)

// State is what an agent does.
type State string

const (
	Offline State = "offline" // no desk, or the agent's wish
	Ready   State = "ready"   // may be offered a call
	Ringing State = "ringing" // reserved for a caller, until the lease ends
	Talking State = "talking" // with a caller, or dialling one
	Hold    State = "hold"    // the caller hears music
	Wrapup  State = "wrapup"  // after-call work, timed by the server
	Pause   State = "pause"   // not ready, with a reason
)

// How a reservation goes on or ends: the further words that Seat takes beside talking, hold and wrapup.
const (
	Free   = "free"   // as before the offer: ready with the idle time kept
	Missed = "missed" // did not answer or declined: paused with the cause for a while, then ready
)

// Reasons that the floor itself gives.
const (
	ReasonLogOn  = "logon"  // a desk came after a long absence; its agent has not said "ready" yet
	ReasonLost   = "lost"   // nobody turned the offer into anything before its lease ended
	ReasonServer = "server" // the server node of the desk is gone
)

// Presence is an agent on the floor. Times that do not apply are zero.
type Presence struct {
	Agent      string    `json:"agent"`
	State      State     `json:"state"`
	Reason     string    `json:"reason"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until,omitzero"` // when the state ends by itself
	Call       string    `json:"call,omitempty"` // offered, talked to, or wrapped up
	Token      int64     `json:"token,omitempty"`
	Queues     []string  `json:"queues"`
	Device     string    `json:"device"`
	Next       State     `json:"next,omitempty"` // wished for after the call and its wrap-up
	NextReason string    `json:"next_reason,omitempty"`
	Version    int64     `json:"version"` // grows with every change
}

// Waiting is a caller in a queue.
type Waiting struct {
	Call     string    `json:"call"`
	Queue    string    `json:"queue"`
	Since    time.Time `json:"since"`    // first arrival
	Priority int       `json:"priority"` // steps of advance
	Node     string    `json:"node"`     // server node that has the call, as in Options.Node
}

// Match is a reservation: this agent for this call.
type Match struct {
	Call     string    `json:"call"`
	Agent    string    `json:"agent"`
	Device   string    `json:"device"`
	Queue    string    `json:"queue"`
	Node     string    `json:"node"`
	Token    int64     `json:"token"`
	Since    time.Time `json:"since"` // the caller's first arrival
	Priority int       `json:"priority"`
}

// Events is told what happens on the floor, one call at a time and in order, by Run. It must not block.
type Events interface {
	// Matched is called at the node of the call, at least once for each reservation made by the floor.
	Matched(Match)
	// PresenceChanged is called at every node; of several quick changes the last one is certain to come.
	PresenceChanged(Presence)
	// Emptied says that Redis lost its data, or gave this node up for dead: every desk calls LogOn and Set again,
	// every call Enqueue or Reclaim.
	Emptied()
}

// Options tune a floor; the zero value of each field means its default.
type Options struct {
	Node        string           // this server node; default "main"
	Ageing      time.Duration    // how much waiting one step of priority is worth; default 60 s
	Lease       time.Duration    // how long an offer may stay unanswered; default 45 s, longer than pop and ring
	MissedPause time.Duration    // how long an agent who missed a call is paused; default 1 min
	Return      time.Duration    // a desk that is back within this time finds its agent's state again; default 2 min
	Timeout     time.Duration    // for one request to Redis; default 2 s
	Log         *slog.Logger     // default slog.Default()
	Now         func() time.Time // the clock; default time.Now
}

func (o Options) withDefaults() Options {
	set(&o.Node, "main")
	set(&o.Ageing, time.Minute)
	set(&o.Lease, 45*time.Second)
	set(&o.MissedPause, time.Minute)
	set(&o.Return, 2*time.Minute)
	set(&o.Timeout, 2*time.Second)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func set[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// Floor is one server node's view of the floor. Its methods may be called from anywhere, before Run too:
// what there is to tell waits for it.
type Floor struct {
	rdb     redis.UniversalClient
	prefix  string // "hotline:{system}:"
	opt     Options
	scripts scripts

	boot    string // this process: which desks are its own, which news it has told itself
	request atomic.Int64
	news    news
	timer   alarm
	begun   chan struct{} // see Begun

	mu    sync.Mutex
	epoch string // what Redis must still say; empty before the first answer
}

// New makes the floor of a system. All its keys share the hash tag {system}.
func New(rdb redis.UniversalClient, system string, opt Options) *Floor {
	return &Floor{
		rdb:     rdb,
		prefix:  "hotline:{" + system + "}:",
		opt:     opt.withDefaults(),
		scripts: load(nil),
		boot:    rand.Text()[:10],
		news:    newNews(),
		timer:   newAlarm(),
		begun:   make(chan struct{}),
	}
}

// Check reports whether Redis answers; it is what a readiness probe asks.
func (f *Floor) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	return unavailable(f.rdb.Ping(ctx).Err())
}
