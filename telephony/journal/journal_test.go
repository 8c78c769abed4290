package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony"
)

func openJournal(t *testing.T) (*Journal, *pgxpool.Pool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), stack.Migrated(t, schema.Domain{Name: "telephony", Files: Schema()}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return runJournal(t, pool), pool
}

func runJournal(t *testing.T, pool *pgxpool.Pool) *Journal {
	t.Helper()
	j := New(pool, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = j.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return j
}

func someCall(seq int) telephony.Call {
	return telephony.Call{ID: uuid.NewString(), Seq: seq, State: telephony.Arrived, Line: "100", Queue: "support", ArrivedAt: time.Now().UTC().Truncate(time.Microsecond)}
}

func TestAStepIsWrittenOnceByOneServer(t *testing.T) {
	j, pool := openJournal(t)
	other := runJournal(t, pool)
	c := someCall(1)
	e := entry{c, telephony.Event{Kind: telephony.Came}, time.Now().Truncate(time.Microsecond), nil}
	for range 2 { // the second time as after an answer that was lost
		if taken, err := j.insert(t.Context(), []entry{e}); err != nil || len(taken) > 0 {
			t.Fatal(taken, err)
		}
	}
	if err := j.Write(t.Context(), c, telephony.Event{Kind: telephony.Came}); !errors.Is(err, telephony.ErrTaken) {
		t.Fatalf("a call was born twice: %v", err)
	}
	if err := other.Write(t.Context(), c, telephony.Event{Kind: telephony.Came}); !errors.Is(err, telephony.ErrTaken) {
		t.Fatalf("another server took the same step: %v", err)
	}
	facts, err := j.Facts(t.Context(), c.ID)
	if err != nil || len(facts) != 1 {
		t.Fatalf("%d facts, %v", len(facts), err)
	}
}

func TestStepsOfManyCallsShareCommits(t *testing.T) {
	j, _ := openJournal(t)
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			c := someCall(1)
			for seq := 1; seq <= 4; seq++ {
				c.Seq = seq
				if err := j.Write(t.Context(), c, telephony.Event{Kind: telephony.Digit, Digit: fmt.Sprint(seq)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	live, err := j.Live(t.Context())
	if err != nil || len(live) != 300 {
		t.Fatalf("%d live calls, %v", len(live), err)
	}
	for _, c := range live {
		if c.Seq != 4 {
			t.Fatalf("a call stopped at step %d", c.Seq)
		}
	}
}

func TestTheCallsBehindANumberAreThoseThatCountMade(t *testing.T) {
	j, _ := openJournal(t)
	start := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	for i, c := range []telephony.Call{
		{AnsweredAt: start.Add(10 * time.Second), Outcome: telephony.Answered},
		{AnsweredAt: start.Add(50 * time.Second), Outcome: telephony.Answered},
		{Outcome: telephony.Abandoned, EndedAt: start.Add(3 * time.Second)},
		{Outcome: telephony.Abandoned, EndedAt: start.Add(40 * time.Second)},
		{Outcome: telephony.Voicemail, EndedAt: start.Add(90 * time.Second)},
	} {
		c.ID, c.Seq, c.Queue, c.State, c.QueuedAt, c.ArrivedAt = uuid.NewString(), 1, "support", telephony.Ended, start, start.Add(time.Duration(i)*time.Millisecond)
		if c.EndedAt.IsZero() {
			c.EndedAt = start.Add(2 * time.Minute)
		}
		if err := j.Write(t.Context(), c, telephony.Event{Kind: telephony.Left}); err != nil {
			t.Fatal(err)
		}
	}
	for number, want := range map[string]int{"offered": 5, "answered": 2, "abandoned": 2, "short_abandoned": 1, "within_target": 2, "waiting": 0, "": 5, "nonsense": 0} {
		var got []telephony.Call
		f := Filter{Queue: "support", Number: number, Limit: 1, Target: telephony.DefaultTarget}
		for {
			page, next, err := j.List(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, page...); next == "" {
				break
			}
			f.Cursor = next
		}
		if len(got) != want {
			t.Errorf("%q has %d calls behind it, want %d", number, len(got), want)
		}
	}
	if _, _, err := j.List(t.Context(), Filter{Cursor: "'; drop table calls"}); !errors.Is(err, ErrCursor) {
		t.Errorf("a foreign cursor gave %v", err)
	}
}

func TestWrapUpAddsAFactToAnEndedCall(t *testing.T) {
	j, _ := openJournal(t)
	c := someCall(1)
	if err := j.Write(t.Context(), c, telephony.Event{Kind: telephony.Came}); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Dispose(t.Context(), c.ID, "agent1", "solved", "note"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a live call was disposed of: %v", err)
	}
	c.Seq, c.State, c.Outcome, c.EndedAt = 2, telephony.Ended, telephony.Answered, time.Now()
	if err := j.Write(t.Context(), c, telephony.Event{Kind: telephony.Left}); err != nil {
		t.Fatal(err)
	}
	got, err := j.Dispose(t.Context(), c.ID, "agent1", "solved", "note")
	if err != nil || got.Disposition != "solved" || got.Seq != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	open, err := j.Unsettled(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d calls to settle, %v", len(open), err)
	}
	if err := j.Settled(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	if open, _ := j.Unsettled(t.Context()); len(open) != 0 {
		t.Error("a settled call is still to be settled")
	}
}

func TestAChangedLineIsLiveAtOnce(t *testing.T) {
	_, pool := openJournal(t)
	s, err := OpenSetup(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Rules("100"); !r.Unknown {
		t.Error("nobody configured 100")
	}
	rules := telephony.Rules{Line: "100", Title: "Support", Ring: telephony.Duration(20 * time.Second),
		Hours: &telephony.Schedule{Zone: "Europe/Berlin", Week: [7][]telephony.Span{1: {{From: 540, To: 1080}}}}}
	if err := s.PutLine(t.Context(), "admin", rules); err != nil {
		t.Fatal(err)
	}
	got := s.Rules("100")
	if got.Unknown || got.Ring != rules.Ring || got.Hours.Week[1][0].To != 1080 {
		t.Errorf("the line came back as %+v", got)
	}
	if err := s.PutLine(t.Context(), "admin", telephony.Rules{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a line without a number: %v", err)
	}
}
