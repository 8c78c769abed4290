package ari

import (
	"context"
	"sync"
)

// inbox holds the events between the socket and the calls. Putting in never waits.
type inbox struct {
	mu    sync.Mutex
	raw   [][]byte
	ready chan struct{} // holds one token while raw may not be empty
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

func (i *inbox) put(raw []byte) {
	i.mu.Lock()
	i.raw = append(i.raw, raw)
	i.mu.Unlock()
	i.signal()
}

func (i *inbox) signal() {
	select {
	case i.ready <- struct{}{}:
	default:
	}
}

// take gives the oldest event and waits for one.
func (i *inbox) take(ctx context.Context) ([]byte, error) {
	for {
		if raw, ok := i.first(); ok {
			return raw, nil
		}
		select {
		case <-i.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (i *inbox) first() ([]byte, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.raw) == 0 {
		i.raw = nil
		return nil, false
	}
	raw := i.raw[0]
	i.raw[0] = nil
	i.raw = i.raw[1:]
	return raw, true
}
