package ari

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/CyCoreSystems/ari/v5"
)

// Ping asks whether Asterisk answers and gives the time that it took.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"asterisk", "ping"}}, nil)
	return time.Since(start), err
}

// Info gives Asterisk's version, entity and start time.
func (c *Client) Info(ctx context.Context) (ari.AsteriskInfo, error) {
	var info ari.AsteriskInfo
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"asterisk", "info"}}, &info)
	return info, err
}

// Check says in one line what is wrong with the way to Asterisk, for the start of the server and its doctor.
func (c *Client) Check(ctx context.Context) error {
	info, err := c.Info(ctx)
	if err != nil {
		return fmt.Errorf("asterisk at %s: %w", c.config.URL, err)
	}
	if info.SystemInfo.Version == "" {
		return fmt.Errorf("asterisk at %s: what answers there is not ARI", c.config.URL)
	}
	return nil
}

// Module reports whether a module of Asterisk runs; ErrNotFound when it is not loaded.
func (c *Client) Module(ctx context.Context, name string) error {
	return c.do(ctx, request{method: http.MethodGet, path: []string{"asterisk", "modules", name}}, nil)
}

// Application gives what our application has subscribed to: its channels and bridges.
// ErrNotFound when no websocket has brought it to life.
func (c *Client) Application(ctx context.Context) (ari.ApplicationData, error) {
	var app ari.ApplicationData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"applications", c.config.App}}, &app)
	return app, err
}

// Filter lets Asterisk send our application these types of event and no others.
func (c *Client) Filter(ctx context.Context, types ...string) error {
	type allowed struct {
		Type string `json:"type"`
	}
	var filter struct {
		Allowed []allowed `json:"allowed"`
	}
	for _, t := range types {
		filter.Allowed = append(filter.Allowed, allowed{t})
	}
	return c.do(ctx, request{method: http.MethodPut, path: []string{"applications", c.config.App, "eventFilter"}, body: filter}, nil)
}

// Global sets a variable of the whole Asterisk, which its dialplan can read.
func (c *Client) Global(ctx context.Context, name, value string) error {
	return c.do(ctx, request{method: http.MethodPost, path: []string{"asterisk", "variable"}, query: query("variable", name, "value", value)}, nil)
}
