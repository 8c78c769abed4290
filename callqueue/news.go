package callqueue

import (
	"sync"
	"time"
)

// doubts is for how many beats a doubt lasts: a Redis that stood still may do a request long after its sender gave up.
const doubts = 5

// news is what Run still has to tell: a list that never blocks those who write it. It drops what was told before, for the
// same thing comes by several ways: the script's answer, the other nodes' messages, the beat.
type news struct {
	mu       sync.Mutex
	list     []func(Events)
	wake     chan struct{}
	versions map[string]int64 // presence told of each agent
	told     map[told]bool    // matches told lately
	before   map[told]bool    // and those told earlier
	since    time.Time        // when told was begun
	doubtful int              // beats for which to look whether something was not heard of
}

type told struct {
	token int64
	call  string
}

func newNews() news {
	return news{wake: make(chan struct{}, 1), versions: map[string]int64{}, told: map[told]bool{}}
}

func (n *news) add(tell func(Events)) {
	n.list = append(n.list, tell)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *news) match(m Match) {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := told{m.Token, m.Call}
	if n.told[key] || n.before[key] {
		return
	}
	n.told[key] = true
	n.add(func(e Events) { e.Matched(m) })
}

func (n *news) presence(p Presence) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.versions[p.Agent] >= p.Version {
		return
	}
	n.versions[p.Agent] = p.Version
	n.add(func(e Events) { e.PresenceChanged(p) })
}

func (n *news) emptied() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.versions) // they may begin again lower
	n.doubtful = doubts
	n.add(func(e Events) { e.Emptied() })
}

// forget drops the matches told longer ago than this: longer than an offer lasts, so none can come again.
func (n *news) forget(age time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.since) > age {
		n.before, n.told, n.since = n.told, map[told]bool{}, time.Now()
	}
}

func (n *news) doubt() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.doubtful = doubts
}

// doubted reports whether something may have been missed.
func (n *news) doubted() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.doubtful == 0 {
		return false
	}
	n.doubtful--
	return true
}

func (n *news) take() []func(Events) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}
