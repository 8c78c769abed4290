package ari

import (
	"context"
	"time"

	"github.com/CyCoreSystems/ari/v5"
	"golang.org/x/sync/errgroup"

	"hotline/telephony"
)

const (
	wav   = "wav"                  // 8 kHz, 16 bit, mono
	entry = 500 * time.Millisecond // longest wait for a snoop channel to enter; it takes one or two
)

// tape records the talk, each side apart, through two snoop channels on the customer's channel: "in" is what the customer
// says, "out" what the customer hears. Both recordings begin together, when both snoop channels are there, and last as long as
// the clock on the wall says, however silent one side is. They end with the customer's channel.
func (m *Media) tape(ctx context.Context, c telephony.Call) error {
	sides := []ari.Direction{"in", "out"}
	snoops, inner := errgroup.WithContext(ctx)
	for _, side := range sides {
		snoops.Go(func() error { return m.snoop(inner, c, side) })
	}
	if err := snoops.Wait(); err != nil {
		return gone(err)
	}
	tapes, inner := errgroup.WithContext(ctx)
	for _, side := range sides {
		tapes.Go(func() error {
			name := telephony.Name(telephony.RoleTape, c.ID, string(side))
			return done(m.client.Record(inner, snoop(c, side), name, ari.RecordingOptions{Format: wav, Exists: "fail"}))
		})
	}
	return gone(tapes.Wait())
}

// muteTape lets both sides of a recording hold silence, or sound again. A recording that is over is no error.
func (m *Media) muteTape(ctx context.Context, a telephony.Action) error {
	sides, ctx := errgroup.WithContext(ctx)
	for _, side := range []string{"in", "out"} {
		sides.Go(func() error { return gone(m.client.MuteRecord(ctx, a.Name+"~"+side, a.Do == telephony.MuteTape)) })
	}
	return sides.Wait()
}

func snoop(c telephony.Call, side ari.Direction) string {
	return telephony.Name(telephony.RoleSnoop, c.ID, string(side))
}

// snoop makes one snoop channel and waits until it can be recorded.
func (m *Media) snoop(ctx context.Context, c telephony.Call, side ari.Direction) error {
	id := snoop(c, side)
	entered := m.client.arrivals.expect(id)
	defer m.client.arrivals.forget(id)
	if err := m.client.Snoop(ctx, c.Channel, id, ari.SnoopOptions{Spy: side}); err != nil {
		return err
	}
	await(ctx, entered, entry)
	return nil
}
