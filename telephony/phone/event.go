package phone

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Kind says what happened in a call.
type Kind string

const (
	Trying     Kind = "trying"      // 100: the other side has the call
	Ringing    Kind = "ringing"     // 180 and other provisional answers without sound
	EarlyMedia Kind = "early_media" // a provisional answer with sound
	Answered   Kind = "answered"    // 200, from whichever side
	Changed    Kind = "changed"     // a re-INVITE or UPDATE was followed
	Digit      Kind = "digit"       // a DTMF key of the other side
	Ended      Kind = "ended"       // the last event of every call
)

// Event is one thing that happened in a call.
type Event struct {
	Kind  Kind
	At    time.Time
	Code  int    // SIP status, when one came with it
	Digit string // the key, for Digit
}

// Side says who ended a call.
type Side string

const (
	Local   Side = "local"   // this phone
	Remote  Side = "remote"  // the other side
	Network Side = "network" // neither: no answer to a request
)

// End is how a call ended.
type End struct {
	By       Side
	Answered bool
	Status   int           // SIP status that ended an unanswered call (486, 487, 408 ...), else 0
	Cause    int           // Q.850 cause from the Reason header, or what Status stands for
	Reason   string        // words: the Reason header's text or the status' phrase
	Header   string        // the Reason header as it came
	Ring     time.Duration // from the first INVITE to the answer, or to the end
	Talk     time.Duration // from the answer to the end
}

func (e End) String() string {
	return fmt.Sprintf("ended by %s, cause %d (%s)", e.By, e.Cause, e.Reason)
}

// causes of Q.850 for SIP statuses without a Reason header (RFC 3398, 8.2.6.1).
func causeOf(status int) int {
	switch status {
	case 0, 200, 487:
		return 16 // normal clearing
	case 404, 484, 604:
		return 1 // unallocated number
	case 486, 600:
		return 17 // user busy
	case 408, 480:
		return 18 // no user responding
	case 403, 603, 401, 407:
		return 21 // call rejected
	case 488, 415, 606:
		return 88 // incompatible destination
	case 503:
		return 34 // no circuit available
	}
	return 31 // normal, unspecified
}

// readReason takes cause and text out of a Reason header such as
// `Q.850;cause=16;text="Normal Clearing"`; a cause of 0 means it has none.
func readReason(value string) (cause int, text string) {
	protocol, params, _ := strings.Cut(value, ";")
	for part := range strings.SplitSeq(params, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		v = strings.Trim(v, `" `)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "cause":
			if strings.EqualFold(strings.TrimSpace(protocol), "Q.850") {
				cause, _ = strconv.Atoi(v)
			}
		case "text":
			text = v
		}
	}
	return cause, text
}

// reasoned fills an End from the message that brought it.
func (e End) reasoned(m sip.Message) End {
	for _, h := range m.GetHeaders("reason") {
		cause, text := readReason(h.Value())
		if e.Header == "" || cause > 0 {
			e.Header = h.Value()
		}
		if cause > 0 {
			e.Cause = cause
		}
		if text != "" {
			e.Reason = text
		}
	}
	return e
}

// Events gives the events as they come and is closed after Ended. It holds 256
// of them; who reads none loses the later ones here, not in Wait.
func (c *Call) Events() <-chan Event { return c.events }

// Log is everything that has happened so far.
func (c *Call) Log() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Event(nil), c.log...)
}

// Wait returns the first event of that kind, at once when it has happened. It
// fails with ErrEnded (and the end in words) when the call ends without it.
func (c *Call) Wait(ctx context.Context, kind Kind) (Event, error) {
	return c.wait(ctx, kind, func(log []Event) (Event, bool) {
		for _, ev := range log {
			if ev.Kind == kind {
				return ev, true
			}
		}
		return Event{}, false
	})
}

// WaitDigits waits until that many DTMF keys have come and returns all so far.
func (c *Call) WaitDigits(ctx context.Context, n int) (string, error) {
	_, err := c.wait(ctx, Digit, func(log []Event) (Event, bool) {
		return Event{}, len(digitsOf(log)) >= n
	})
	return c.Digits(), err
}

// Digits are the DTMF keys that came from the other side so far.
func (c *Call) Digits() string { return digitsOf(c.Log()) }

func digitsOf(log []Event) string {
	var keys strings.Builder
	for _, ev := range log {
		keys.WriteString(ev.Digit)
	}
	return keys.String()
}

func (c *Call) wait(ctx context.Context, kind Kind, found func([]Event) (Event, bool)) (Event, error) {
	for {
		c.mu.Lock()
		ev, ok := found(c.log)
		over, news := c.over, c.news
		c.mu.Unlock()
		if ok {
			return ev, nil
		}
		if over {
			return Event{}, fmt.Errorf("%w before it was %s: %s", ErrEnded, kind, c.End())
		}
		select {
		case <-news:
		case <-ctx.Done():
			return Event{}, fmt.Errorf("call not %s: %w", kind, ctx.Err())
		}
	}
}

// tell writes an event down and wakes who waits. Nothing happens after Ended.
func (c *Call) tell(ev Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	ev.At = time.Now()
	c.log = append(c.log, ev)
	select {
	case c.events <- ev:
	default:
	}
	close(c.news)
	c.news = make(chan struct{})
	if ev.Kind == Ended {
		c.over = true
		close(c.events)
	}
}
