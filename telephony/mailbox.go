package telephony

import "sync"

// letter is an event on its way to its call; answer is nil when nobody waits.
type letter struct {
	ev     Event
	answer replies
}

type reply struct {
	call Call
	err  error
}

type replies chan<- reply

func (r replies) give(c Call, err error) {
	if r != nil {
		r <- reply{c, err}
	}
}

// mailbox is an unbounded queue: putting never blocks, order is kept, nothing is lost.
type mailbox struct {
	news chan struct{} // holds one token while there may be letters

	mu      sync.Mutex
	letters []letter
	closed  bool
}

func newMailbox() *mailbox { return &mailbox{news: make(chan struct{}, 1)} }

// put reports false when the call is over.
func (m *mailbox) put(l letter) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.letters = append(m.letters, l)
	select {
	case m.news <- struct{}{}:
	default:
	}
	return true
}

func (m *mailbox) take() (letter, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.letters) == 0 {
		return letter{}, false
	}
	l := m.letters[0]
	m.letters = m.letters[1:]
	return l, true
}

// shut closes an empty mailbox; it reports false when there are letters.
func (m *mailbox) shut() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.letters) > 0 {
		return false
	}
	m.closed = true
	return true
}
