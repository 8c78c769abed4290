package webrtc

import "sync"

// Kind is what happened to a seat.
type Kind int

const (
	// Connected: the browser's audio runs (ICE and DTLS done). It comes again after each Lost that healed and each new peer.
	Connected Kind = iota + 1
	// Lost: nothing has come from the browser for two seconds, or it has closed. The seat and its call stay; the page makes a new offer.
	Lost
	// TakenOver: a newer offer owns the audio now; whoever made the former one should say so and be quiet. No Lost comes
	// for the former one; Connected comes when the new one runs.
	TakenOver
	// Digit: the agent pressed a key (RFC 4733 telephone-event, reported at its start).
	Digit
)

// String is the kind as it stands in logs.
func (k Kind) String() string {
	switch k {
	case Connected:
		return "connected"
	case Lost:
		return "lost"
	case TakenOver:
		return "taken over"
	case Digit:
		return "digit"
	}
	return "unknown"
}

// Event is one thing that happened to a seat.
type Event struct {
	Kind  Kind
	Digit byte // '0' to '9', '*', '#', 'A' to 'D'; only with Kind Digit
}

// maxDigits is how many unread key presses are kept: a browser can make them faster than anybody reads.
const maxDigits = 64

// news hands events to the callback in order without ever holding up the one who tells.
type news struct {
	on func(Event)

	mu     sync.Mutex
	more   sync.Cond
	queue  []Event
	closed bool
}

func newNews(on func(Event)) *news {
	n := &news{on: on}
	n.more.L = &n.mu
	return n
}

func (n *news) tell(ev Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.on == nil || n.closed || ev.Kind == Digit && len(n.queue) >= maxDigits {
		return
	}
	n.queue = append(n.queue, ev)
	n.more.Signal()
}

// run delivers until close, and then what is left.
func (n *news) run() {
	for {
		n.mu.Lock()
		for len(n.queue) == 0 && !n.closed {
			n.more.Wait()
		}
		queue := n.queue
		n.queue = nil
		n.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, ev := range queue {
			n.on(ev)
		}
	}
}

func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	n.more.Signal()
}
