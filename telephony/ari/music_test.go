package ari

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestMusicThatIsStoppedAtOnceNeverBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m music
		begun := 0
		m.soon("channel", func() { begun++ })
		m.soon("channel", func() { begun++ })
		time.Sleep(silence - time.Millisecond)
		if !m.not(t.Context(), "channel") {
			t.Error("it is said to be playing")
		}
		time.Sleep(time.Hour)
		if begun != 0 || len(m.pending) != 0 {
			t.Errorf("it began %d times, %d pending", begun, len(m.pending))
		}
	})
}

func TestMusicBeginsOnceAndIsToldToMayPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m music
		begun := 0
		m.soon("channel", func() { begun++ })
		m.soon("channel", func() { begun++ })
		time.Sleep(silence)
		synctest.Wait()
		if begun != 1 || len(m.pending) != 0 {
			t.Errorf("it began %d times, %d pending", begun, len(m.pending))
		}
		if m.not(t.Context(), "channel") || m.not(t.Context(), "one that nobody knows") {
			t.Error("it is said not to play")
		}
	})
}

func TestWhoStopsMusicWaitsUntilItHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m music
		m.soon("channel", func() { time.Sleep(time.Second) }) // Asterisk is slow
		time.Sleep(silence)
		synctest.Wait()
		asked := time.Now()
		if m.not(t.Context(), "channel") || time.Since(asked) != time.Second {
			t.Errorf("answered after %v", time.Since(asked))
		}
		m.soon("channel", func() { time.Sleep(time.Second) })
		time.Sleep(silence)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if m.not(ctx, "channel") {
			t.Error("it is said not to play")
		}
		time.Sleep(time.Minute)
	})
}
