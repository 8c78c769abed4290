package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// seat is an agent's desk without a browser: a websocket that answers pops as the page does.
type seat struct {
	h     *house
	agent string
	conn  *websocket.Conn

	mu   sync.Mutex
	seen []message
	news chan struct{}
	next int
}

type message struct {
	Type string          `json:"type"`
	Re   string          `json:"re"`
	Seq  int64           `json:"seq"`
	Data json.RawMessage `json:"data"`
	at   time.Time
}

// desk connects an agent's desk.
func (h *house) desk(agent string) *seat {
	h.t.Helper()
	s := &seat{h: h, agent: agent, news: make(chan struct{}, 1)}
	s.connect(h.logIn(agent))
	h.t.Cleanup(func() { _ = s.conn.Close() })
	return s
}

func (s *seat) connect(token string) {
	s.h.t.Helper()
	conn, r, err := websocket.DefaultDialer.DialContext(s.h.t.Context(), "ws"+strings.TrimPrefix(s.h.base, "http")+"/api/v1/desk",
		http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		s.h.t.Fatalf("desk of %s: %v %v", s.agent, err, r)
	}
	s.conn = conn
	go s.read(conn)
	s.until("hello", nil)
}

func (s *seat) read(conn *websocket.Conn) {
	for {
		var m message
		if conn.ReadJSON(&m) != nil {
			return
		}
		m.at = time.Now()
		if m.Type == "call.offered" {
			s.send("pop.ack", map[string]any{"call": m.call()})
		}
		s.mu.Lock()
		s.seen = append(s.seen, m)
		s.mu.Unlock()
		select {
		case s.news <- struct{}{}:
		default:
		}
	}
}

// call is the id of the call that a message is about.
func (m message) call() string {
	var v struct {
		Call json.RawMessage `json:"call"`
	}
	_ = json.Unmarshal(m.Data, &v)
	var id string
	if json.Unmarshal(v.Call, &id) == nil {
		return id
	}
	var c struct{ ID string }
	_ = json.Unmarshal(v.Call, &c)
	return c.ID
}

func (s *seat) send(kind string, data any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	id := fmt.Sprint(s.next)
	_ = s.conn.WriteJSON(map[string]any{"type": kind, "id": id, "data": data})
	return id
}

// do sends a command and waits until it is done.
func (s *seat) do(kind string, data any) message {
	s.h.t.Helper()
	id := s.send(kind, data)
	m := s.until("", func(m message) bool { return m.Re == id })
	if m.Type == "error" {
		s.h.t.Fatalf("%s of %s: %s", kind, s.agent, m.Data)
	}
	return m
}

// until waits for a message of a type (any when empty) that fits, among all that came.
func (s *seat) until(kind string, fits func(message) bool) message {
	s.h.t.Helper()
	timeout := time.After(patience)
	for i := 0; ; {
		s.mu.Lock()
		for ; i < len(s.seen); i++ {
			if m := s.seen[i]; (kind == "" || m.Type == kind) && (fits == nil || fits(m)) {
				s.mu.Unlock()
				return m
			}
		}
		s.mu.Unlock()
		select {
		case <-s.news:
		case <-time.After(50 * time.Millisecond):
		case <-timeout:
			s.h.t.Fatalf("the desk of %s was not told %s; it was told %s", s.agent, kind, s.kinds())
		}
	}
}

func (s *seat) kinds() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, m := range s.seen {
		all = append(all, m.Type)
	}
	return strings.Join(all, " ")
}

// ready uses the agent's desk phone and becomes ready.
func (s *seat) ready() *seat {
	s.h.t.Helper()
	s.do("media.use", map[string]string{"device": "sip:" + s.agent})
	s.do("presence.set", map[string]string{"state": "ready"})
	return s
}
