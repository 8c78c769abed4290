package ari

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/CyCoreSystems/ari/v5"
)

func TestAnswersOfAsteriskAreTypedErrors(t *testing.T) {
	c, ctx := newClient(t), t.Context()
	tests := []struct {
		name string
		do   func() error
		want error // nil: done
	}{
		{"a channel that is not there cannot be answered", func() error { return c.Answer(ctx, "none") }, ErrNotFound},
		{"hanging up what is gone is done", func() error { return c.Hangup(ctx, "none", "normal") }, nil},
		{"an id is escaped", func() error { return c.Answer(ctx, "a/../b?c#d e") }, ErrNotFound},
		{"a bridge is made", func() error { return c.CreateBridge(ctx, "br~rest") }, nil},
		{"a bridge is made once", func() error { return c.CreateBridge(ctx, "br~rest") }, ErrConflict},
		{"a bridge is destroyed", func() error { return c.DestroyBridge(ctx, "br~rest") }, nil},
		{"destroying it again is done", func() error { return c.DestroyBridge(ctx, "br~rest") }, nil},
		{"music cannot be stopped in a bridge that is gone", func() error { return c.StopBridgeMusic(ctx, "br~rest") }, ErrNotFound},
		{"a playback that is over is stopped", func() error { return c.StopPlay(ctx, "none") }, nil},
		{"a recording that is over is stopped", func() error { return c.StopRecord(ctx, "none") }, nil},
		{"a recording that is gone is forgotten", func() error { return c.Forget(ctx, "none") }, nil},
		{"a recording that is gone cannot be fetched", func() error { _, err := c.Fetch(ctx, "none"); return err }, ErrNotFound},
		{"a phone that is not known cannot be rung", func() error {
			return c.Originate(ctx, ari.OriginateRequest{ChannelID: "leg~x", Endpoint: "PJSIP/none"})
		}, errInside},
		{"an application without a websocket is not there", func() error { _, err := c.Application(ctx); return err }, ErrNotFound},
		{"a channel that is not there has no variables", func() error { _, err := c.Variable(ctx, "none", "X"); return err }, ErrNotFound},
		{"a global variable is set", func() error { return c.Global(ctx, "HOTLINE_BEAT", "1") }, nil},
		{"all is well with the right address and password", func() error { return c.Check(ctx) }, nil},
		{"a wrong password is told", func() error {
			wrong := c.config
			wrong.Password = "wrong"
			other, err := NewClient(wrong)
			if err != nil {
				return err
			}
			defer other.Close()
			return other.Check(ctx)
		}, ErrCredentials},
	}
	for _, tt := range tests {
		if err := tt.do(); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}

func pretend(t *testing.T, h http.HandlerFunc) *Client {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(Config{URL: s.URL + "/ari", App: "x", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestARequestIsRepeatedOnceAndOnlyWhenThatHelps(t *testing.T) {
	for name, tt := range map[string]struct {
		status, want int32
		do           func(context.Context, *Client) error
	}{
		"an error inside is tried again":   {500, 2, func(ctx context.Context, c *Client) error { return c.Answer(ctx, "x") }},
		"a missing channel is not":         {404, 1, func(ctx context.Context, c *Client) error { return c.Answer(ctx, "x") }},
		"keys are never sent twice":        {500, 1, func(ctx context.Context, c *Client) error { return c.DTMF(ctx, "x", "1") }},
		"what was done is not done again":  {204, 1, func(ctx context.Context, c *Client) error { return c.Answer(ctx, "x") }},
		"a wrong password is not repeated": {401, 1, func(ctx context.Context, c *Client) error { return c.Answer(ctx, "x") }},
	} {
		var n atomic.Int32
		c := pretend(t, func(w http.ResponseWriter, _ *http.Request) { n.Add(1); w.WriteHeader(int(tt.status)) })
		if err := tt.do(t.Context(), c); (err == nil) != (tt.status < 300) {
			t.Errorf("%s: %v", name, err)
		}
		if n.Load() != tt.want {
			t.Errorf("%s: sent %d times", name, n.Load())
		}
	}
}

func TestARequestEndsAtItsDeadline(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c, err := NewClient(Config{URL: "http://" + silent.Addr().String() + "/ari", App: "x", Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := c.Check(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestAConfigurationThatCannotWorkIsToldAtOnce(t *testing.T) {
	for _, c := range []Config{{}, {URL: "127.0.0.1:8088", App: "x"}, {URL: "ftp://x/ari", App: "x"}, {URL: "http://x/ari"}, {URL: "http://x/ari", App: "a,b"}} {
		if _, err := NewClient(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
