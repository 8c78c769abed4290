package ari

import (
	"context"
	"sync"
	"time"
)

// music starts the music of waiting customers a moment late. Most callers get an agent at once: they would hear a few
// milliseconds of it, and Asterisk would have two requests more to serve.
//
// What must stay true: music that was stopped does not begin afterwards. So whoever stops it waits for a start that is
// under way, and what is not known to be pending may be playing.
type music struct {
	mu      sync.Mutex
	pending map[string]*beginning // by channel
}

// beginning is music that has not begun.
type beginning struct {
	timer *time.Timer
	begun chan struct{} // closed when Asterisk has answered
}

const silence = 250 * time.Millisecond // before the music; shorter than people notice

// soon starts the music of a channel in a moment.
func (m *music) soon(channel string, start func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pending == nil {
		m.pending = map[string]*beginning{}
	}
	if m.pending[channel] != nil {
		return
	}
	b := &beginning{begun: make(chan struct{})}
	b.timer = time.AfterFunc(silence, func() {
		defer close(b.begun)
		start()
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.pending, channel)
	})
	m.pending[channel] = b
}

// not lets the music of a channel not begin. It reports false when it may be playing.
func (m *music) not(ctx context.Context, channel string) bool {
	m.mu.Lock()
	b := m.pending[channel]
	if b != nil && b.timer.Stop() {
		delete(m.pending, channel)
		m.mu.Unlock()
		return true
	}
	m.mu.Unlock()
	if b != nil {
		select {
		case <-b.begun:
		case <-ctx.Done():
		}
	}
	return false
}

// musicSoon lets a waiting customer hear music.
func (m *Media) musicSoon(call, channel string) {
	m.music.soon(channel, func() {
		if err := gone(m.client.Music(context.Background(), channel, "")); err != nil { // every request has a deadline of its own
			m.log.Warn("music could not be started", "call", call, "err", err)
		}
	})
}

// stopMusic ends a customer's music, or lets it not begin.
func (m *Media) stopMusic(ctx context.Context, channel string) error {
	if m.music.not(ctx, channel) {
		return nil
	}
	return gone(m.client.StopMusic(ctx, channel))
}
