package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// desks are all agents' desks: websockets that acknowledge each screen-pop at once, as the page does, and are always ready.
type desks struct {
	mu   sync.Mutex
	pops map[string]time.Time // caller's number -> first pop about it, since forget
	open []*desk

	messages, bytes atomic.Int64 // that came, since forget
}

type desk struct {
	all   *desks
	conn  *websocket.Conn
	ready chan error // the answer to "ready"
}

const password = "bench"

// openDesks logs agents in and makes them ready.
func openDesks(ctx context.Context, base string, agents []string) (*desks, error) {
	d := &desks{pops: map[string]time.Time{}, open: make([]*desk, len(agents))}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(4)
	for i, agent := range agents {
		work.Go(func() error {
			k, err := d.connect(ctx, base, agent)
			d.open[i] = k
			return err
		})
	}
	if err := work.Wait(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *desks) connect(ctx context.Context, base, agent string) (*desk, error) {
	token, err := logIn(ctx, base, agent)
	if err != nil {
		return nil, fmt.Errorf("log-in of %s: %w", agent, err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/v1/desk",
		http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return nil, fmt.Errorf("desk of %s: %w", agent, err)
	}
	k := &desk{all: d, conn: conn, ready: make(chan error, 1)}
	go k.read()
	select {
	case err = <-k.ready:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("desk of %s: %w", agent, err)
	}
	return k, nil
}

func logIn(ctx context.Context, base, agent string) (string, error) {
	body, _ := json.Marshal(map[string]string{"username": agent, "password": password})
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	var s struct{ Token string }
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil || s.Token == "" {
		return "", fmt.Errorf("%s: no token", r.Status)
	}
	return s.Token, nil
}

func (d *desks) close() {
	for _, k := range d.open {
		if k != nil {
			k.conn.Close()
		}
	}
}

// forget begins to note pops anew.
func (d *desks) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pops = map[string]time.Time{}
	d.messages.Store(0)
	d.bytes.Store(0)
}

// popped says when the first pop about a caller was at a desk.
func (d *desks) popped(caller string) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.pops[caller]
	return at, ok
}

// read answers until the connection ends. What needs no answer is not even parsed: the desks are part of the load.
func (k *desk) read() {
	for {
		_, text, err := k.conn.ReadMessage()
		if err != nil {
			k.told(err)
			return
		}
		k.all.messages.Add(1)
		k.all.bytes.Add(int64(len(text)))
		switch at := time.Now(); {
		case is(text, "call.offered"):
			k.pop(text, at)
		case is(text, "hello"):
			k.send(`{"type":"presence.set","id":"ready","data":{"state":"ready"}}`)
		case is(text, "ok") && bytes.Contains(text, []byte(`"re":"ready"`)):
			k.told(nil)
		case is(text, "error") && bytes.Contains(text, []byte(`"re":"ready"`)):
			k.told(fmt.Errorf("not ready: %s", text))
		case is(text, "presence.changed") && bytes.Contains(text, []byte(`"state":"pause"`)):
			k.send(`{"type":"presence.set","data":{"state":"ready"}}`) // missed a call: come back at once
		}
	}
}

// is looks at the beginning of a message.
func is(text []byte, kind string) bool { return bytes.HasPrefix(text, []byte(`{"type":"`+kind+`"`)) }

func (k *desk) pop(text []byte, at time.Time) {
	var m struct {
		Data struct {
			Call struct {
				ID     string `json:"id"`
				Caller struct{ Raw string }
			} `json:"call"`
		} `json:"data"`
	}
	if json.Unmarshal(text, &m) != nil {
		return
	}
	k.send(`{"type":"pop.ack","data":{"call":"` + m.Data.Call.ID + `"}}`)
	k.all.mu.Lock()
	defer k.all.mu.Unlock()
	if _, again := k.all.pops[m.Data.Call.Caller.Raw]; !again {
		k.all.pops[m.Data.Call.Caller.Raw] = at
	}
}

// send is used by the reading goroutine only.
func (k *desk) send(text string) { _ = k.conn.WriteMessage(websocket.TextMessage, []byte(text)) }

func (k *desk) told(err error) {
	select {
	case k.ready <- err:
	default:
	}
}
