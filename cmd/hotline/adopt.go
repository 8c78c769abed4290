package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/ari"
	"hotline/telephony/journal"
)

// adopter compares our calls with what Asterisk has: after every connect, and in rounds. It is how a new server
// takes up the calls of the one before, and how messages that the dialplan took become tickets.
type adopter struct {
	*world
	client  *ari.Client
	journal *journal.Journal
	settler *settler

	adopted atomic.Bool // the calls of an earlier process have been taken up
}

// Event answers ari.Handler.
func (a *adopter) Event(call string, ev telephony.Event) { a.exchange.Tell(call, ev) }

// Connected answers ari.Handler: listen first, then list, then reconcile.
func (a *adopter) Connected(ctx context.Context, inv ari.Inventory) {
	name := ""
	if !a.adopted.Swap(true) {
		name = telephony.Restarted
	}
	for _, c := range a.exchange.Calls() {
		if c.Node != inv.App {
			continue
		}
		ev := inv.Adopt(c)
		ev.Name = name
		a.exchange.Tell(c.ID, ev)
		if c.State == telephony.Recording && c.Message != nil && !a.stillRecording(ctx, c.Message.Name) {
			a.exchange.Tell(c.ID, telephony.Event{Kind: telephony.Stored, Name: c.Message.Name})
		}
	}
	a.orphans(ctx, inv)
	a.work.Go(a.bringHome)
}

func (a *adopter) orphans(ctx context.Context, inv ari.Inventory) {
	arrivals, err := a.media.Orphans(ctx, inv, a.live)
	if err != nil {
		a.log.Warn("leftovers in Asterisk stay for now", "err", err)
	}
	for _, n := range arrivals {
		if _, err := a.journal.Call(ctx, n.Call); errors.Is(err, journal.ErrNotFound) {
			a.exchange.Tell(n.Call, n.Event)
		} // else it has ended and is being hung up
	}
}

func (a *adopter) live(call string) bool {
	_, ok := a.exchange.Call(call)
	return ok
}

// round is how long what a lost event left undone, or a message that the dialplan is just taking, waits at most.
const round = 20 * time.Second

// Run repeats what a lost event would otherwise leave undone.
func (a *adopter) Run(ctx context.Context) error {
	next := time.NewTicker(round)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
			a.lookAround(ctx)
		}
	}
}

// lookAround tells calls whose customer is gone although nobody said so.
func (a *adopter) lookAround(ctx context.Context) {
	calls := a.exchange.Calls()
	inv, err := a.client.Inventory(ctx)
	if err != nil {
		return // not connected; Connected follows
	}
	for _, c := range calls {
		if c.Node == inv.App && c.State != telephony.Arrived && c.State != telephony.Calling && !c.Gone && !inv.Has(c.Channel) {
			a.exchange.Tell(c.ID, telephony.Event{Kind: telephony.Left, Cause: "lost"})
		}
	}
	a.orphans(ctx, inv)
	a.bringHome()
}

// bringHome does what is left to do for recordings and messages.
func (a *adopter) bringHome() {
	a.files(a.ctx)
	done, err := a.recordings.Sweep(a.ctx, a.live)
	if err != nil && a.ctx.Err() == nil {
		a.log.Warn("recordings are brought home later", "err", err)
	}
	for _, r := range done {
		a.settler.again(r.Call)
	}
	a.settler.sweep(a.ctx)
}

// files takes up whatever lies finished in Asterisk's recording folder and belongs to no live call: above all the
// messages that the dialplan recorded while no server was there, whose names say all about the call. Each becomes a
// ticket exactly once: the call's id is in the name, and the file is deleted only when ticket and recording are safe.
func (a *adopter) files(ctx context.Context) {
	stored, err := a.client.Recordings(ctx)
	if err != nil {
		a.log.Warn("recordings in Asterisk stay there for now", "err", err)
		return
	}
	if len(stored) == 0 {
		return
	}
	talking, err := a.talking(ctx)
	if err != nil {
		return
	}
	for _, f := range stored {
		item, ok := recording.ItemOf(f.Name)
		if !ok {
			a.log.Warn("Asterisk has a recording that is none of ours", "length", len(f.Name))
			continue
		}
		if talking[item.Call] || a.live(item.Call) {
			continue // it is still being spoken
		}
		if err := a.file(ctx, item); err != nil && !errors.Is(err, recording.ErrNotYet) {
			a.log.Error("a recording stays in Asterisk for now", "call", item.Call)
		}
	}
}

func (a *adopter) file(ctx context.Context, item recording.Item) error {
	if f, ok := recording.ParseFallback(item.Name); ok {
		item.StartedAt = f.At
		if err := a.journalMessage(ctx, f); err != nil {
			return err
		}
	}
	item.Node = a.client.App()
	_, err := a.recordings.Adopt(ctx, item)
	a.settler.again(item.Call)
	return err
}

// journalMessage writes down a call that no server saw.
func (a *adopter) journalMessage(ctx context.Context, f recording.Fallback) error {
	if _, err := a.journal.Call(ctx, f.Call); !errors.Is(err, journal.ErrNotFound) {
		return err
	}
	r := a.setup.Rules(f.Line)
	c := telephony.Call{ID: f.Call, Seq: 1, Direction: telephony.Inbound, Node: a.client.App(), Line: f.Line, Caller: telephony.Caller{Raw: f.Number},
		State: telephony.Ended, Language: r.Language, Queue: r.Queue, ArrivedAt: f.At, EndedAt: f.At,
		Outcome: telephony.Failed, Reason: "server was away", Gone: true}
	err := a.journal.Write(ctx, c, telephony.Event{Kind: telephony.Came, Line: f.Line, Caller: c.Caller, Node: c.Node, Cause: "server was away"})
	if errors.Is(err, telephony.ErrTaken) {
		return nil
	}
	return err
}

// talking are the calls that have a channel in Asterisk.
func (a *adopter) talking(ctx context.Context) (map[string]bool, error) {
	channels, err := a.client.Channels(ctx)
	calls := map[string]bool{}
	for _, ch := range channels {
		calls[ch.ChannelVars[ari.Variable]] = true
	}
	return calls, err
}

func (a *adopter) stillRecording(ctx context.Context, name string) bool {
	ok, err := a.client.Recording(ctx, name)
	return ok || err != nil
}
