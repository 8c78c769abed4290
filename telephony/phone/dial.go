package phone

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const (
	answerTo = 4 * time.Second // how long a CANCEL or BYE waits for its answer
	allowed  = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY"
)

// Caller is who calls, as the other side will see it.
type Caller struct {
	Number string // the phone's own user when empty
	Name   string // display name
	// Raw is a whole From value without its tag; Number and Name are not used
	// then. Whatever it holds is sent as it is.
	Raw string
	// Headers are more headers of the INVITE, as name and value:
	// P-Asserted-Identity, Diversion, Privacy.
	Headers [][2]string
}

func (from Caller) value(p *Phone) string {
	if from.Raw != "" {
		return from.Raw
	}
	if from.Number == "" {
		from.Number = p.config.User
	}
	if from.Name == "" {
		from.Name = p.config.Name
	}
	uri := fmt.Sprintf("<sip:%s@%s>", from.Number, p.addr)
	if from.Name == "" {
		return uri
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(from.Name) + `" ` + uri
}

// Dial calls target ("sip:100@127.0.0.1:5060") and returns at once; the call's
// events say how it goes. The context is the call's life: when it is done, the
// call is hung up.
func (p *Phone) Dial(ctx context.Context, target string, from Caller) (*Call, error) {
	var uri sip.Uri
	if !strings.HasPrefix(target, "sip:") {
		target = "sip:" + target
	}
	if err := sip.ParseUri(target, &uri); err != nil {
		return nil, fmt.Errorf("call %q: %w", target, err)
	}
	tag := sip.GenerateTagN(16)
	invite := p.newInvite(uri, from, tag)
	c, err := p.newCall(ctx, invite, dialog{invite.CallID().Value(), tag}, true)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", target, err)
	}
	c.near, c.far, c.target = c.Header("From"), c.Header("To"), uri
	carry(invite, c.media.describe())
	if !p.add(c) {
		c.hangup()
		c.media.close()
		return nil, ErrClosed
	}
	go func() {
		defer p.work.Done()
		c.finish(c.dial())
	}()
	return c, nil
}

func (p *Phone) newInvite(uri sip.Uri, from Caller, tag string) *sip.Request {
	invite := sip.NewRequest(sip.INVITE, uri)
	id := sip.CallIDHeader(sip.GenerateTagN(24))
	hops := sip.MaxForwardsHeader(70)
	invite.AppendHeader(&hops)
	invite.AppendHeader(sip.NewHeader("From", from.value(p)+";tag="+tag))
	invite.AppendHeader(sip.NewHeader("To", "<"+uri.String()+">"))
	invite.AppendHeader(&id)
	invite.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.INVITE})
	invite.AppendHeader(sip.NewHeader("Contact", "<"+p.URI()+">"))
	invite.AppendHeader(sip.NewHeader("Allow", allowed))
	for _, h := range from.Headers {
		invite.AppendHeader(sip.NewHeader(h[0], h[1]))
	}
	return invite
}

// carry gives a message its session description.
func carry(m sip.Message, body []byte) {
	m.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	m.SetBody(body)
}

// asIs sends a request as we built it; the library adds the Via only.
func (p *Phone) asIs(c *sipgo.Client, r *sip.Request) error {
	r.Laddr = sip.Addr{IP: p.addr.Addr().AsSlice(), Port: int(p.addr.Port())}
	if r.Via() != nil {
		return nil
	}
	return sipgo.ClientRequestAddVia(c, r)
}

// dial is the caller's side up to the end of the call.
func (c *Call) dial() End {
	tx, err := c.phone.client.TransactionRequest(context.Background(), c.invite, c.phone.asIs)
	if err != nil {
		return End{By: Network, Status: sip.StatusServiceUnavailable, Reason: err.Error()}
	}
	invite := c.invite
	var challenged, provisional, leaving, cancelled bool
	var giveUp <-chan time.Time
	life := c.life.Done()
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res.IsProvisional():
				provisional = true
				c.progress(res)
			case res.IsSuccess():
				return c.connected(tx, invite, res)
			case !challenged && c.phone.challenged(res):
				challenged = true
				if tx, invite, err = c.respond(invite, res); err != nil {
					return End{By: Local, Status: res.StatusCode, Reason: err.Error()}
				}
			default:
				return refusal(res, leaving)
			}
		case <-tx.Done():
			return End{By: Network, Status: sip.StatusRequestTimeout, Reason: "no answer to INVITE"}
		case <-life:
			life, leaving, giveUp = nil, true, time.After(answerTo)
		case <-giveUp:
			tx.Terminate()
			return End{By: Local, Status: sip.StatusRequestTerminated, Reason: "no answer to CANCEL"}
		}
		if leaving && provisional && !cancelled { // a CANCEL before any answer is not allowed
			cancelled = true
			c.cancel(invite)
		}
	}
}

func refusal(res *sip.Response, ours bool) End {
	end := End{By: Remote, Status: res.StatusCode, Cause: causeOf(res.StatusCode), Reason: res.Reason}
	if ours && res.StatusCode == sip.StatusRequestTerminated {
		end.By = Local
	}
	return end.reasoned(res)
}

func (c *Call) progress(res *sip.Response) {
	switch {
	case res.StatusCode == sip.StatusTrying:
		c.tell(Event{Kind: Trying, Code: res.StatusCode})
	case len(res.Body()) > 0 && c.media.meet(res.Body()) == nil:
		c.media.start()
		c.tell(Event{Kind: EarlyMedia, Code: res.StatusCode})
	default:
		c.tell(Event{Kind: Ringing, Code: res.StatusCode})
	}
}

// connected follows a 200: ACK, sound, and the talk. A call that was already
// given up is answered and ended, as the rules want it.
func (c *Call) connected(tx sip.ClientTransaction, invite *sip.Request, res *sip.Response) End {
	defer tx.Terminate()
	c.mu.Lock()
	c.far, c.cseq = res.To().Value(), invite.CSeq().SeqNo
	if contact := res.Contact(); contact != nil {
		c.target = contact.Address
	}
	c.route = routeOf(res, true)
	c.mu.Unlock()
	ack := func() { _ = c.phone.client.WriteRequest(c.ack(invite), c.phone.asIs) }
	tx.OnRetransmission(func(*sip.Response) { ack() })
	ack()
	if err := c.media.meet(res.Body()); err != nil {
		c.bye()
		return End{By: Local, Status: sip.StatusNotAcceptableHere, Reason: err.Error()}
	}
	c.media.start()
	c.answered()
	return c.talk(nil)
}

func (c *Call) cancel(invite *sip.Request) {
	r := sip.NewRequest(sip.CANCEL, invite.Recipient)
	r.AppendHeader(sip.HeaderClone(invite.Via())) // the same Via names the same transaction
	for _, name := range []string{"From", "To", "Call-ID", "Max-Forwards"} {
		sip.CopyHeaders(name, invite, r)
	}
	r.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	r.SetBody(nil)
	c.phone.work.Go(func() { c.phone.ask(r) }) // we are in the books, so Close still waits
}

// ask sends a request and waits a while for the final answer, which may be nil.
func (p *Phone) ask(r *sip.Request) *sip.Response {
	ctx, cancel := context.WithTimeout(context.Background(), answerTo)
	defer cancel()
	res, _ := p.client.Do(ctx, r, p.asIs)
	return res
}
