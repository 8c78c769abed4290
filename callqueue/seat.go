package callqueue

import (
	"context"
	"fmt"
	"time"
)

// Occupy takes an agent who dials out of ready, pause or wrap-up into talking. ErrBusy when the agent has another call or
// another agent has this one, ErrOffline without a desk. For the call that the agent has already it gives the same match.
func (f *Floor) Occupy(ctx context.Context, agent, call string) (Match, error) {
	p, err := f.presence(f.do(ctx, "occupy", agent, call))
	if err != nil {
		return Match{}, err
	}
	if p.Call != call { // a repeated request whose reservation has ended since
		return Match{}, ErrStale
	}
	return Match{Call: call, Agent: agent, Device: p.Device, Node: f.opt.Node, Token: p.Token, Since: p.Since}, nil
}

// Seat says what becomes of a reservation: "talking", "hold", or its end: Free, Missed (with the cause), "wrapup" for that
// long (0: none). ErrStale when the token is not the agent's current one, or it ended before. An end may be said again.
// The call itself is in no queue afterwards; one that goes on waiting calls Enqueue.
func (f *Floor) Seat(ctx context.Context, token int64, agent, call, as, cause string, wrapup time.Duration) error {
	switch as {
	case string(Talking), string(Hold), string(Wrapup), Free, Missed:
	default:
		return fmt.Errorf("nobody can be seated as %q", as)
	}
	if as == Missed && cause == "" {
		cause = Missed
	}
	_, err := f.do(ctx, "seat", agent, token, call, as, cause, ms(wrapup))
	return err
}

// Reclaim makes a reservation exist again as "ringing", "talking" or "hold", from what the call remembers, when Redis
// lost it. It changes nothing when it is there, and gives ErrStale when a newer one is.
func (f *Floor) Reclaim(ctx context.Context, m Match, as string) error {
	if as != string(Ringing) && as != string(Talking) && as != string(Hold) {
		return fmt.Errorf("nothing can be reclaimed as %q", as)
	}
	_, err := f.do(ctx, "seat", m.Agent, m.Token, m.Call, as, "", 0,
		m.Queue, m.Device, millis(m.Since), m.Priority, place(m.Since, m.Priority, f.opt.Ageing), m.Node)
	return err
}
