package telephony

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a journal and a world that remember; the real ones are tested with the whole server.
type memory struct {
	mu      sync.Mutex
	steps   []Call
	did     []Action
	refuse  error
	explode Do
}

func (m *memory) Write(_ context.Context, c Call, _ Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps = append(m.steps, c)
	return m.refuse
}

func (m *memory) Do(_ context.Context, c Call, a Action) (Event, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.did = append(m.did, a)
	if a.Do == m.explode {
		m.explode = ""
		panic("planted")
	}
	if a.Do == OpenTicket {
		return Event{Kind: TicketOpened, Ticket: 1001}, true, nil
	}
	return Event{}, false, nil
}

func (m *memory) has(do Do) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.did {
		if a.Do == do {
			return true
		}
	}
	return false
}

func exchange(m *memory) *Exchange {
	rules := goldenRules()
	rules.Greeting = nil
	return &Exchange{Journal: m, World: m, Rules: func(string) Rules { return rules }, Watch: func(_, _ Call, _ Event) {},
		Log: slog.New(slog.DiscardHandler), Now: time.Now}
}

const someID = "c0ffee00-0000-4000-8000-000000000001"

func TestExchangeRunsACallFromItsComingToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		x := exchange(m)
		x.Tell(someID, Event{Kind: Came, Line: "100", Channel: "ast-1"})
		synctest.Wait()
		if c, ok := x.Call(someID); !ok || c.State != Waiting || c.Ticket != 1001 {
			t.Fatalf("the call is %+v", c)
		}
		x.Tell(someID, Event{Kind: Matched, Agent: "agent1", Device: Browser, Token: 1})
		synctest.Wait()
		if m.has(RingTab) {
			t.Error("it rang before the pop was acknowledged")
		}
		time.Sleep(200 * time.Millisecond) // synctest's clock: the pop's time is over
		synctest.Wait()
		if !m.has(RingTab) {
			t.Error("it did not ring although the pop's time is over")
		}
		if _, err := x.Ask(t.Context(), someID, Event{Kind: Accept, Agent: "agent2"}); !errors.Is(err, ErrRefused) {
			t.Errorf("another agent's answer: %v", err)
		}
		if c, err := x.Ask(t.Context(), someID, Event{Kind: Accept, Agent: "agent1"}); err != nil || c.State != Joining {
			t.Errorf("the agent's answer: %s, %v", c.State, err)
		}
		x.Tell(someID, Event{Kind: Left, Cause: "normal"})
		synctest.Wait()
		if len(x.Calls()) != 0 {
			t.Error("an ended call stays")
		}
		if _, err := x.Ask(t.Context(), someID, Event{Kind: Hangup}); !errors.Is(err, ErrNoCall) {
			t.Errorf("an ended call answers %v", err)
		}
		x.Leave()
	})
}

func TestAgentReservedForACallThatIsOverIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		x := exchange(m)
		x.Tell(someID, Event{Kind: Matched, Agent: "agent1", Token: 7})
		x.Leave()
		if !m.has(Seat) {
			t.Error("the agent stays reserved for ever")
		}
	})
}

func TestAPanicHurtsOneEventOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{explode: Enqueue}
		x := exchange(m)
		x.Tell(someID, Event{Kind: Came, Line: "100", Channel: "ast-1"})
		synctest.Wait()
		x.Tell(someID, Event{Kind: Left, Cause: "normal"})
		synctest.Wait()
		if len(x.Calls()) != 0 {
			t.Error("the call does not end any more")
		}
		x.Leave()
	})
}

func TestACallThatAnotherServerOwnsIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{refuse: ErrTaken}
		x := exchange(m)
		x.Tell(someID, Event{Kind: Came, Line: "100", Channel: "ast-1"})
		synctest.Wait()
		if len(m.did) > 0 {
			t.Errorf("it did %v", m.did)
		}
		x.Leave()
	})
}

func TestLeavingStopsClocksAndKeepsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		x := exchange(m)
		x.Restore([]Call{{ID: someID, State: Stranded, Agent: "agent1", Device: Browser, Token: 1, Channel: "ast-1", AnsweredAt: time.Now(), Deadline: time.Now().Add(time.Second)}})
		synctest.Wait()
		x.Leave()
		if len(m.steps) > 0 {
			t.Errorf("leaving moved the call to %s", m.steps[0].State)
		}
		if _, err := x.Ask(t.Context(), "other", Event{Kind: Hangup}); !errors.Is(err, ErrNoCall) {
			t.Error("a server that left takes new calls")
		}
	})
}
