package ari

import (
	"context"
	"sync"
	"time"
)

// arrivals lets one wait for a channel's entry into our application, which the websocket tells.
type arrivals struct {
	mu   sync.Mutex
	wait map[string]chan struct{}
}

// expect begins to watch for the channel id; call it before the channel is made.
func (a *arrivals) expect(id string) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wait == nil {
		a.wait = map[string]chan struct{}{}
	}
	if a.wait[id] == nil {
		a.wait[id] = make(chan struct{})
	}
	return a.wait[id]
}

func (a *arrivals) came(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ch := a.wait[id]; ch != nil {
		close(ch)
		delete(a.wait, id)
	}
}

func (a *arrivals) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.wait, id)
}

// await waits for the entry, but not for ever: the event may have been lost, and the channel be there all the same.
func await(ctx context.Context, entered <-chan struct{}, atMost time.Duration) {
	t := time.NewTimer(atMost)
	defer t.Stop()
	select {
	case <-entered:
	case <-t.C:
	case <-ctx.Done():
	}
}
