package ari

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v5"
)

// query makes url.Values of pairs; empty values are left out.
func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// channel asks something of a channel: what is the part of the address behind its id, with the name that follows it.
func (c *Client) channel(ctx context.Context, method, id, what string, q url.Values, name ...string) error {
	path := []string{"channels", id}
	if what != "" {
		path = append(append(path, what), name...)
	}
	return c.do(ctx, request{method: method, path: path, query: q}, nil)
}

// Channels lists all channels of Asterisk, ours and others.
func (c *Client) Channels(ctx context.Context) ([]ari.ChannelData, error) {
	var list []ari.ChannelData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"channels"}}, &list)
	return list, err
}

// Channel gives one channel.
func (c *Client) Channel(ctx context.Context, id string) (ari.ChannelData, error) {
	var ch ari.ChannelData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"channels", id}}, &ch)
	return ch, err
}

// Answer answers a channel; one that is up stays up.
func (c *Client) Answer(ctx context.Context, id string) error {
	return c.channel(ctx, http.MethodPost, id, "answer", nil)
}

// Ring lets the caller hear ringing.
func (c *Client) Ring(ctx context.Context, id string) error {
	return c.channel(ctx, http.MethodPost, id, "ring", nil)
}

// Hangup ends a channel. Reason is one of Asterisk's words ("normal", "busy", "congestion", "rejected" ...).
// A channel that is gone already is no error.
func (c *Client) Hangup(ctx context.Context, id, reason string) error {
	return gone(c.channel(ctx, http.MethodDelete, id, "", query("reason", reason)))
}

// SetVariable sets a variable or function ("TIMEOUT(absolute)") of a channel.
func (c *Client) SetVariable(ctx context.Context, id, name, value string) error {
	return c.channel(ctx, http.MethodPost, id, "variable", url.Values{"variable": {name}, "value": {value}})
}

// Variable gives a variable or function of a channel, empty when it is not set.
func (c *Client) Variable(ctx context.Context, id, name string) (string, error) {
	var v struct{ Value string }
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"channels", id, "variable"}, query: query("variable", name)}, &v)
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusNotFound && strings.Contains(e.Text, "variable") {
		return "", nil // "Provided variable was not found"
	}
	return v.Value, err
}

// Continue gives a channel back to the dialplan, behind Stasis() or at the place that is named.
func (c *Client) Continue(ctx context.Context, id, context, extension, priority string) error {
	return c.channel(ctx, http.MethodPost, id, "continue", query("context", context, "extension", extension, "priority", priority))
}

// Play plays media one after the other to a channel as one playback.
func (c *Client) Play(ctx context.Context, id, playback string, media []string, language string) error {
	q := query("media", strings.Join(media, ","), "lang", language)
	return done(c.channel(ctx, http.MethodPost, id, "play", q, playback))
}

// Record records what comes from a channel. The same name twice is one recording.
func (c *Client) Record(ctx context.Context, id, name string, o ari.RecordingOptions) error {
	q := query("name", name, "format", o.Format, "maxDurationSeconds", seconds(o.MaxDuration),
		"maxSilenceSeconds", seconds(o.MaxSilence), "ifExists", o.Exists, "terminateOn", o.Terminate)
	if o.Beep {
		q.Set("beep", "true")
	}
	return c.channel(ctx, http.MethodPost, id, "record", q)
}

// Snoop makes a channel, named snoop, that hears one direction of another.
func (c *Client) Snoop(ctx context.Context, id, snoop string, o ari.SnoopOptions) error {
	q := query("spy", string(o.Spy), "whisper", string(o.Whisper), "app", c.config.App, "appArgs", o.AppArgs)
	err := c.channel(ctx, http.MethodPost, id, "snoop", q, snoop)
	if errors.Is(err, errInside) { // what Asterisk says when it is there already
		if _, missing := c.Channel(ctx, snoop); missing == nil {
			return nil
		}
	}
	return err
}

// Originate makes and dials a channel under the name r.ChannelID, which enters our application when it is answered.
func (c *Client) Originate(ctx context.Context, r ari.OriginateRequest) error {
	timeout := ""
	if r.Timeout != 0 {
		timeout = strconv.Itoa(r.Timeout)
	}
	q := query("endpoint", r.Endpoint, "app", c.config.App, "appArgs", r.AppArgs, "callerId", r.CallerID,
		"timeout", timeout, "formats", r.Formats, "originator", r.Originator)
	return done(c.do(ctx, request{method: http.MethodPost, path: []string{"channels", r.ChannelID}, query: q, body: variables(r.Variables)}, nil))
}

// Create makes a channel in our application without dialling it yet; see Dial.
func (c *Client) Create(ctx context.Context, r ari.ChannelCreateRequest) error {
	q := query("endpoint", r.Endpoint, "app", c.config.App, "appArgs", r.AppArgs, "channelId", r.ChannelID,
		"formats", r.Formats, "originator", r.Originator)
	return done(c.do(ctx, request{method: http.MethodPost, path: []string{"channels", "create"}, query: q}, nil))
}

// Dial dials a channel that Create made.
func (c *Client) Dial(ctx context.Context, id, caller string, timeout time.Duration) error {
	return c.channel(ctx, http.MethodPost, id, "dial", query("caller", caller, "timeout", seconds(timeout)))
}

// ExternalMedia makes a channel whose audio is RTP from and to o.ExternalHost.
// The channel that comes back names in its variables where Asterisk wants the audio sent.
func (c *Client) ExternalMedia(ctx context.Context, o ari.ExternalMediaOptions) (ari.ChannelData, error) {
	q := query("channelId", o.ChannelID, "app", c.config.App, "external_host", o.ExternalHost, "format", o.Format,
		"encapsulation", o.Encapsulation, "transport", o.Transport, "direction", o.Direction)
	var ch ari.ChannelData
	err := c.do(ctx, request{method: http.MethodPost, path: []string{"channels", "externalMedia"}, query: q, body: variables(o.Variables)}, &ch)
	return ch, err
}

// Music starts music on hold for a channel.
func (c *Client) Music(ctx context.Context, id, class string) error {
	return c.channel(ctx, http.MethodPost, id, "moh", query("mohClass", class))
}

// StopMusic ends the music on hold of a channel.
func (c *Client) StopMusic(ctx context.Context, id string) error {
	return c.channel(ctx, http.MethodDelete, id, "moh", nil)
}

// DTMF sends keys to a channel. It is never repeated.
func (c *Client) DTMF(ctx context.Context, id, keys string) error {
	return c.do(ctx, request{method: http.MethodPost, path: []string{"channels", id, "dtmf"}, query: query("dtmf", keys), once: true}, nil)
}

func variables(v map[string]string) any {
	if len(v) == 0 {
		return nil
	}
	return map[string]any{"variables": v}
}
