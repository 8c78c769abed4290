package ari

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var (
	// ErrNotFound says that the channel, bridge, playback or recording is not there (any more).
	ErrNotFound = errors.New("not found in Asterisk")
	// ErrConflict says that the thing is in the wrong state: it exists already, or is not in our application.
	ErrConflict = errors.New("conflict in Asterisk")
	// ErrCredentials says that Asterisk does not know our user or its password.
	ErrCredentials = errors.New("Asterisk refuses the user name or password")

	errInside = errors.New("error inside Asterisk") // 500
)

// Error is an answer of Asterisk that is not success.
type Error struct {
	Status int    // HTTP status
	Text   string // Asterisk's own words
}

func (e *Error) Error() string { return fmt.Sprintf("asterisk: %d %s", e.Status, e.Text) }

// Is lets errors.Is see the sentinels.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrConflict:
		return e.Status == http.StatusConflict
	case errInside:
		return e.Status == http.StatusInternalServerError
	case ErrCredentials:
		return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
	}
	return false
}

// Config says where Asterisk is and who we are.
type Config struct {
	URL      string // "http://127.0.0.1:8088/ari"
	Username string
	Password string
	App      string        // name of our application, one per server node and Asterisk
	Timeout  time.Duration // of one request, default 3 s
	Log      *slog.Logger  // default: none
}

// Client is Asterisk's REST interface with deadlines and typed errors. It is safe for concurrent use.
type Client struct {
	config   Config
	http     *http.Client
	arrivals arrivals
}

const (
	defaultTimeout = 3 * time.Second
	idleTimeout    = 30 * time.Second // Asterisk closes after 60 s: we are first, so no request falls into a closing connection
	connections    = 256
	longestAnswer  = 64 << 20
)

// NewClient checks the configuration; it does not connect.
func NewClient(c Config) (*Client, error) {
	c.URL = strings.TrimSuffix(c.URL, "/")
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("address of ARI %q is not like http://127.0.0.1:8088/ari", c.URL)
	}
	if c.App == "" || strings.ContainsAny(c.App, ",& ") {
		return nil, fmt.Errorf("application name %q cannot be used with ARI", c.App)
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil // ARI is on loopback or the private network
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = connections, connections, connections
	t.IdleConnTimeout = idleTimeout
	return &Client{config: c, http: &http.Client{Transport: t}}, nil
}

// App is the name of our application.
func (c *Client) App() string { return c.config.App }

// Close lets the idle connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// request is one call of the REST interface.
type request struct {
	method string
	path   []string   // segments, escaped here
	query  url.Values // may be nil
	body   any        // sent as JSON, may be nil
	once   bool       // must not be repeated
}

// do sends r and decodes the answer into out, which may be nil. A request that failed on the way, or in Asterisk
// with a 5xx, is sent once more: everything we ask for has a name of ours, so a second time does no harm.
func (c *Client) do(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res, err := c.send(ctx, r)
	if !r.once && again(ctx, err) {
		res, err = c.send(ctx, r)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.method, strings.Join(r.path, "/"), err)
	}
	defer res.Body.Close()
	defer io.Copy(io.Discard, io.LimitReader(res.Body, longestAnswer)) // a read body keeps the connection
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, longestAnswer)).Decode(out); err != nil {
		return fmt.Errorf("%s %s: %w", r.method, strings.Join(r.path, "/"), err)
	}
	return nil
}

func again(ctx context.Context, err error) bool {
	if err == nil || ctx.Err() != nil {
		return false
	}
	var e *Error
	return !errors.As(err, &e) || e.Status >= 500
}

// send sends r once. A status of 300 and more is an *Error.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.address(r), body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.config.Username, c.config.Password)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, readError(res)
}

func (c *Client) address(r request) string {
	a := c.config.URL
	for _, s := range r.path {
		a += "/" + strings.ReplaceAll(url.PathEscape(s), "+", "%2B") // Asterisk reads "+" in a path as a blank
	}
	if len(r.query) > 0 {
		a += "?" + r.query.Encode()
	}
	return a
}

// readError reads Asterisk's words: {"message": "..."} or {"error": "..."}.
func readError(res *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	io.Copy(io.Discard, io.LimitReader(res.Body, longestAnswer))
	var said struct{ Message, Error string }
	if json.Unmarshal(b, &said) != nil {
		said.Message = http.StatusText(res.StatusCode)
	}
	return &Error{Status: res.StatusCode, Text: said.Message + said.Error}
}

// done takes ErrConflict as success: what we wanted to create under our own name is there already.
func done(err error) error {
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// gone takes ErrNotFound as success: what we wanted to end has ended.
func gone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
