package ari

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"

	"hotline/telephony"
)

// join lets the customer and the agent hear each other. A bridge that is there already means that they were apart:
// then an announcement may still run, and Asterisk would let the join wait for its end.
func (m *Media) join(ctx context.Context, c telephony.Call, a telephony.Action) error {
	bridge := telephony.Name(telephony.RoleBridge, c.ID)
	work, first := errgroup.WithContext(ctx)
	work.Go(func() error { return m.stopMusic(first, c.Channel) })
	work.Go(func() error {
		err := m.client.CreateBridge(first, bridge)
		if errors.Is(err, ErrConflict) {
			return m.client.StopPlay(first, moment(c))
		}
		return err
	})
	if err := work.Wait(); err != nil {
		return err
	}
	return absent(m.client.AddToBridge(ctx, bridge, c.Channel, a.Leg))
}

// split takes both out of the bridge. The customer hears the announcement, then music: Asterisk does what a channel is
// told one after the other. Outside a bridge both need no channel of their own in Asterisk, as music in a bridge would.
func (m *Media) split(ctx context.Context, c telephony.Call, a telephony.Action) error {
	bridge := telephony.Name(telephony.RoleBridge, c.ID)
	work, first := errgroup.WithContext(ctx)
	for _, channel := range []string{c.Channel, a.Leg} {
		if channel != "" {
			work.Go(func() error { return absent(m.client.TakeFromBridge(first, bridge, channel)) })
		}
	}
	if err := work.Wait(); err != nil {
		return err
	}
	if len(a.Media) > 0 {
		if err := m.client.Play(ctx, c.Channel, moment(c), a.Media, c.Language); err != nil {
			m.log.Warn("prompt could not be played", "call", c.ID, "media", a.Media, "err", err)
		}
	}
	return gone(m.client.Music(ctx, c.Channel, ""))
}

// moment is the playback of "one moment". No call waits for its end.
func moment(c telephony.Call) string { return telephony.Name(telephony.RolePlay, c.ID, "moment") }

// absent takes it as done when a channel or bridge is not there (any more), or the channel not in the bridge: the Link tells
// of channels that end.
func absent(err error) error {
	var e *Error
	if errors.As(err, &e) {
		switch e.Status {
		case http.StatusNotFound: // the bridge
			return nil
		case http.StatusBadRequest: // "Channel not found"
			return nil
		case http.StatusUnprocessableEntity: // "Channel not in this bridge"
			return nil
		}
	}
	return err
}

// clear leaves nothing of the call in Asterisk. Its channels have been hung up before, the snoop channels end with the
// customer's; what was missed is found by Orphans.
func (m *Media) clear(ctx context.Context, c telephony.Call) error {
	m.music.not(ctx, c.Channel)
	err := m.detachAll(c)
	if c.AnsweredAt.IsZero() {
		return err // never joined: there is no bridge
	}
	return errors.Join(err, m.client.DestroyBridge(ctx, telephony.Name(telephony.RoleBridge, c.ID)))
}

// GiveBack returns a customer's channel to the dialplan, which takes a message (the server cannot serve the call).
func (m *Media) GiveBack(ctx context.Context, channel string) error {
	if err := m.client.SetVariable(ctx, channel, "HOTLINE_FALLBACK", "1"); err != nil {
		return gone(err)
	}
	return gone(m.client.Continue(ctx, channel, "", "", ""))
}
