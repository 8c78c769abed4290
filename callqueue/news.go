package callqueue

import (
	"maps"
	"sync"
	"time"
)

// news is what Run still has to tell: a list that never blocks those who write it. It drops what was told before, for the
// same thing comes by several ways: the script's answer, the other nodes' messages, the beat.
type news struct {
	mu       sync.Mutex
	list     []func(Events)
	wake     chan struct{}
	versions map[string]int64   // presence told of each agent
	told     map[told]time.Time // matches told, and when
	doubtful bool               // something may have happened that was not heard
}

type told struct {
	token int64
	call  string
}

func newNews() news {
	return news{wake: make(chan struct{}, 1), versions: map[string]int64{}, told: map[told]time.Time{}}
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
	if _, before := n.told[key]; before {
		return
	}
	n.told[key] = time.Now()
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
	n.doubtful = true
	n.add(func(e Events) { e.Emptied() })
}

// pending says which matches are still unanswered: the others need not be remembered. A young one may have been
// made after the list was read.
func (n *news) pending(list []matchNote) {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := make(map[told]bool, len(list))
	for _, m := range list {
		open[told{m.Token, m.Call}] = true
	}
	maps.DeleteFunc(n.told, func(k told, at time.Time) bool { return !open[k] && time.Since(at) > 10*time.Second })
}

func (n *news) doubt() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.doubtful = true
}

// doubted reports whether something may have been missed since it was last asked.
func (n *news) doubted() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.doubtful
	n.doubtful = false
	return was
}

func (n *news) take() []func(Events) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}
