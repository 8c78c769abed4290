package phone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
	"github.com/pion/rtp"

	"hotline/telephony/audio"
)

// ask sends a request within the call and returns the status of its answer.
func ask(t *testing.T, c *Call, method sip.RequestMethod, body []byte) (*sip.Response, int) {
	t.Helper()
	c.mu.Lock()
	c.cseq++
	cseq := c.cseq
	c.mu.Unlock()
	r := c.within(method, cseq)
	if body != nil {
		carry(r, body)
	}
	res := c.phone.ask(r)
	if res == nil {
		t.Fatalf("no answer to %s", method)
	}
	return res, res.StatusCode
}

func farOf(c *Call) farEnd {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.media.far
}

func TestTheOtherSideMovesItsSound(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	res, status := ask(t, in, sip.INVITE, in.media.describe())
	if status != 200 || !bytes.Contains(res.Body(), []byte("m=audio")) {
		t.Fatalf("re-INVITE: %d %s", status, res.Body())
	}
	must(t, in.phone.client.WriteRequest(in.within(sip.ACK, in.cseq), in.phone.asIs))
	if _, err := out.Wait(ctx, Changed); err != nil {
		t.Fatal(err)
	}
	hold := bytes.Replace(in.media.describe(), []byte("sendrecv"), []byte("sendonly"), 1)
	if _, status := ask(t, in, sip.UPDATE, hold); status != 200 || !farOf(out).deaf {
		t.Errorf("hold: %d", status)
	}
	if _, status := ask(t, in, sip.INVITE, []byte("v=0\r\nm=audio 0 RTP/AVP 96\r\n")); status != 488 {
		t.Errorf("no common coding: %d", status)
	}
	in.Play(audio.ToneSource(440))
	must(t, out.WaitTone(ctx, 440))
	must(t, in.Hangup(ctx))
	ended(t, out, Remote, 16, 0)
}

func TestRequestsThatArePartOfNoTalk(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	for method, want := range map[sip.RequestMethod]int{
		sip.OPTIONS: 200, sip.NOTIFY: 200, sip.REFER: 405, sip.MESSAGE: 405,
	} {
		if _, status := ask(t, out, method, nil); status != want {
			t.Errorf("%s: %d", method, status)
		}
	}
	if _, status := ask(t, out, sip.INFO, []byte("Signal=5\r\nDuration=160\r\n")); status != 200 || in.Digits() != "5" {
		t.Errorf("INFO: %d, digits %q", status, in.Digits())
	}
	must(t, out.Hangup(ctx))
	must(t, in.WaitEnd(ctx))
	if _, status := ask(t, out, sip.BYE, nil); status != 481 {
		t.Errorf("BYE of a call that is over: %d", status)
	}
}

func TestStrangeBytesAreNoCall(t *testing.T) {
	ctx := soon(t)
	caller, callee := newPhone(t, "caller"), newPhone(t, "callee")
	for _, message := range []string{
		"", "\r\n\r\n", "INVITE\r\n\r\n", "\x00\x01\x02\x03\x04", "INVITE sip:1@h SIP/2.0\r\nFrom: \xff\xfe\r\n\r\n",
		"BYE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nCSeq: 1 BYE\r\n\r\n",
		"SIP/2.0 200 OK\r\n\r\n", strings.Repeat("A", 60000),
	} {
		must(t, caller.SendRaw(callee.Addr(), []byte(message)))
	}
	out, err := caller.Dial(ctx, callee.URI(), Caller{})
	must(t, err)
	in, err := callee.Accept(ctx)
	must(t, err)
	must(t, in.Answer(ctx))
	_, err = out.Wait(ctx, Answered)
	must(t, err)
}

func TestACallWithoutDTMFSaysSo(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	plain := bytes.ReplaceAll(in.media.describe(), []byte("telephone-event"), []byte("nothing"))
	must(t, out.media.meet(plain))
	if err := out.SendDTMF(ctx, "1"); !errors.Is(err, ErrNoDTMF) {
		t.Errorf("got %v", err)
	}
}

// registrar is a SIP server that lets agent1 in with the password demo. It
// tells what each accepted registration expires in.
func registrar(t *testing.T) (addr string, expires chan string) {
	t.Helper()
	challenge := digest.Challenge{Realm: "hotline", Nonce: "n", Algorithm: "MD5"}
	expires = make(chan string, 10)
	agent, err := sipgo.NewUA()
	must(t, err)
	server, err := sipgo.NewServer(agent)
	must(t, err)
	server.OnRegister(func(r *sip.Request, tx sip.ServerTransaction) {
		if proven(r, challenge, "agent1", "demo") {
			expires <- r.GetHeader("Expires").Value()
			say(tx, r, 200)
			return
		}
		res := sip.NewResponseFromRequest(r, 401, "Unauthorized", nil)
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", challenge.String()))
		_ = tx.Respond(res)
	})
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.ServeUDP(socket)
	}()
	t.Cleanup(func() { agent.Close(); socket.Close(); <-served })
	return socket.LocalAddr().String(), expires
}

func TestThePhoneAnswersAChallenge(t *testing.T) {
	ctx := soon(t)
	addr, expires := registrar(t)
	desk := newPhone(t, "agent1")
	must(t, desk.Register(ctx, addr, "agent1", "demo"))
	if err := newPhone(t, "x").Register(ctx, addr, "agent1", "wrong"); !errors.Is(err, ErrRefused) {
		t.Errorf("wrong password: %v", err)
	}
	must(t, desk.Close())
	if got := <-expires + " " + <-expires; got != "120 0" {
		t.Errorf("registered for %s", got)
	}
}

func proven(r *sip.Request, challenge digest.Challenge, user, password string) bool {
	h := r.GetHeader("Authorization")
	if h == nil {
		return false
	}
	given, err := digest.ParseCredentials(h.Value())
	if err != nil {
		return false
	}
	want, err := digest.Digest(&challenge, digest.Options{
		Method: "REGISTER", URI: given.URI, Username: user, Password: password, Cnonce: given.Cnonce, Count: given.Nc})
	return err == nil && want.Response == given.Response
}

func TestAPhoneNamesOneAddress(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "nonsense"} {
		if p, err := New(Config{Listen: listen}); err == nil {
			p.Close()
			t.Errorf("%q was taken", listen)
		}
	}
	taken := newPhone(t, "first")
	if _, err := New(Config{Listen: taken.Addr()}); !errors.Is(err, net.ErrClosed) && err == nil {
		t.Error("two phones on one address")
	}
}

func TestReasonsAreRead(t *testing.T) {
	for header, want := range map[string]string{
		`Q.850;cause=16;text="Normal Clearing"`:         "16 Normal Clearing",
		`Q.850 ; cause = 17`:                            "17 ",
		`SIP;cause=200;text="Call completed elsewhere"`: "0 Call completed elsewhere",
		``:                       "0 ",
		`Q.850;cause=x;text="a"`: "0 a",
	} {
		cause, text := readReason(header)
		if got := fmt.Sprint(cause, " ", text); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

func TestWhatDidNotComeIsSilence(t *testing.T) {
	var tr track
	began := time.Now()
	add := func(ssrc, stamp uint32, after time.Duration) {
		packet := rtp.Packet{Header: rtp.Header{SSRC: ssrc, Timestamp: stamp}, Payload: bytes.Repeat([]byte{0x80}, 160)}
		tr.add(&packet, audio.ULaw, began.Add(after))
	}
	want := func(name string, length, missing int) {
		t.Helper()
		if len(tr.samples) != length || tr.missing != missing {
			t.Errorf("%s: %d samples, %d missing; want %d, %d", name, len(tr.samples), tr.missing, length, missing)
		}
	}
	const wrap = 1<<32 - 160
	add(1, wrap, 0)
	add(1, 0, 20*time.Millisecond)
	want("timestamps wrap", 320, 0)
	add(1, 320, 60*time.Millisecond)
	want("one packet lost", 640, 160)
	add(1, 160, 70*time.Millisecond)
	want("it comes late and finds its place", 640, 160)
	if tr.samples[330] == 0 {
		t.Error("the late packet was not laid down")
	}
	add(2, 123456, time.Second)
	want("another source goes on by the clock", 8160, 160+8000-640)
	add(2, 123456+90000000, 1020*time.Millisecond)
	want("a leap into nowhere goes on by the clock", 8320, 160+8000-640)
}

func TestSessionDescriptions(t *testing.T) {
	both := []audio.Law{audio.ULaw, audio.ALaw}
	for _, c := range []struct{ name, body, want string }{
		{"A-law first", "c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 9 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\n", "10.0.0.1:4000 1 97 false <nil>"},
		{"the stream's address wins", "c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\nm=video 5 RTP/AVP 31\r\nc=IN IP4 10.0.0.3\r\n", "10.0.0.2:4000 0 0 false <nil>"},
		{"held", "c=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n", "0.0.0.0:4000 0 0 true <nil>"},
		{"no stream", "c=IN IP4 10.0.0.1\r\n", "invalid AddrPort 0 0 false " + errNoSound.Error()},
		{"no coding of ours", "c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 9\r\n", "10.0.0.1:4000 0 0 false " + errNoSound.Error()},
		{"nothing", "", "invalid AddrPort 0 0 false " + errNoSound.Error()},
	} {
		far, err := understand([]byte(c.body), both)
		if got := fmt.Sprint(far.addr, far.law, far.event, far.deaf, err); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func FuzzSessionDescription(f *testing.F) {
	f.Add([]byte("c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		far, err := understand(body, []audio.Law{audio.ULaw})
		if err == nil && (!far.addr.IsValid() || far.addr.Port() == 0) {
			t.Errorf("understood without an address: %q", body)
		}
	})
}

func TestACalleeThatIsNeverAcceptedIsLeftRinging(t *testing.T) {
	ctx := soon(t)
	caller, callee := newPhone(t, "caller"), newPhone(t, "callee")
	life, hangup := context.WithCancel(ctx)
	out, err := caller.Dial(life, callee.URI(), Caller{})
	must(t, err)
	_, err = out.Wait(ctx, Trying)
	must(t, err)
	hangup()
	ended(t, out, Local, 16, 487)
}
