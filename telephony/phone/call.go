package phone

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"hotline/telephony/audio"
)

// dialog names a call among the calls of one phone: its Call-ID and our tag
// (a phone that calls itself has both ends of one Call-ID).
type dialog struct{ id, tag string }

// Call is one call, made or taken. Its methods may be used from anywhere.
type Call struct {
	phone  *Phone
	dialog dialog
	invite *sip.Request // as sent, or as it came; only read
	media  *media
	made   bool // by us
	began  time.Time

	life   context.Context // done: hang up
	hangup context.CancelFunc
	steps  chan step         // what the callee's side wants to be said
	byes   chan *sip.Request // BYE of the other side, or its CANCEL
	acks   chan []byte       // ACK of our 200, with its body
	done   chan struct{}     // closed when all of the call is over
	events chan Event

	mu     sync.Mutex
	log    []Event
	news   chan struct{} // closed and replaced with every event
	over   bool
	end    End
	spoken time.Time // when it was answered
	near   string    // our From value with tag
	far    string    // the other side's To value with tag
	target sip.Uri   // where requests within the call go
	route  []string
	cseq   uint32
}

func (p *Phone) newCall(ctx context.Context, invite *sip.Request, d dialog, made bool) (*Call, error) {
	c := &Call{
		phone: p, dialog: d, invite: invite, made: made, began: time.Now(),
		steps: make(chan step), byes: make(chan *sip.Request, 1), acks: make(chan []byte, 1),
		done: make(chan struct{}), events: make(chan Event, 256), news: make(chan struct{}),
	}
	c.life, c.hangup = context.WithCancel(ctx)
	c.endsWith(p.life)
	var err error
	if c.media, err = openMedia(p.addr.Addr(), p.config, c.key); err != nil {
		c.hangup()
		return nil, err
	}
	return c, nil
}

// endsWith hangs up when the context is done, and forgets it when the call is
// over first.
func (c *Call) endsWith(ctx context.Context) {
	stop := context.AfterFunc(ctx, c.hangup)
	context.AfterFunc(c.life, func() { stop() })
}

// ID is the SIP Call-ID.
func (c *Call) ID() string { return c.dialog.id }

// Header is a header of the INVITE, empty when it has none of that name.
func (c *Call) Header(name string) string {
	if h := c.invite.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// From is the caller's number and display name as the INVITE has them.
func (c *Call) From() (number, name string) {
	h := c.invite.From()
	if h == nil {
		return "", ""
	}
	return h.Address.User, strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(h.DisplayName)
}

// Dialled is the number in the request URI.
func (c *Call) Dialled() string { return c.invite.Recipient.User }

// Done is closed when the call is over and End is final.
func (c *Call) Done() <-chan struct{} { return c.done }

// End is how the call ended; the zero End while it has not.
func (c *Call) End() End {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end
}

// Hangup ends the call in the way that fits: CANCEL, BYE or a refusal. It
// returns when the call is over, or with the context's error before that.
func (c *Call) Hangup(ctx context.Context) error {
	c.hangup()
	return c.WaitEnd(ctx)
}

// WaitEnd waits until the call is over.
func (c *Call) WaitEnd(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Play sends the source from now on, in place of what was sent before, and
// silence when it ends. The channel is closed when the source has ended or was
// replaced, or when the call is over.
func (c *Call) Play(source audio.Source) <-chan struct{} { return c.media.play(source) }

// SendDTMF presses keys (0-9 * # A-D) as RFC 4733 telephone events, 160 ms
// each; "w" or "," waits half a second. It returns when the last key is sent.
func (c *Call) SendDTMF(ctx context.Context, keys string) error {
	return c.media.press(ctx, keys)
}

// Heard is all that was heard so far, from the first packet on.
func (c *Call) Heard() []int16 { return c.media.heard() }

// Traffic counts the call's packets.
func (c *Call) Traffic() Traffic { return c.media.traffic() }

// WaitTone waits until the tone is being heard, clearly and for half a second.
func (c *Call) WaitTone(ctx context.Context, hz float64) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	from := len(c.Heard())
	for {
		if heard := c.media.heardFrom(max(from, c.media.length()-audio.Rate)); audio.HasTone(heard, audio.Rate, hz) {
			return nil
		}
		select {
		case <-tick.C:
		case <-c.done:
			return ErrEnded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Call) key(digit string) { c.tell(Event{Kind: Digit, Digit: digit}) }

// finish is the last thing that a call's goroutine does.
func (c *Call) finish(end End) {
	c.hangup()
	c.media.close()
	c.phone.remove(c)
	c.mu.Lock()
	end.Answered = !c.spoken.IsZero()
	end.Ring = time.Since(c.began)
	if end.Answered {
		end.Ring, end.Talk = c.spoken.Sub(c.began), time.Since(c.spoken)
		end.Status = 0
	}
	if end.Cause == 0 {
		end.Cause = causeOf(end.Status)
	}
	c.end = end
	c.mu.Unlock()
	c.tell(Event{Kind: Ended, Code: end.Status})
	close(c.done)
}

// answered marks the moment of the answer.
func (c *Call) answered() {
	c.mu.Lock()
	c.spoken = time.Now()
	c.mu.Unlock()
	c.tell(Event{Kind: Answered, Code: sip.StatusOK})
}

var (
	errNoAck    = errors.New("no ACK for the answer")
	errAnswered = errors.New("call is already answered")
	errOurs     = errors.New("call was made by this phone, the other side answers it")
)

// talk lasts from the answer to the end. unacked says the 200 again until its
// ACK comes; it is nil for the caller.
func (c *Call) talk(unacked func()) End {
	wait, since := sip.T1, time.Now()
	resend := time.NewTimer(wait)
	defer resend.Stop()
	for {
		select {
		case bye := <-c.byes:
			return left(bye)
		case <-c.life.Done():
			select {
			case bye := <-c.byes: // they were first, and may be gone already
				return left(bye)
			default:
			}
			c.bye()
			return End{By: Local, Reason: "Normal Clearing"}
		case s := <-c.steps:
			s.said <- errAnswered
		case body := <-c.acks:
			unacked = nil
			if len(body) > 0 { // our 200 was the offer, this is its answer
				_ = c.media.meet(body)
			}
		case <-resend.C:
			if unacked == nil {
				continue
			}
			if time.Since(since) > 64*sip.T1 {
				c.bye()
				return End{By: Network, Reason: errNoAck.Error()}
			}
			unacked()
			wait = min(2*wait, sip.T2)
			resend.Reset(wait)
		}
	}
}

// left is the end that the other side's BYE brings.
func left(bye *sip.Request) End {
	return End{By: Remote, Reason: "Normal Clearing"}.reasoned(bye)
}
