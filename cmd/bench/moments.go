package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// nextCall is G3: how soon an agent who hung up is called again while callers wait.
type nextCall struct{ p50, p99 *row }

func (n *nextCall) round(ctx context.Context, h *hall) error {
	b := burst{number: oursFewNumber, calls: 5 * fewAgents, rate: 25, talk: time.Second, uneven: true, wait: 30 * time.Second}
	us, err := h.measure(ctx, b)
	if err != nil {
		return err
	}
	b.number = queueFewNumber
	peer, err := h.measure(ctx, b)
	if err != nil {
		return err
	}
	for r, q := range map[*row]float64{n.p50: 0.5, n.p99: 0.99} {
		r.add(quantile(us.turning(), q), quantile(peer.turning(), q))
		r.doubt(us.trouble...)
		r.doubt(prefixed("Queue(): ", peer.trouble)...)
	}
	tell("agent freed: ours p50 %.1f p99 %.1f of %d, Queue() p50 %.1f p99 %.1f ms of %d %v %v", quantile(us.turning(), 0.5), quantile(us.turning(), 0.99),
		len(us.turning()), quantile(peer.turning(), 0.5), quantile(peer.turning(), 0.99), len(peer.turning()), us.trouble, peer.trouble)
	return nil
}

// screenPop is G7: how long after a bare ARI listener the desk learns of the same call, and whether that is before its
// phone rings.
type screenPop struct {
	seconds          int
	p50, p99, before *row
}

func (s *screenPop) round(ctx context.Context, h *hall) error {
	l, err := h.listen(ctx)
	if err != nil {
		return err
	}
	b := burst{number: oursNumber, calls: 10 * s.seconds, rate: 10, talk: time.Second, wait: 10 * time.Second}
	m, err := h.measure(ctx, b)
	heard := l.close()
	if err != nil {
		return err
	}
	var ms []float64
	var first, rang int
	for _, r := range m.rings {
		popped, ok := h.desks.popped(r.caller)
		came, known := heard[r.caller]
		if !known {
			m.trouble = append(m.trouble, "the listener did not hear of a call")
			continue
		}
		rang++
		if ok {
			ms = append(ms, inMillis(popped.Sub(came)))
		}
		if ok && popped.Before(r.at) {
			first++
		}
	}
	if len(ms) < b.calls {
		m.trouble = append(m.trouble, fmt.Sprintf("%d of %d calls were shown at a desk", len(ms), b.calls))
	}
	s.p50.add(quantile(ms, 0.5))
	s.p99.add(quantile(ms, 0.99))
	s.before.add(100 * float64(first) / float64(max(1, rang)))
	for _, r := range []*row{s.p50, s.p99, s.before} {
		r.doubt(m.trouble...)
	}
	tell("screen-pop: p50 %.1f p99 %.1f ms, before the phone %d of %d %v", quantile(ms, 0.5), quantile(ms, 0.99), first, rang, m.trouble)
	return nil
}

// listener is a program that does nothing but hear of calls: a second ARI application that is told of everything.
type listener struct {
	conn *websocket.Conn
	done chan struct{}
	mu   sync.Mutex
	came map[string]time.Time // caller's number -> its channel entered the server's application
}

func (h *hall) listen(ctx context.Context) (*listener, error) {
	q := http.Request{Header: http.Header{}}
	q.SetBasicAuth(h.stack.ARI.User, h.stack.ARI.Password)
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(h.stack.ARI.URL, "http")+"/events?app=bench&subscribeAll=true", q.Header)
	if err != nil {
		return nil, fmt.Errorf("bare listener: %w", err)
	}
	l := &listener{conn: conn, done: make(chan struct{}), came: map[string]time.Time{}}
	go l.read()
	_, err = h.ask(ctx, http.MethodPut, "/applications/bench/eventFilter", strings.NewReader(`{"allowed":[{"type":"ChannelDialplan"}]}`))
	if err != nil {
		l.close()
		return nil, fmt.Errorf("bare listener: %w", err)
	}
	return l, nil
}

func (l *listener) read() {
	defer close(l.done)
	for {
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		at := time.Now()
		var e struct {
			App     string `json:"dialplan_app"`
			Channel struct{ Caller struct{ Number string } }
		}
		if json.Unmarshal(text, &e) != nil || e.App != "Stasis" {
			continue
		}
		l.mu.Lock()
		l.came[e.Channel.Caller.Number] = at
		l.mu.Unlock()
	}
}

// close ends it and gives what it heard.
func (l *listener) close() map[string]time.Time {
	l.conn.Close()
	<-l.done
	return l.came
}
