package phone

import (
	"context"
	"slices"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// within builds a request inside the call.
func (c *Call) within(method sip.RequestMethod, cseq uint32) *sip.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := sip.NewRequest(method, *c.target.Clone())
	id, hops := sip.CallIDHeader(c.dialog.id), sip.MaxForwardsHeader(70)
	r.AppendHeader(&hops)
	for _, via := range c.route {
		r.AppendHeader(sip.NewHeader("Route", via))
	}
	r.AppendHeader(sip.NewHeader("From", c.near))
	r.AppendHeader(sip.NewHeader("To", c.far))
	r.AppendHeader(&id)
	r.AppendHeader(&sip.CSeqHeader{SeqNo: cseq, MethodName: method})
	r.AppendHeader(sip.NewHeader("Contact", "<"+c.phone.URI()+">"))
	r.SetBody(nil)
	return r
}

func (c *Call) ack(invite *sip.Request) *sip.Request {
	return c.within(sip.ACK, invite.CSeq().SeqNo)
}

// bye ends an answered call and waits a while for the answer.
func (c *Call) bye() {
	c.mu.Lock()
	c.cseq++
	cseq := c.cseq
	c.mu.Unlock()
	r := c.within(sip.BYE, cseq)
	r.AppendHeader(sip.NewHeader("Reason", `Q.850;cause=16;text="Normal Clearing"`))
	c.phone.ask(r)
}

// routeOf is the way that requests within a call take; the caller reads the
// Record-Route backwards.
func routeOf(m sip.Message, caller bool) (route []string) {
	for _, h := range m.GetHeaders("record-route") {
		route = append(route, h.Value())
	}
	if caller {
		slices.Reverse(route)
	}
	return route
}

// challenged: the other side wants to know who we are, and we have a password.
func (p *Phone) challenged(res *sip.Response) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.password != "" &&
		(res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired)
}

// respond sends the INVITE again with the answer to a challenge.
func (c *Call) respond(invite *sip.Request, res *sip.Response) (sip.ClientTransaction, *sip.Request, error) {
	c.phone.mu.Lock()
	auth := sipgo.DigestAuth{Username: c.phone.user, Password: c.phone.password}
	c.phone.mu.Unlock()
	again := invite.Clone() // the first one is still needed for its ACK
	tx, err := c.phone.client.TransactionDigestAuth(context.Background(), again, res, auth)
	return tx, again, err
}

// forgiving parses as the library does, but keeps a message whose From or To
// holds what no address may: our own hostile callers come back in the answers.
func forgiving() sip.HeadersParser {
	parsers := sip.HeadersParser{}
	for name, parse := range sip.DefaultHeadersParser() {
		parsers[name] = parse
	}
	for _, name := range []string{"from", "f", "to", "t"} {
		strict := parsers[name]
		parsers[name] = func(header []byte, value string) (sip.Header, error) {
			if h, err := strict(header, value); err == nil {
				return h, nil
			}
			return unreadable(header[0], value), nil
		}
	}
	return parsers
}

// unreadable keeps the only thing that matters of an address: its tag.
func unreadable(first byte, value string) sip.Header {
	var params sip.HeaderParams
	if _, tag, ok := strings.Cut(value[max(strings.LastIndex(value, ";tag="), 0):], ";tag="); ok {
		params.Add("tag", tag)
	}
	nobody := sip.Uri{Scheme: "sip", User: "unreadable", Host: "invalid"}
	if first == 'f' || first == 'F' {
		return &sip.FromHeader{Address: nobody, Params: params}
	}
	return &sip.ToHeader{Address: nobody, Params: params}
}
