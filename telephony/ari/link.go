package ari

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"

	"hotline/telephony"
)

// ErrReplaced says that another server has taken over our application. We are fenced: whoever goes on now would
// fight with it.
var ErrReplaced = errors.New("another server has taken over this Asterisk")

// Handler is told what happens in Asterisk.
type Handler interface {
	// Connected is called after each connect, before the events since then: compare the calls with what is there.
	Connected(context.Context, Inventory)
	// Event must not block.
	Event(call string, ev telephony.Event)
}

// Link keeps the websocket to Asterisk.
type Link struct {
	client *Client
	alive  func() bool
	log    *slog.Logger
}

const (
	pulse    = time.Second     // between pings, and between looks at the calls' progress
	deadline = 3 * time.Second // without a sign of life the connection is given up
	patience = time.Second     // longest pause between attempts
	biggest  = 1 << 20         // of an event
)

// NewLink makes a link over client. Alive says whether the calls make progress: when it says no, the link is
// cut and stays so, and Asterisk's dialplan takes over, until it says yes. It may be nil.
func NewLink(client *Client, alive func() bool) *Link {
	if alive == nil {
		alive = func() bool { return true }
	}
	return &Link{client: client, alive: alive, log: client.config.Log}
}

// Run connects, tells h and connects again when the link is lost, until ctx ends (its error) or another server
// takes over (ErrReplaced).
func (l *Link) Run(ctx context.Context, h Handler) error {
	pause := &backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, RandomizationFactor: 0.3, Multiplier: 2, MaxInterval: patience}
	pause.Reset()
	for {
		began := time.Now()
		err := errStuck
		if l.alive() {
			err = l.serve(ctx, h)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.client.http.CloseIdleConnections() // they may be as dead as the websocket, and would cost a deadline each
		if errors.Is(err, ErrReplaced) {
			return err
		}
		if time.Since(began) > pulse { // it was up: the first attempt after a loss is immediate
			l.log.Warn("link to Asterisk lost", "err", err)
			pause.Reset()
			continue
		}
		l.log.Debug("no link to Asterisk", "err", err)
		if err := sleep(ctx, pause.NextBackOff()); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// dial opens the websocket, which brings our application to life in Asterisk.
func (l *Link) dial(ctx context.Context) (*websocket.Conn, error) {
	c := l.client.config
	q := url.Values{"app": {c.App}, "subscribeAll": {"false"}}
	head := http.Header{}
	r := http.Request{Header: head}
	r.SetBasicAuth(c.Username, c.Password)
	dialer := websocket.Dialer{HandshakeTimeout: c.Timeout}
	conn, res, err := dialer.DialContext(ctx, "ws"+c.URL[len("http"):]+"/events?"+q.Encode(), head)
	if err == nil {
		conn.SetReadLimit(biggest)
		return conn, nil
	}
	if res != nil {
		defer res.Body.Close()
		return nil, fmt.Errorf("events: %w", &Error{Status: res.StatusCode, Text: http.StatusText(res.StatusCode)})
	}
	return nil, fmt.Errorf("events: %w", err)
}
