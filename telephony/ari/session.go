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

// session is one connection from its beginning to its end.
//
//	read    socket -> inbox, never waits
//	deliver filter, list, Connected, then inbox -> handler
//	watch   pings; closes the socket at the end, when Asterisk is silent, or when the calls are stuck
type session struct {
	*Link
	conn *websocket.Conn
	in   *inbox
	work *errgroup.Group // all goroutines of the session
}

// serve lives through one session.
func (l *Link) serve(ctx context.Context, h Handler) error {
	conn, err := l.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	work, ctx := errgroup.WithContext(ctx)
	s := &session{l, conn, newInbox(), work}
	work.Go(s.read)
	work.Go(func() error { return s.watch(ctx) })
	work.Go(func() error {
		inv, err := s.begin(ctx)
		if err != nil {
			return err
		}
		l.log.Info("link to Asterisk is up", "app", inv.App, "channels", len(inv.Channels))
		h.Connected(ctx, inv)
		return s.deliver(ctx, h)
	})
	return work.Wait()
}

// begin asks for the events that we use, then looks at what is there.
func (s *session) begin(ctx context.Context) (Inventory, error) {
	if err := s.client.Filter(ctx, types...); err != nil {
		return Inventory{}, err
	}
	return s.client.Inventory(ctx)
}

func (s *session) read() error {
	alive := func(string) error { return s.conn.SetReadDeadline(time.Now().Add(deadline)) }
	s.conn.SetPongHandler(alive)
	alive("")
	for {
		_, raw, err := s.conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
		alive("")
		s.in.put(raw)
	}
}

// deliver hands the events on in their order. A goroutine of its own, so that the reader is always at the socket.
func (s *session) deliver(ctx context.Context, h Handler) error {
	for {
		raw, err := s.in.take(ctx)
		if err != nil {
			return err
		}
		e, ok := decode(raw)
		if !ok {
			continue
		}
		switch e.Type {
		case ari.Events.ApplicationReplaced:
			return ErrReplaced
		case ari.Events.StasisStart:
			s.client.arrivals.came(e.Channel.ID)
			if len(e.Args) > 0 && e.Args[0] == "phone" {
				s.turnAway(ctx, e.Channel.ID)
			}
		}
		if call, ev, ok := translate(e); ok {
			h.Event(call, ev)
		}
	}
}

// turnAway ends a call that a desk phone dialled by itself: agents dial from their desk, so that it gets a ticket.
func (s *session) turnAway(ctx context.Context, channel string) {
	s.work.Go(func() error {
		if err := s.client.Hangup(ctx, channel, "rejected"); err != nil {
			s.log.Warn("desk phone could not be turned away", "channel", channel, "err", err)
		}
		return nil
	})
}

// watch keeps the pulse. Closing the socket is what ends read.
func (s *session) watch(ctx context.Context) error {
	defer s.conn.Close()
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			s.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(pulse))
			return ctx.Err()
		case <-tick.C:
			if !s.alive() {
				return errStuck
			}
			if err := s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(deadline)); err != nil {
				return fmt.Errorf("ping: %w", err)
			}
		}
	}
}
