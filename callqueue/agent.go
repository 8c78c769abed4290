package callqueue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// LogOn says that a desk of the agent is connected to this node, with these queues and this device. After a loss shorter than
// Options.Return, or while a call holds it, the agent is in its state again; else it is paused with ReasonLogOn
// until it says that it is ready. Done again it changes queues and device.
func (f *Floor) LogOn(ctx context.Context, agent string, queues []string, device string) (Presence, error) {
	return f.presence(f.do(ctx, "logon", agent, strings.Join(queues, "\n"), device, ms(f.opt.Return)))
}

// LogOff says that the agent's desk at this node is gone, and why. A call goes on until Seat; then the agent is offline. It does
// nothing when the desk has been connected to another node since.
func (f *Floor) LogOff(ctx context.Context, agent, reason string) error {
	_, err := f.do(ctx, "logoff", agent, reason)
	return err
}

// Set is the wish of the agent (or of a supervisor): Ready, Pause or Offline, with a reason. A pause with an end makes the
// agent ready then; a zero until never does. During a call and its wrap-up the wish is kept in Next.
func (f *Floor) Set(ctx context.Context, agent string, s State, reason string, until time.Time) (Presence, error) {
	if s != Ready && s != Pause && s != Offline {
		return Presence{}, fmt.Errorf("an agent cannot wish for %q", s)
	}
	return f.presence(f.do(ctx, "set", agent, string(s), reason, millis(until)))
}

// FinishWrapup ends the agent's wrap-up of that call. When it is over already nothing happens.
func (f *Floor) FinishWrapup(ctx context.Context, agent, call string) (Presence, error) {
	return f.presence(f.do(ctx, "finish", agent, call, 0))
}

// ExtendWrapup adds to the wrap-up of that call, once (ErrNoWrapup).
func (f *Floor) ExtendWrapup(ctx context.Context, agent, call string, by time.Duration) (Presence, error) {
	return f.presence(f.do(ctx, "finish", agent, call, ms(by)))
}

func (f *Floor) presence(a answer, err error) (Presence, error) {
	if err == nil && a.Agent == nil {
		err = ErrOffline
	}
	if err != nil {
		return Presence{}, err
	}
	return a.Agent.presence(), nil
}

// Agent is one agent's presence; ErrOffline when the floor does not know it.
func (f *Floor) Agent(ctx context.Context, name string) (Presence, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	text, err := f.rdb.HGet(ctx, f.prefix+"agents", name).Result()
	if err == redis.Nil {
		return Presence{}, ErrOffline
	}
	if err != nil {
		return Presence{}, unavailable(err)
	}
	return readPresence(text)
}

// Presences lists every agent that the floor knows, offline ones too.
func (f *Floor) Presences(ctx context.Context) ([]Presence, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	texts, err := f.rdb.HVals(ctx, f.prefix+"agents").Result()
	if err != nil {
		return nil, unavailable(err)
	}
	list := make([]Presence, len(texts))
	for i, text := range texts {
		if list[i], err = readPresence(text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readPresence(text string) (Presence, error) {
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Presence{}, fmt.Errorf("presence: %w", err)
	}
	return r.presence(), nil
}
