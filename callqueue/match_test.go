package callqueue

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// one gives the only match that a node was told of.
func one(t testing.TB, f *Floor) Match {
	t.Helper()
	told := toldBy(f)
	if len(told.matches) != 1 {
		t.Fatalf("%d matches, want 1: %+v", len(told.matches), told.matches)
	}
	return told.matches[0]
}

func TestTheLongestIdleAgentGetsTheNextCaller(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	for _, agent := range []string{"late", "early", "last"} {
		h.logOn(t, f, agent, "support")
	}
	for _, agent := range []string{"early", "late", "last"} {
		h.clock.pass(time.Second)
		_, err := f.Set(t.Context(), agent, Ready, "", time.Time{})
		must(t, err)
	}
	_, err := f.Set(t.Context(), "early", Ready, "", time.Time{}) // said again: the idle time stays
	must(t, err)
	h.enqueue(t, f, "c1", "support")
	m := one(t, f)
	want := Match{Call: "c1", Agent: "early", Device: "webrtc", Queue: "support", Node: "n1", Token: m.Token, Since: h.clock.Now()}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Fatal(diff)
	}
	h.clock.pass(time.Minute)
	must(t, f.Seat(t.Context(), m.Token, "early", "c1", Free, "", 0))
	h.enqueue(t, f, "c2", "support")
	if m := one(t, f); m.Agent != "early" {
		t.Errorf("%s, want the one who gave an offer back without fault", m.Agent)
	}
}

func TestAPriorityIsWorthWaiting(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	for call, w := range map[string]Waiting{
		"plain":  {Since: start},
		"gold":   {Since: start.Add(90 * time.Second), Priority: 2}, // as if 30 s before
		"silver": {Since: start.Add(90 * time.Second), Priority: 1}, // as if 30 s after
	} {
		w.Call, w.Queue, w.Node = call, "support", "n1"
		must(t, f.Enqueue(t.Context(), w))
	}
	if got := waitingIn(t, f, "support"); !slices.Equal(got, []string{"gold", "plain", "silver"}) {
		t.Error(got)
	}
}

func TestAMissedCallerIsTheHeadAgain(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "first", "support")
	m := one(t, f)
	h.clock.pass(10 * time.Second)
	h.enqueue(t, f, "second", "support")
	must(t, f.Seat(t.Context(), m.Token, "a1", "first", Missed, "no answer", 0))
	must(t, f.Enqueue(t.Context(), Waiting{Call: "first", Queue: "support", Since: m.Since, Node: "n1"}))
	if got := waitingIn(t, f, "support"); !slices.Equal(got, []string{"first", "second"}) {
		t.Fatal(got)
	}
	h.clock.pass(time.Minute)
	f.expire(t.Context())
	if next := one(t, f); next.Call != "first" || next.Token <= m.Token {
		t.Errorf("%+v after %+v", next, m)
	}
}

func TestALostOfferReturnsTheCaller(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "first", "support")
	m := one(t, f)
	h.enqueue(t, f, "second", "support")
	h.clock.pass(45 * time.Second)
	f.expire(t.Context())
	if got := waitingIn(t, f, "support"); !slices.Equal(got, []string{"first", "second"}) {
		t.Error(got)
	}
	if err := f.Seat(t.Context(), m.Token, "a1", "first", "talking", "", 0); !errors.Is(err, ErrStale) {
		t.Errorf("a late answer: %v", err)
	}
}

func TestAnOfferIsLostToTheNextAgent(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "support")
	one(t, f)
	h.ready(t, f, "a2", "support")
	h.clock.pass(45 * time.Second)
	f.expire(t.Context())
	if m := one(t, f); m.Agent != "a2" || m.Call != "c1" {
		t.Errorf("%+v", m)
	}
}

func TestACallerWhoLeftWhileItRangDoesNotReturn(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "support")
	m := one(t, f)
	must(t, f.Dequeue(t.Context(), "c1"))
	if p := agentOf(t, f, "a1"); p.State != Ringing {
		t.Errorf("%s before anybody gave the agent back", p.State)
	}
	must(t, f.Seat(t.Context(), m.Token, "a1", "c1", Free, "", 0))
	must(t, f.Seat(t.Context(), m.Token, "a1", "c1", Free, "", 0)) // an end may be said twice
	if p := agentOf(t, f, "a1"); p.State != Ready || len(waitingIn(t, f, "support")) > 0 {
		t.Errorf("%+v", p)
	}
}

func TestAnAgentOfThreeQueuesIsTakenOutOfAll(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support", "sales", "office hours")
	h.enqueue(t, f, "c1", "sales")
	one(t, f)
	h.enqueue(t, f, "c2", "support")
	h.clock.pass(-time.Minute)
	h.enqueue(t, f, "c3", "office hours") // came first, though it is said last
	h.clock.pass(2 * time.Minute)
	if told := toldBy(f); len(told.matches) > 0 {
		t.Fatalf("%+v", told.matches)
	}
	f.expire(t.Context())
	f.expire(t.Context())
	h.clock.pass(time.Minute)
	must(t, f.Dequeue(t.Context(), "c1"))
	f.expire(t.Context())
	if m := one(t, f); m.Call != "c3" {
		t.Errorf("%+v, want the oldest of all queues", m)
	}
}

func TestAReadyAgentWhoGetsAQueueTakesItsCaller(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "sales")
	h.logOn(t, f, "a1", "sales")
	one(t, f)
	h.ready(t, f, "a2", "sales")
	h.logOn(t, f, "a2", "support")
	h.enqueue(t, f, "c2", "sales")
	if told := toldBy(f); len(told.matches) > 0 {
		t.Errorf("%+v by an agent who has left the queue", told.matches)
	}
}

func TestAMovedCallerKeepsItsWait(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.enqueue(t, f, "c1", "support")
	h.clock.pass(time.Minute)
	h.enqueue(t, f, "c2", "sales")
	h.enqueue(t, f, "c1", "sales") // said with a later arrival: the first one counts
	if got := waitingIn(t, f, "sales"); !slices.Equal(got, []string{"c1", "c2"}) {
		t.Error(got)
	}
	if got := waitingIn(t, f, "support"); len(got) > 0 {
		t.Error(got)
	}
}

func TestAnAgentWhoDialsIsNotOffered(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	m, err := f.Occupy(t.Context(), "a1", "o1")
	must(t, err)
	again, err := f.Occupy(t.Context(), "a1", "o1")
	must(t, err)
	if again != m {
		t.Errorf("%+v, then %+v", m, again)
	}
	if _, err := f.Occupy(t.Context(), "a1", "o2"); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	if _, err := f.Occupy(t.Context(), "nobody", "o2"); !errors.Is(err, ErrOffline) {
		t.Error(err)
	}
	h.enqueue(t, f, "c1", "support")
	must(t, f.Seat(t.Context(), m.Token, "a1", "o1", "wrapup", "", 0))
	if m := one(t, f); m.Call != "c1" {
		t.Errorf("%+v", m)
	}
}

func TestACallThatWaitsHasNobody(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "support")
	m := one(t, f)
	must(t, f.Seat(t.Context(), m.Token, "a1", "c1", "talking", "", 0))
	h.enqueue(t, f, "c1", "support") // the call was adopted and knows of no agent
	if p := agentOf(t, f, "a1"); p.State != Pause || p.Reason != ReasonLost {
		t.Errorf("%+v", p)
	}
	if got := waitingIn(t, f, "support"); len(got) != 1 {
		t.Error(got)
	}
}

func TestARequestDoneTwiceActsOnce(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c0", "support")
	enqueue := func() {
		_, err := f.ask(t.Context(), "enqueue", "r1", "c1", "support", millis(start), 0, millis(start), "n1")
		must(t, err)
	}
	enqueue()
	must(t, f.Dequeue(t.Context(), "c1"))
	enqueue() // the client runs it again, for the first answer was lost
	if got := waitingIn(t, f, "support"); len(got) > 0 {
		t.Errorf("%v is back", got)
	}
}

func TestATokenThatRedisForgotIsBelieved(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "support")
	m := one(t, f)
	h.enqueue(t, f, "c2", "support")
	must(t, h.rdb.FlushDB(t.Context()).Err())

	must(t, f.Seat(t.Context(), m.Token, "a1", "c1", "talking", "", 0))
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c2", "support")
	if p := agentOf(t, f, "a1"); p.State != Talking || p.Call != "c1" || p.Token != m.Token {
		t.Errorf("%+v", p)
	}
	must(t, f.Seat(t.Context(), m.Token, "a1", "c1", "wrapup", "", 0))
	told := toldBy(f)
	if n := len(told.matches); n != 1 || told.matches[0].Token <= m.Token || told.emptied != 1 {
		t.Errorf("%+v after %+v, emptied %d times", told.matches, m, told.emptied)
	}
}

func TestAReservationIsReclaimed(t *testing.T) {
	h := newHall(t)
	f := h.node("n1")
	h.ready(t, f, "a1", "support")
	h.enqueue(t, f, "c1", "support")
	m := one(t, f)
	must(t, h.rdb.FlushDB(t.Context()).Err())
	h.ready(t, f, "a1", "support")
	for range 2 {
		must(t, f.Reclaim(t.Context(), m, "ringing"))
	}
	if p := agentOf(t, f, "a1"); p.State != Ringing || p.Token != m.Token {
		t.Errorf("%+v", p)
	}
	h.clock.pass(45 * time.Second)
	f.expire(t.Context())
	if got := waitingIn(t, f, "support"); !slices.Equal(got, []string{"c1"}) {
		t.Errorf("%v, want the caller back at its place", got)
	}
	h.clock.pass(time.Minute)
	f.expire(t.Context())
	next := one(t, f)
	if err := f.Reclaim(t.Context(), m, "talking"); !errors.Is(err, ErrStale) {
		t.Errorf("an old reservation beside %+v: %v", next, err)
	}
}
