package ari

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/CyCoreSystems/ari/v5"
	"golang.org/x/sync/errgroup"

	"hotline/telephony"
)

// Inventory is what there is in Asterisk at one moment.
type Inventory struct {
	App      string
	Since    time.Time // Asterisk's start: calls from before it went down with it
	Channels []ari.ChannelData
	Bridges  []ari.BridgeData
	Ours     []string // ids of the channels that our application has
}

// Inventory lists what there is.
func (c *Client) Inventory(ctx context.Context) (Inventory, error) {
	inv := Inventory{App: c.config.App}
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() (err error) { inv.Channels, err = c.Channels(ctx); return })
	work.Go(func() (err error) { inv.Bridges, err = c.Bridges(ctx); return })
	work.Go(func() error {
		info, err := c.Info(ctx)
		inv.Since = time.Time(info.StatusInfo.StartupTime)
		return err
	})
	work.Go(func() error {
		app, err := c.Application(ctx)
		inv.Ours = app.ChannelIDs
		return err
	})
	return inv, work.Wait()
}

// Has reports whether a channel is there and ours.
func (inv Inventory) Has(channel string) bool {
	return slices.Contains(inv.Ours, channel) && inv.there(channel)
}

func (inv Inventory) there(channel string) bool {
	return slices.ContainsFunc(inv.Channels, func(ch ari.ChannelData) bool { return ch.ID == channel })
}

// Adopt tells a call what of it is still there, and why its customer is not.
func (inv Inventory) Adopt(c telephony.Call) telephony.Event {
	ev := telephony.Event{Kind: telephony.Adopt, Node: inv.App}
	switch {
	case inv.Has(c.Channel):
		ev.Channel = c.Channel
	case inv.there(c.Channel):
		ev.Cause = Fallback
	case !c.ArrivedAt.IsZero() && inv.Since.After(c.ArrivedAt):
		ev.Cause = Outage
	}
	if inv.Has(c.Leg) {
		ev.Leg = c.Leg
	}
	return ev
}

// Arrival is a call from outside whose coming was not told.
type Arrival struct {
	Call  string
	Event telephony.Event
}

// Orphans ends the channels and bridges of ours that belong to no live call, and gives the calls from outside
// which wait in our application although nobody knows them: their coming was missed.
func (m *Media) Orphans(ctx context.Context, inv Inventory, live func(call string) bool) ([]Arrival, error) {
	var arrivals []Arrival
	var errs []error
	for _, ch := range inv.Channels {
		role, call, named := telephony.Owner(ch.ID)
		switch {
		case named && !live(call):
			m.log.Info("orphan channel ended", "call", call, "role", role)
			errs = append(errs, m.client.Hangup(ctx, ch.ID, "normal"))
		case !named && inv.Has(ch.ID) && !fromPhone(ch):
			call, ev := came(channelOf(ch), inv.App, line(ch))
			if call != "" && !live(call) {
				arrivals = append(arrivals, Arrival{call, ev})
			}
		}
	}
	for _, b := range inv.Bridges {
		if role, call, named := telephony.Owner(b.ID); named && role == telephony.RoleBridge && !live(call) {
			errs = append(errs, m.client.DestroyBridge(ctx, b.ID))
		}
	}
	return arrivals, errors.Join(errs...)
}

// fromPhone tells a desk phone that dials by itself from a customer; its context is named in the dialplan.
func fromPhone(ch ari.ChannelData) bool {
	return ch.Dialplan != nil && ch.Dialplan.Context == "from-phone"
}

func line(ch ari.ChannelData) string {
	if ch.Dialplan == nil {
		return ""
	}
	return ch.Dialplan.Exten
}
