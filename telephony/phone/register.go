package phone

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const registered = 120 * time.Second // asked of the registrar; renewed at half of it

// Register makes the phone reachable as user at the registrar ("host:port")
// and keeps it so until Close. The password also answers challenges to calls.
func (p *Phone) Register(ctx context.Context, registrar, user, password string) error {
	var uri sip.Uri
	if err := sip.ParseUri("sip:"+strings.TrimPrefix(registrar, "sip:"), &uri); err != nil {
		return fmt.Errorf("register at %q: %w", registrar, err)
	}
	p.mu.Lock()
	p.user, p.password = user, password
	p.mu.Unlock()
	r := &registration{phone: p, uri: uri, user: user, password: password, id: sip.GenerateTagN(24), tag: sip.GenerateTagN(16)}
	if err := r.say(ctx, registered); err != nil {
		return fmt.Errorf("register at %s: %w", registrar, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	p.work.Go(r.keep)
	return nil
}

// registration is one address of record with one registrar.
type registration struct {
	phone          *Phone
	uri            sip.Uri
	user, password string
	id, tag        string
	cseq           uint32
}

// keep renews until the phone is closed, and then takes the address back.
func (r *registration) keep() {
	tick := time.NewTicker(registered / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.again(registered)
		case <-r.phone.life.Done():
			r.again(0)
			return
		}
	}
}

// again says it once more; when that fails, the next tick tries, or the
// registrar forgets us by itself.
func (r *registration) again(expires time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTo)
	defer cancel()
	_ = r.say(ctx, expires)
}

func (r *registration) say(ctx context.Context, expires time.Duration) error {
	request := r.request(expires)
	res, err := r.phone.client.Do(ctx, request, r.phone.asIs)
	if err != nil {
		return err
	}
	if res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired {
		r.cseq++
		auth := sipgo.DigestAuth{Username: r.user, Password: r.password}
		if res, err = r.phone.client.DoDigestAuth(ctx, request.Clone(), res, auth); err != nil {
			return err
		}
	}
	if !res.IsSuccess() {
		return fmt.Errorf("%w: %d %s", ErrRefused, res.StatusCode, res.Reason)
	}
	return nil
}

func (r *registration) request(expires time.Duration) *sip.Request {
	r.cseq++
	request := sip.NewRequest(sip.REGISTER, *r.uri.Clone())
	id, hops := sip.CallIDHeader(r.id), sip.MaxForwardsHeader(70)
	who := fmt.Sprintf("<sip:%s@%s>", r.user, r.uri.Host)
	request.AppendHeader(&hops)
	request.AppendHeader(sip.NewHeader("From", who+";tag="+r.tag))
	request.AppendHeader(sip.NewHeader("To", who))
	request.AppendHeader(&id)
	request.AppendHeader(&sip.CSeqHeader{SeqNo: r.cseq, MethodName: sip.REGISTER})
	request.AppendHeader(sip.NewHeader("Contact", "<"+r.phone.URI()+">"))
	request.AppendHeader(sip.NewHeader("Expires", fmt.Sprint(int(expires.Seconds()))))
	request.SetBody(nil)
	return request
}
