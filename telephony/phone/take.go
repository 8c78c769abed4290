package phone

import (
	"context"

	"github.com/emiago/sipgo/sip"
)

// step is what the callee wants to be said to an INVITE.
type step struct {
	code  int
	words string // instead of the usual phrase
	sound bool   // with a session description
	said  chan error
}

// Ring says that the phone rings (180).
func (c *Call) Ring() error { return c.say(step{code: sip.StatusRinging}) }

// EarlyMedia opens the sound before the answer (183).
func (c *Call) EarlyMedia() error {
	return c.say(step{code: sip.StatusSessionInProgress, sound: true})
}

// Answer takes the call. The context is the rest of the call's life: when it
// is done, the call is hung up.
func (c *Call) Answer(ctx context.Context) error {
	c.endsWith(ctx)
	return c.say(step{code: sip.StatusOK, sound: true})
}

// Decline refuses the call with a SIP status: 486 busy, 603 declined, 480, 503.
func (c *Call) Decline(code int) error { return c.DeclineWith(code, "") }

// DeclineWith refuses the call in words of one's own.
func (c *Call) DeclineWith(code int, words string) error {
	return c.say(step{code: code, words: words})
}

func (c *Call) say(s step) error {
	if c.made {
		return errOurs
	}
	s.said = make(chan error, 1)
	select {
	case c.steps <- s:
	case <-c.done:
		return ErrEnded
	}
	return <-s.said
}

// onInvite is the callee's side of a call, from the INVITE to the end: the
// library keeps the transaction for as long as this runs.
func (p *Phone) onInvite(r *sip.Request, tx sip.ServerTransaction) {
	if r.To() == nil || r.From() == nil || r.CallID() == nil || r.Contact() == nil {
		say(tx, r, sip.StatusBadRequest)
		return
	}
	if tagOf(r.To().Params) != "" {
		p.onChange(r, tx)
		return
	}
	tag := sip.GenerateTagN(16)
	r.To().Params.Add("tag", tag) // so that every answer has the same one, also the library's to a CANCEL
	say(tx, r, sip.StatusTrying)  // before the library says it by a timer of its own
	c, err := p.newCall(context.Background(), r, dialog{r.CallID().Value(), tag}, false)
	if err != nil {
		say(tx, r, sip.StatusInternalServerError)
		return
	}
	c.near, c.far, c.target, c.route = r.To().Value(), r.From().Value(), r.Contact().Address, routeOf(r, false)
	if !p.add(c) {
		c.hangup()
		c.media.close()
		say(tx, r, sip.StatusTemporarilyUnavailable)
		return
	}
	defer p.work.Done()
	c.finish(c.take(tx))
}

func (c *Call) take(tx sip.ServerTransaction) End {
	gone := End{By: Remote, Status: sip.StatusRequestTerminated, Reason: "Request Terminated"}
	if !tx.OnCancel(c.leave) {
		return gone
	}
	if len(c.invite.Body()) > 0 {
		if err := c.media.meet(c.invite.Body()); err != nil {
			say(tx, c.invite, sip.StatusNotAcceptableHere)
			return End{By: Local, Status: sip.StatusNotAcceptableHere, Reason: err.Error()}
		}
	}
	select {
	case c.phone.rang <- c:
	default:
		say(tx, c.invite, sip.StatusBusyHere)
		return End{By: Local, Status: sip.StatusBusyHere, Reason: phrase(sip.StatusBusyHere)}
	}
	for {
		select {
		case s := <-c.steps:
			if end, over := c.step(tx, s); over {
				return end
			}
		case cancel := <-c.byes:
			return gone.reasoned(cancel)
		case <-tx.Done():
			return End{By: Network, Status: sip.StatusRequestTimeout, Reason: "INVITE is gone"}
		case <-c.life.Done():
			say(tx, c.invite, sip.StatusTemporarilyUnavailable)
			return End{By: Local, Status: sip.StatusTemporarilyUnavailable, Reason: phrase(480)}
		}
	}
}

// step says one thing to the caller; with a final answer the call goes to its
// talk or is over. When a CANCEL was faster, nothing is said and its news wait.
func (c *Call) step(tx sip.ServerTransaction, s step) (End, bool) {
	res := c.reply(c.invite, s.code)
	if s.words != "" {
		res.Reason = s.words
	}
	if s.sound {
		carry(res, c.media.describe())
	}
	if err := tx.Respond(res); err != nil {
		s.said <- err
		return End{}, false
	}
	if s.sound {
		c.media.start()
	}
	switch {
	case s.code >= 300:
		s.said <- nil
		return End{By: Local, Status: s.code, Cause: causeOf(s.code), Reason: res.Reason}, true
	case s.code >= 200:
		c.answered()
		s.said <- nil
		return c.talk(func() { _ = tx.Respond(res) }), true
	case s.sound:
		c.tell(Event{Kind: EarlyMedia, Code: s.code})
	default:
		c.tell(Event{Kind: Ringing, Code: s.code})
	}
	s.said <- nil
	return End{}, false
}
