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

// desks are all agents' desks: websockets that acknowledge each screen-pop at once, as the page does, are always ready, and
// come back when they are cut off.
type desks struct {
	base   string
	life   context.Context // ends with close
	end    context.CancelFunc
	work   sync.WaitGroup
	active []*desk

	mu   sync.Mutex
	pops map[string]time.Time // caller's number -> first pop about it, since forget

	messages, bytes, lost atomic.Int64 // that came; and desks that were cut off; since forget
}

type desk struct {
	all   *desks
	agent string
	token string
	conn  *websocket.Conn
	ready chan error // of the connection: the answer to "ready", then how it ended
}

const password = "bench"

// openDesks logs agents in and makes them ready.
func openDesks(ctx context.Context, base string, agents []string) (*desks, error) {
	d := &desks{base: base, pops: map[string]time.Time{}}
	d.life, d.end = context.WithCancel(context.WithoutCancel(ctx))
	for _, agent := range agents {
		d.active = append(d.active, &desk{all: d, agent: agent})
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(4)
	for _, k := range d.active {
		work.Go(func() (err error) {
			if k.token, err = logIn(ctx, base, k.agent); err == nil {
				err = k.connect(ctx)
			}
			if err != nil {
				return fmt.Errorf("desk of %s: %w", k.agent, err)
			}
			d.work.Go(k.live)
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// connect returns when the agent is ready.
func (k *desk) connect(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	k.conn, _, err = websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(k.all.base, "http")+"/api/v1/desk",
		http.Header{"Authorization": {"Bearer " + k.token}})
	if err != nil {
		return err
	}
	k.ready = make(chan error, 2)
	conn, ready := k.conn, k.ready
	k.all.work.Go(func() { ready <- k.read(conn, ready) })
	select {
	case err = <-k.ready:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		k.conn.Close()
	}
	return err
}

// live comes back as often as it is cut off.
func (k *desk) live() {
	for {
		select {
		case <-k.all.life.Done():
			k.conn.Close()
			return
		case <-k.ready: // the connection has ended
		}
		if k.all.life.Err() != nil {
			return
		}
		k.all.lost.Add(1)
		for k.connect(k.all.life) != nil && k.all.life.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
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
	d.end()
	d.work.Wait()
}

// forget begins to note pops anew.
func (d *desks) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pops = map[string]time.Time{}
	d.messages.Store(0)
	d.bytes.Store(0)
	d.lost.Store(0)
}

// popped says when the first pop about a caller was at a desk.
func (d *desks) popped(caller string) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.pops[caller]
	return at, ok
}

// read answers until the connection ends, and tells once that the agent is ready. What needs no answer is not even parsed: the desks are part of the load.
func (k *desk) read(conn *websocket.Conn, ready chan<- error) error {
	send := func(text string) { _ = conn.WriteMessage(websocket.TextMessage, []byte(text)) }
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		k.all.messages.Add(1)
		k.all.bytes.Add(int64(len(text)))
		switch at := time.Now(); {
		case is(text, "call.offered"):
			call, caller := offered(text)
			send(`{"type":"pop.ack","data":{"call":"` + call + `"}}`)
			k.all.note(caller, at)
		case is(text, "hello"):
			send(`{"type":"presence.set","id":"ready","data":{"state":"ready"}}`)
		case is(text, "ok") && bytes.Contains(text, []byte(`"re":"ready"`)):
			ready <- nil
		case is(text, "error") && bytes.Contains(text, []byte(`"re":"ready"`)):
			return fmt.Errorf("not ready: %s", text)
		case is(text, "presence.changed") && bytes.Contains(text, []byte(`"state":"pause"`)):
			send(`{"type":"presence.set","data":{"state":"ready"}}`) // missed a call: come back at once
		}
	}
}

// is looks at the beginning of a message.
func is(text []byte, kind string) bool { return bytes.HasPrefix(text, []byte(`{"type":"`+kind+`"`)) }

// offered reads which call a screen-pop is about, and whose.
func offered(text []byte) (call, caller string) {
	var m struct {
		Data struct {
			Call struct {
				ID     string `json:"id"`
				Caller struct{ Raw string }
			} `json:"call"`
		} `json:"data"`
	}
	_ = json.Unmarshal(text, &m)
	return m.Data.Call.ID, m.Data.Call.Caller.Raw
}

// note keeps the first pop about a caller.
func (d *desks) note(caller string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, again := d.pops[caller]; !again {
		d.pops[caller] = at
	}
}
