package ari

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/CyCoreSystems/ari/v5"
)

func (c *Client) bridge(ctx context.Context, method, id, what string, q url.Values, name ...string) error {
	path := []string{"bridges", id}
	if what != "" {
		path = append(append(path, what), name...)
	}
	return c.do(ctx, request{method: method, path: path, query: q}, nil)
}

// Bridges lists all bridges of Asterisk.
func (c *Client) Bridges(ctx context.Context) ([]ari.BridgeData, error) {
	var list []ari.BridgeData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"bridges"}}, &list)
	return list, err
}

// Bridge gives one bridge.
func (c *Client) Bridge(ctx context.Context, id string) (ari.BridgeData, error) {
	var b ari.BridgeData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"bridges", id}}, &b)
	return b, err
}

// CreateBridge makes a mixing bridge. It asks for nothing more, so that Asterisk takes the cheapest technology that
// serves: two plain channels are not mixed but passed on. ErrConflict when the bridge is there already.
func (c *Client) CreateBridge(ctx context.Context, id string) error {
	return c.bridge(ctx, http.MethodPost, id, "", query("type", "mixing"))
}

// AddToBridge puts channels into a bridge.
func (c *Client) AddToBridge(ctx context.Context, id string, channels ...string) error {
	return c.bridge(ctx, http.MethodPost, id, "addChannel", query("channel", strings.Join(channels, ",")))
}

// TakeFromBridge takes channels out of a bridge.
func (c *Client) TakeFromBridge(ctx context.Context, id string, channels ...string) error {
	return c.bridge(ctx, http.MethodPost, id, "removeChannel", query("channel", strings.Join(channels, ",")))
}

// BridgeMusic plays music on hold to all in a bridge.
func (c *Client) BridgeMusic(ctx context.Context, id, class string) error {
	return c.bridge(ctx, http.MethodPost, id, "moh", query("mohClass", class))
}

// StopBridgeMusic ends it.
func (c *Client) StopBridgeMusic(ctx context.Context, id string) error {
	return c.bridge(ctx, http.MethodDelete, id, "moh", nil)
}

// PlayToBridge plays media to all in a bridge as one playback.
func (c *Client) PlayToBridge(ctx context.Context, id, playback string, media []string, language string) error {
	q := query("media", strings.Join(media, ","), "lang", language)
	return done(c.bridge(ctx, http.MethodPost, id, "play", q, playback))
}

// DestroyBridge ends a bridge; its channels stay. A bridge that is gone already, or just going (409), is no error.
func (c *Client) DestroyBridge(ctx context.Context, id string) error {
	return done(gone(c.bridge(ctx, http.MethodDelete, id, "", nil)))
}
