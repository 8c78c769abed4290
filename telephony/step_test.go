package telephony

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// FuzzStep feeds any events in any order and holds the promises of the package comment.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0, 8, 3, 30, 40, 50, 60, 70, 80, 90}, false)
	f.Add([]byte{0, 8, 3, 12, 15, 17, 5, 2}, true)
	f.Fuzz(holdPromises)
}

// TestStepHoldsItsPromisesWhateverHappens plays 10,000 random lives of calls, the same ones each time.
func TestStepHoldsItsPromisesWhateverHappens(t *testing.T) {
	for seed := range uint64(10_000) {
		random := rand.New(rand.NewPCG(seed, 0))
		script := make([]byte, 20+random.IntN(60))
		for i := range script {
			script[i] = byte(random.UintN(256))
		}
		script[0] = 0 // it comes in; its ticket is opened soon
		script[1+random.IntN(3)] = byte(slices.Index(kinds, TicketOpened))
		holdPromises(t, script, seed%4 == 0)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// holdPromises plays one script.
func holdPromises(t *testing.T, script []byte, closed bool) {
	rules := goldenRules()
	rules.ClosedNow = closed
	if len(script)%2 == 1 {
		rules.Menus = goldenMenus()
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	c := Call{ID: "c0ffee00-0000-4000-8000-000000000001"}
	held := map[int64]int{} // reservations given to the call and not handed back
	var place time.Time
	var token int64
	for _, b := range script {
		now = now.Add(time.Duration(b) * 100 * time.Millisecond)
		ev := anyEvent(b, c, &token)
		next, do := Step(c, ev, now, rules)
		again, doAgain := Step(c, ev, now, rules)
		if !reflect.DeepEqual(next, again) || !reflect.DeepEqual(do, doAgain) {
			t.Fatalf("Step is not pure at %v in %s", ev, c.State)
		}
		if ev.Kind == Matched || ev.Kind == Dial && c.State == "" {
			held[ev.Token]++
		}
		for _, a := range do {
			if slices.Contains([]Do{Pop, RingTab, RingPhone, Connect}, a.Do) && next.Ticket == 0 {
				t.Fatalf("%s before the ticket is durable", a.Do)
			}
			if a.Do == Seat && slices.Contains([]string{"free", "missed", "wrapup"}, a.As) {
				if held[a.Token] == 0 {
					t.Fatalf("reservation %d handed back twice at %v in %s", a.Token, ev, c.State)
				}
				held[a.Token] = 0
			}
		}
		if !place.IsZero() && !next.QueuedAt.Equal(place) {
			t.Fatal("the place in the queue changed")
		}
		place = next.QueuedAt
		check(t, next)
		c = next
	}
	if c.State != "" && !c.Over() {
		c, _ = endOf(c, now, rules, held)
	}
	if c.Over() {
		for tok, n := range held {
			if n > 0 {
				t.Fatalf("reservation %d is still held after the call's end", tok)
			}
		}
	}
}

// endOf lets the caller leave and answers what the call still waits for: it must end.
func endOf(c Call, now time.Time, rules Rules, held map[int64]int) (Call, []Action) {
	var all []Action
	for range 10 {
		for _, ev := range []Event{{Kind: TicketOpened, Ticket: 1001}, {Kind: Left, Cause: "normal"}, {Kind: Kept, Name: messageName(c), Seconds: 3}, {Kind: Clock}} {
			now = now.Add(5 * time.Minute)
			var do []Action
			c, do = Step(c, ev, now, rules)
			all = append(all, do...)
		}
	}
	for _, a := range all {
		if a.Do == Seat && slices.Contains([]string{"free", "missed", "wrapup"}, a.As) {
			held[a.Token] = 0
		}
	}
	if !c.Over() {
		panic("the call does not end: " + string(c.State))
	}
	return c, all
}

func check(t *testing.T, c Call) {
	t.Helper()
	switch c.State {
	case Ended:
		if !slices.Contains(Outcomes[:], c.Outcome) || c.EndedAt.IsZero() || !c.Deadline.IsZero() || c.Offer != nil {
			t.Fatalf("a call ended badly: %+v", c)
		}
	case Offered, Joining:
		if c.Offer == nil {
			t.Fatalf("%s without an offer", c.State)
		}
		fallthrough
	case Greeting, InMenu, Closed, Recording, Stranded, Calling:
		if c.Deadline.IsZero() {
			t.Fatalf("%s could last for ever", c.State)
		}
	}
	if c.State != Ended && c.Outcome != "" && c.State != Saving {
		t.Fatalf("outcome %s while %s", c.Outcome, c.State)
	}
}

var kinds = []Kind{Came, Digit, Left, Played, Stored, Picked, LegUp, LegGone, TicketOpened, Kept, Failure, Matched,
	Status, Popped, Accept, Decline, Hangup, Hold, Resume, PauseTape, ResumeTape, DeskLost, DeskBack, Dial, Clock, Adopt, Rejoin}

// anyEvent makes an event from a byte; what it names mostly fits the call, so that scripts get far.
func anyEvent(b byte, c Call, token *int64) Event {
	agent := []string{"agent1", "agent2"}[b>>7]
	ev := Event{Kind: kinds[int(b)%len(kinds)], Agent: agent, Leg: c.Leg, Name: c.Play, Digit: []string{"1", "2", "#"}[b%3], Channel: "ast-1"}
	if cur := c.CurrentAgent(); cur != "" {
		ev.Agent = cur
	}
	switch ev.Kind {
	case Matched, Dial:
		*token++
		ev.Token, ev.Device = *token, []string{Browser, "sip:agent1"}[b>>7]
	case TicketOpened:
		ev.Ticket = 1001
	case Stored, Kept:
		ev.Name, ev.Seconds = messageName(c), float64(b%4)
	case Failure:
		ev.Name = string([]Do{Record, Keep, Connect, RingPhone}[b%4])
	case Adopt:
		ev.Name = []string{"", Restarted}[b>>7]
	case Left:
		ev.Cause = []string{"normal", fallback, outage, "busy"}[b>>6]
	}
	return ev
}

func TestScheduleCountsWorkingTime(t *testing.T) {
	office := &Schedule{Zone: "Europe/Berlin", Days: map[string][]Span{"2026-12-25": nil, "2026-12-24": {{9 * 60, 12 * 60}}}}
	for d := 1; d <= 5; d++ {
		office.Week[d] = []Span{{9 * 60, 12 * 60}, {13 * 60, 18 * 60}}
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		what, from string
		add        time.Duration
		want       string
	}{
		{"within a morning", "2026-11-20 08:30", time.Hour, "2026-11-20 09:30"},
		{"over lunch", "2026-11-20 10:30", time.Hour, "2026-11-20 12:30"},
		{"over the week-end", "2026-11-20 16:30", time.Hour, "2026-11-23 08:30"},
		{"from the night", "2026-11-21 02:00", 30 * time.Minute, "2026-11-23 08:30"},
		{"over a holiday", "2026-12-24 10:30", time.Hour, "2026-12-28 08:30"},
		{"summer time", "2026-06-01 06:00", 0, "2026-06-01 07:00"},
	} {
		if got := office.Add(at(c.from), c.add).UTC(); !got.Equal(at(c.want)) {
			t.Errorf("%s: %v after %s is %s, want %s", c.what, c.add, c.from, got, c.want)
		}
	}
	if office.Open(at("2026-11-21 10:00")) || !office.Open(at("2026-11-20 10:00")) || office.Open(at("2026-11-20 17:00")) {
		t.Error("open at the wrong times")
	}
	if never := (&Schedule{Zone: "UTC"}).Add(at("2026-11-20 10:00"), time.Hour); !never.IsZero() {
		t.Error("a schedule without hours promised", never)
	}
}

func TestCleanMakesHostileTextHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"+1 555":             "+1 555",
		"a\x00b\r\nc":        "ab  c",
		"\xff\xfeok":         "\uFFFDok",
		"\u202Eevil\u2066":   "evil",
		"<script>x</script>": "<script>x</script>",
		"  Иван  ":           "Иван",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
