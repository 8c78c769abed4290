package callqueue

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"hotline/deploy/stack"
)

// realNode is a node that runs with the real clock.
func realNode(t testing.TB, h *hall, name string, opt Options) (*Floor, *heard) {
	t.Helper()
	opt.Node, opt.Log = name, slog.New(slog.DiscardHandler)
	f := New(h.rdb, h.system, opt)
	heard := run(t, f)
	return f, heard
}

func ready(t testing.TB, f *Floor, agent string, queues ...string) {
	t.Helper()
	_, err := f.LogOn(t.Context(), agent, queues, "webrtc")
	must(t, err)
	_, err = f.Set(t.Context(), agent, Ready, "", time.Time{})
	must(t, err)
}

func enqueue(t testing.TB, f *Floor, call string) {
	t.Helper()
	must(t, f.Enqueue(t.Context(), Waiting{Call: call, Queue: "support", Since: time.Now(), Node: f.opt.Node}))
}

func (h *heard) state(agent string) State {
	for i := len(h.changes) - 1; i >= 0; i-- {
		if h.changes[i].Agent == agent {
			return h.changes[i].State
		}
	}
	return ""
}

// started waits for the first beat, which logs off the desks of an earlier process.
func started(t testing.TB, f *Floor) {
	t.Helper()
	for {
		n, err := f.rdb.HExists(t.Context(), f.prefix+"nodes", f.opt.Node).Result()
		must(t, err)
		if n {
			return
		}
	}
}

func TestNodesHearOfEachOther(t *testing.T) {
	h := newHall(t)
	n1, heard1 := realNode(t, h, "n1", Options{})
	n2, heard2 := realNode(t, h, "n2", Options{})
	started(t, n1)
	started(t, n2)
	ready(t, n2, "a1", "support")
	heard1.until(t, 2*time.Second, "a1 is ready", func() bool { return heard1.state("a1") == Ready })
	enqueue(t, n1, "c1")
	heard1.until(t, 2*time.Second, "c1 is matched", func() bool { return len(heard1.matches) == 1 })
	heard2.until(t, 2*time.Second, "a1 rings", func() bool { return heard2.state("a1") == Ringing })

	enqueue(t, n1, "c2") // waits; the match is made by n2 and told at n1
	must(t, n2.Seat(t.Context(), heard1.matches[0].Token, "a1", "c1", "wrapup", "", 0))
	heard1.until(t, 2*time.Second, "c2 is matched", func() bool { return len(heard1.matches) == 2 })
	if len(heard2.matches) > 0 {
		t.Errorf("%+v at the wrong node", heard2.matches)
	}
}

func TestAMatchWhoseMessageIsLostIsTold(t *testing.T) {
	h := newHall(t)
	quiet := New(h.rdb, h.system, Options{Node: "n1"})
	ready(t, quiet, "a1", "support")
	must(t, quiet.Enqueue(t.Context(), Waiting{Call: "c1", Queue: "support", Since: time.Now(), Node: "n2"}))
	_, heard2 := realNode(t, h, "n2", Options{}) // was not there when it was published
	heard2.until(t, 2*time.Second, "c1 is matched", func() bool { return len(heard2.matches) == 1 })
}

func TestTimeIsKeptByOneTimer(t *testing.T) {
	h := newHall(t)
	f, heard := realNode(t, h, "n1", Options{Lease: 50 * time.Millisecond, MissedPause: 100 * time.Millisecond})
	started(t, f)
	ready(t, f, "a1", "support")
	began := time.Now()
	enqueue(t, f, "c1")
	heard.until(t, 2*time.Second, "c1 is offered again after lease and pause", func() bool { return len(heard.matches) == 2 })
	if took := time.Since(began); took < 150*time.Millisecond || took > 900*time.Millisecond {
		t.Errorf("after %v, want 150ms, not a tick", took)
	}
}

func TestADeadNodesDesksAndCallersAreNotOffered(t *testing.T) {
	h := newHall(t)
	ctx, kill := context.WithCancel(t.Context())
	dead := New(h.rdb, h.system, Options{Node: "dead"})
	gone := make(chan struct{})
	go func() { defer close(gone); dead.Run(ctx, newHeard()) }()
	started(t, dead)
	f, heard := realNode(t, h, "n1", Options{})
	ready(t, dead, "ghost", "support")
	kill()
	<-gone
	heard.until(t, 6*time.Second, "the ghost is offline", func() bool { return heard.state("ghost") == Offline })

	must(t, f.Enqueue(t.Context(), Waiting{Call: "orphan", Queue: "support", Since: start, Node: "dead"}))
	enqueue(t, f, "c1")
	ready(t, f, "a1", "support")
	heard.until(t, 2*time.Second, "c1 is matched", func() bool { return len(heard.matches) == 1 })
	if heard.matches[0].Call != "c1" {
		t.Errorf("%+v", heard.matches)
	}

	back := New(h.rdb, h.system, Options{Node: "dead"}) // the same machine wakes up
	b := beater{}
	back.beat(t.Context(), &b)
	if told := toldBy(back); told.emptied != 1 {
		t.Error("a node that was given up is not asked to say again what it has")
	}
}

func TestAnEmptiedRedisIsRebuilt(t *testing.T) {
	h := newHall(t)
	n1, heard1 := realNode(t, h, "n1", Options{})
	_, heard2 := realNode(t, h, "n2", Options{})
	started(t, n1)
	ready(t, n1, "a1", "support")
	enqueue(t, n1, "c1")
	heard1.until(t, 2*time.Second, "c1 is matched", func() bool { return len(heard1.matches) == 1 })
	must(t, h.rdb.FlushAll(t.Context()).Err())
	within := 2500 * time.Millisecond // a beat, and what a busy machine adds
	heard1.until(t, within, "emptied", func() bool { return heard1.emptied == 1 })
	heard2.until(t, within, "emptied", func() bool { return heard2.emptied == 1 })

	must(t, n1.Reclaim(t.Context(), heard1.matches[0], "talking"))
	ready(t, n1, "a1", "support")
	enqueue(t, n1, "c2")
	must(t, n1.Seat(t.Context(), heard1.matches[0].Token, "a1", "c1", "wrapup", "", 0))
	heard1.until(t, 2*time.Second, "c2 is matched", func() bool { return len(heard1.matches) == 2 })
}

func TestARedisThatIsAwayIsSaidSoQuickly(t *testing.T) {
	s := stack.New(t, stack.Config{Redis: true})
	h := &hall{rdb: connect(t, s.RedisURL), system: "away"}
	f, heard := realNode(t, h, "n1", Options{})
	started(t, f)
	ready(t, f, "a1", "support")
	for _, fault := range []struct {
		name     string
		do, undo func() error
	}{
		{"killed", s.Redis.Kill, func() error { return s.Redis.Start(t.Context()) }},
		{"frozen", s.Redis.Freeze, s.Redis.Thaw},
	} {
		t.Run(fault.name, func(t *testing.T) {
			must(t, fault.do())
			began := time.Now()
			err := f.Enqueue(t.Context(), Waiting{Call: "c1", Queue: "support", Since: time.Now(), Node: "n1"})
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("%v, want %v", err, ErrUnavailable)
			}
			if took := time.Since(began); took > 2500*time.Millisecond {
				t.Errorf("said after %v", took)
			}
			heard.mu.Lock()
			emptied := heard.emptied
			heard.mu.Unlock()
			must(t, fault.undo())
			if fault.name == "killed" { // in memory only, so it comes back empty
				heard.until(t, 5*time.Second, "emptied", func() bool { return heard.emptied > emptied })
			}
			must(t, f.Dequeue(t.Context(), "c1")) // a frozen Redis does afterwards what it was told
			ready(t, f, fault.name, "support")
			enqueue(t, f, "after "+fault.name)
			heard.until(t, 5*time.Second, "the next call is matched", func() bool {
				n := len(heard.matches)
				return n > 0 && heard.matches[n-1].Call == "after "+fault.name
			})
		})
	}
}
