package ari

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/CyCoreSystems/ari/v5"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

var errStuck = errors.New("the calls make no progress, leave them to the dialplan")

// session is one connection from its beginning to its end. It reports whether it was of use.
//
//	read    socket -> inbox, never waits
//	deliver filter, list, Connected, then inbox -> handler
//	watch   pings; closes the socket at the end, when Asterisk is silent, or when the calls are stuck
func (l *Link) session(ctx context.Context, h Handler) (lasted bool, err error) {
	conn, err := l.dial(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	in := newInbox()
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return l.read(conn, in) })
	work.Go(func() error { return l.watch(ctx, conn) })
	work.Go(func() error {
		inv, err := l.begin(ctx)
		if err != nil {
			return err
		}
		lasted = true
		l.log.Info("link to Asterisk is up", "app", l.client.config.App, "channels", len(inv.Channels))
		h.Connected(ctx, inv)
		return l.deliver(ctx, in, h)
	})
	err = work.Wait()
	return lasted, err
}

// begin asks for the events that we use, then looks at what is there.
func (l *Link) begin(ctx context.Context) (Inventory, error) {
	if err := l.client.Filter(ctx, types...); err != nil {
		return Inventory{}, err
	}
	return l.client.Inventory(ctx)
}

func (l *Link) read(conn *websocket.Conn, in *inbox) error {
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(deadline)) }
	conn.SetPongHandler(alive)
	alive("")
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
		alive("")
		in.put(raw)
	}
}

// deliver hands the events on in their order. A goroutine of its own, so that the reader is always at the socket.
func (l *Link) deliver(ctx context.Context, in *inbox, h Handler) error {
	for {
		raw, err := in.take(ctx)
		if err != nil {
			return err
		}
		e, ok := decode(raw)
		if !ok {
			continue
		}
		switch e := e.(type) {
		case *ari.ApplicationReplaced:
			return ErrReplaced
		case *ari.StasisStart:
			l.client.arrivals.came(e.Channel.ID)
			if len(e.Args) > 0 && e.Args[0] == "phone" {
				l.turnAway(ctx, e.Channel.ID)
			}
		}
		if call, ev, ok := translate(e); ok {
			h.Event(call, ev)
		}
	}
}

// turnAway ends a call that a desk phone dialled by itself: agents dial from their desk, so that it gets a ticket.
func (l *Link) turnAway(ctx context.Context, channel string) {
	go func() {
		if err := l.client.Hangup(ctx, channel, "rejected"); err != nil {
			l.log.Warn("desk phone could not be turned away", "channel", channel, "err", err)
		}
	}()
}

// watch keeps the pulse. Closing the socket is what ends read.
func (l *Link) watch(ctx context.Context, conn *websocket.Conn) error {
	defer conn.Close()
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(pulse))
			return ctx.Err()
		case <-tick.C:
			if !l.alive() {
				return errStuck
			}
			if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(deadline)); err != nil {
				return fmt.Errorf("ping: %w", err)
			}
		}
	}
}
