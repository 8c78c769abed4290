package ari

import (
	"context"
	"errors"
	"time"

	"github.com/CyCoreSystems/ari/v5"
	"golang.org/x/sync/errgroup"

	"hotline/telephony"
)

// join lets the customer and the agent hear each other.
func (m *Media) join(ctx context.Context, c telephony.Call, a telephony.Action) error {
	bridge := telephony.Name(telephony.RoleBridge, c.ID)
	work, wctx := errgroup.WithContext(ctx)
	work.Go(func() error { return done(m.client.CreateBridge(wctx, bridge)) })
	work.Go(func() error { return gone(m.client.StopMusic(wctx, c.Channel)) })
	if err := work.Wait(); err != nil {
		return err
	}
	return m.client.AddToBridge(ctx, bridge, c.Channel, a.Leg)
}

// split takes both out of the bridge; the customer hears media, then music.
func (m *Media) split(ctx context.Context, c telephony.Call, a telephony.Action) error {
	bridge := telephony.Name(telephony.RoleBridge, c.ID)
	if err := m.client.TakeFromBridge(ctx, bridge, c.Channel); err != nil {
		return err
	}
	return m.client.Music(ctx, c.Channel, "")
}

// tape records the talk, each side apart: two snoop channels on the customer's channel, one for what the customer says,
// one for what the customer hears. Their lengths are the wall clock's, and both begin together.
func (m *Media) tape(ctx context.Context, c telephony.Call) error {
	work, ctx := errgroup.WithContext(ctx)
	both := make(chan struct{}, 2)
	for _, side := range sides {
		work.Go(func() error { return m.side(ctx, c, side, both) })
	}
	return work.Wait()
}

var sides = [...]ari.Direction{"in", "out"}

const entry = 500 * time.Millisecond // longest wait for a snoop channel; it takes a few

func (m *Media) side(ctx context.Context, c telephony.Call, side ari.Direction, both chan struct{}) error {
	snoop := telephony.Name(telephony.RoleSnoop, c.ID, string(side))
	entered := m.client.arrivals.expect(snoop)
	defer m.client.arrivals.forget(snoop)
	err := m.client.Snoop(ctx, c.Channel, snoop, ari.SnoopOptions{Spy: side})
	if err != nil {
		return err
	}
	await(ctx, entered, entry)
	return done(m.client.Record(ctx, snoop, telephony.Name(telephony.RoleTape, c.ID, string(side)), ari.RecordingOptions{Format: wav, Exists: "fail"}))
}

// clear leaves nothing of the call in Asterisk. The bridge goes first, its channels after it.
func (m *Media) clear(ctx context.Context, c telephony.Call) error {
	if c.Legs == 0 {
		return nil
	}
	return errors.Join(m.client.DestroyBridge(ctx, telephony.Name(telephony.RoleBridge, c.ID)))
}
