package agentdesk

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"hotline/callqueue"
	"hotline/telephony"
	"hotline/tickets"
)

// Close codes: 4000 to 4499 say "come back", 4500 and above "do not".
const (
	closeGoingAway = 4000 // this server leaves
	closeSlow      = 4008 // the desk did not keep up; it starts afresh
	closeLoggedOut = 4500 // the session ended
	closeTakenOver = 4501 // the same user opened another desk
)

const (
	queued    = 256             // messages that may wait for one desk
	pingEvery = time.Second     // a desk that does not answer for deadAfter is gone
	deadAfter = 3 * time.Second //
	writeTime = 2 * time.Second // for one message
	goodbye   = time.Second     // between our last message and the end of the connection
	longest   = 64 << 10        // bytes of one message from a desk
)

// desk is one connection of one user.
type desk struct {
	user     tickets.User
	token    string // session, to close the desk when it ends
	whole    bool   // sees the whole board
	conn     *websocket.Conn
	out      chan []byte
	gone     chan struct{} // closed when the connection is to end
	ping     chan struct{} // holds one: it is time for one
	end      sync.Once
	code     int    // why it ends
	reason   string //
	mu       sync.Mutex
	seq      int64   // of the last message
	greeted  bool    // hello was sent; what came before waits for it
	early    []frame // what came before
	uses     string  // device
	presence atomic.Pointer[callqueue.Presence]
	wishes   sync.Mutex // held while the floor is told what the agent is: see rejoin
}

// frame is one message in either direction.
type frame struct {
	Type string          `json:"type"`
	ID   string          `json:"id,omitempty"`
	Re   string          `json:"re,omitempty"`
	Seq  int64           `json:"seq,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

func newDesk(u tickets.User, token string, conn *websocket.Conn) *desk {
	d := &desk{user: u, token: token, conn: conn, out: make(chan []byte, queued), gone: make(chan struct{}), ping: make(chan struct{}, 1), uses: u.Device}
	if d.uses == "" {
		d.uses = telephony.Browser
	}
	d.whole = allowed(supervisors, u.Role)
	return d
}

func (d *desk) device() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.uses
}

// send queues a message; a desk that does not keep up is cut off and starts afresh.
func (d *desk) send(kind string, data any) { d.reply(kind, "", data) }

func (d *desk) reply(kind, re string, data any) {
	if p, ok := data.(callqueue.Presence); ok {
		d.presence.Store(&p)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return // every type that is sent can be marshalled: a test sends them all
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := frame{Type: kind, Re: re, Data: raw}
	switch {
	case d.greeted:
		d.number(f)
	case kind == "hello":
		d.greeted = true
		for _, f := range append([]frame{f}, d.early...) {
			d.number(f)
		}
		d.early = nil
	default: // hello is the first message, and does not know what happens now
		d.early = append(d.early, f)
	}
}

// number queues a message as the next one. It is called with mu held.
func (d *desk) number(f frame) {
	d.seq++
	f.Seq = d.seq
	text, _ := json.Marshal(f)
	d.push(text)
}

// push queues a message as it is; many desks may share its bytes.
func (d *desk) push(text []byte) {
	select {
	case d.out <- text:
	default:
		d.close(closeSlow, "the desk did not keep up, come back")
	}
}

// ended reports whether the connection is to end.
func (d *desk) ended() bool {
	select {
	case <-d.gone:
		return true
	default:
		return false
	}
}

// close ends the connection with a code; the writer says good-bye.
func (d *desk) close(code int, reason string) {
	d.end.Do(func() {
		d.code, d.reason = code, reason
		close(d.gone)
	})
}

// write is the only writer of the connection. It ends when the desk is closed or the connection breaks.
func (d *desk) write() {
	for {
		var err error
		select {
		case text := <-d.out:
			_ = d.conn.SetWriteDeadline(time.Now().Add(writeTime))
			err = d.conn.WriteMessage(websocket.TextMessage, text)
		case <-d.ping:
			err = d.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
		case <-d.gone:
			d.drain()
			bye := websocket.FormatCloseMessage(d.code, d.reason)
			_ = d.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTime))
			_ = d.conn.SetReadDeadline(time.Now().Add(goodbye)) // the page has this long to have read it
			return
		}
		if err != nil {
			d.close(closeGoingAway, "")
			d.conn.Close()
			return
		}
	}
}

// drain sends what was queued before the end, unless the desk is too slow for it.
func (d *desk) drain() {
	_ = d.conn.SetWriteDeadline(time.Now().Add(writeTime))
	for d.code != closeSlow {
		select {
		case text := <-d.out:
			if d.conn.WriteMessage(websocket.TextMessage, text) != nil {
				return
			}
		default:
			return
		}
	}
}

// read gives messages to handle until the connection ends, and closes it then.
func (d *desk) read(handle func(frame)) {
	defer d.conn.Close()
	d.conn.SetReadLimit(longest)
	alive := func(string) error {
		if d.ended() {
			return nil // the writer has set the last deadline
		}
		return d.conn.SetReadDeadline(time.Now().Add(deadAfter))
	}
	_ = alive("")
	d.conn.SetPongHandler(alive)
	for {
		_, text, err := d.conn.ReadMessage()
		if err != nil {
			d.close(closeGoingAway, "")
			return
		}
		if d.ended() {
			continue // who is sent away does nothing more
		}
		var f frame
		if json.Unmarshal(text, &f) == nil {
			handle(f)
		} else {
			d.send("error", failure{"invalid", "a message is a JSON object with a type"})
		}
		_ = alive("") // also for the time that handle took
	}
}

// pingAll keeps the pulse of all desks by one clock: a timer for each desk would wake the machine for each.
func (s *Server) pingAll(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, d := range s.all() {
				select {
				case d.ping <- struct{}{}:
				default: // it has not sent the last one
				}
			}
		}
	}
}
