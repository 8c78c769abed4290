package phone

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// routes says what the phone does with each request.
func (p *Phone) routes(server *sipgo.Server) {
	server.OnInvite(p.onInvite)
	server.OnAck(p.onAck)
	server.OnBye(p.onBye)
	server.OnUpdate(p.onChange)
	server.OnInfo(p.onInfo)
	server.OnOptions(p.onOther)
	server.OnNotify(p.onOther)
	server.OnCancel(func(r *sip.Request, tx sip.ServerTransaction) { // the INVITE is gone
		say(tx, r, sip.StatusCallTransactionDoesNotExists)
	})
	server.OnNoRoute(func(r *sip.Request, tx sip.ServerTransaction) {
		say(tx, r, sip.StatusMethodNotAllowed)
	})
}

// phrases of the statuses that this phone says by itself.
func phrase(code int) string {
	known := map[int]string{
		100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 400: "Bad Request",
		404: "Not Found", 405: "Method Not Allowed", 480: "Temporarily Unavailable", 481: "Call Does Not Exist", 486: "Busy Here",
		488: "Not Acceptable Here", 500: "Server Error", 503: "Service Unavailable", 603: "Decline",
	}
	if known[code] != "" {
		return known[code]
	}
	return fmt.Sprintf("Status %d", code)
}

func say(tx sip.ServerTransaction, r *sip.Request, code int) {
	_ = tx.Respond(sip.NewResponseFromRequest(r, code, phrase(code), nil)) // a lost answer is asked for again
}

// tagOf is the tag of an address, empty when it has none.
func tagOf(params sip.HeaderParams) string {
	tag, _ := params.Get("tag")
	return tag
}

// found is the call that a request belongs to.
func (p *Phone) found(r *sip.Request) *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.CallID() == nil || r.To() == nil {
		return nil
	}
	return p.calls[dialog{r.CallID().Value(), tagOf(r.To().Params)}]
}

// held is found, and keeps the phone open until work.Done: the answer to a BYE
// must go out although the call ends with it.
func (p *Phone) held(r *sip.Request) *Call {
	c := p.found(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if c == nil || p.calls[c.dialog] != c {
		return nil
	}
	p.work.Add(1) // not from zero: the call is in the books
	return c
}

func (p *Phone) onAck(r *sip.Request, _ sip.ServerTransaction) {
	if c := p.found(r); c != nil {
		select {
		case c.acks <- r.Body():
		default: // it was said twice
		}
	}
}

func (p *Phone) onBye(r *sip.Request, tx sip.ServerTransaction) {
	c := p.held(r)
	if c == nil {
		say(tx, r, sip.StatusCallTransactionDoesNotExists)
		return
	}
	defer p.work.Done()
	c.leave(r) // first: who hangs up at this moment must find it
	say(tx, r, sip.StatusOK)
}

func (c *Call) leave(r *sip.Request) {
	select {
	case c.byes <- r:
	default: // it was said twice
	}
}

// onChange follows a re-INVITE or an UPDATE: the other side moves its sound.
func (p *Phone) onChange(r *sip.Request, tx sip.ServerTransaction) {
	c := p.found(r)
	if c == nil {
		say(tx, r, sip.StatusCallTransactionDoesNotExists)
		return
	}
	if len(r.Body()) > 0 {
		if err := c.media.meet(r.Body()); err != nil {
			say(tx, r, sip.StatusNotAcceptableHere)
			return
		}
	}
	if contact := r.Contact(); contact != nil {
		c.mu.Lock()
		c.target = contact.Address
		c.mu.Unlock()
	}
	res := c.reply(r, sip.StatusOK)
	if r.IsInvite() || len(r.Body()) > 0 {
		carry(res, c.media.describe())
	}
	_ = tx.Respond(res)
	c.tell(Event{Kind: Changed})
}

// reply is an answer with what establishes or keeps a call.
func (c *Call) reply(r *sip.Request, code int) *sip.Response {
	res := sip.NewResponseFromRequest(r, code, phrase(code), nil)
	res.AppendHeader(sip.NewHeader("Contact", "<"+c.phone.URI()+">"))
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	return res
}

// onInfo takes DTMF of those who send it as INFO.
func (p *Phone) onInfo(r *sip.Request, tx sip.ServerTransaction) {
	defer say(tx, r, sip.StatusOK)
	c := p.found(r)
	if c == nil {
		return
	}
	for line := range strings.Lines(string(r.Body())) {
		if name, key, ok := strings.Cut(line, "="); ok && strings.EqualFold(strings.TrimSpace(name), "Signal") {
			c.key(strings.TrimSpace(key))
		}
	}
}

func (p *Phone) onOther(r *sip.Request, tx sip.ServerTransaction) {
	res := sip.NewResponseFromRequest(r, sip.StatusOK, phrase(sip.StatusOK), nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	_ = tx.Respond(res)
}

// Accept returns the next incoming call. It is neither ringing nor answered
// yet; Ring, Answer and Decline do that.
func (p *Phone) Accept(ctx context.Context) (*Call, error) {
	select {
	case c := <-p.rang:
		return c, nil
	case <-p.life.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Listen runs take for every incoming call, each in a goroutine of its own,
// until the context is done. A call is hung up when its take returns. Listen
// returns when every take has.
func (p *Phone) Listen(ctx context.Context, take func(context.Context, *Call)) error {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		c, err := p.Accept(ctx)
		if err != nil {
			return err
		}
		work.Go(func() {
			defer func() { _ = c.Hangup(context.WithoutCancel(ctx)) }() // every way to hang up is bounded
			take(ctx, c)
		})
	}
}
