package phone

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hotline/telephony/audio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newPhone(t *testing.T, user string) *Phone {
	t.Helper()
	p, err := New(Config{Listen: "127.0.0.1:0", User: user})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ring makes a call between two new phones; the callee has not said a word.
func ring(t *testing.T, ctx context.Context, from Caller) (out, in *Call) {
	t.Helper()
	caller, callee := newPhone(t, "caller"), newPhone(t, "callee")
	out, err := caller.Dial(ctx, "sip:100@"+callee.Addr(), from)
	must(t, err)
	in, err = callee.Accept(ctx)
	must(t, err)
	return out, in
}

// talking makes an answered call.
func talking(t *testing.T, ctx context.Context) (out, in *Call) {
	t.Helper()
	out, in = ring(t, ctx, Caller{Number: "+15550100001"})
	must(t, in.Answer(ctx))
	_, err := out.Wait(ctx, Answered)
	must(t, err)
	return out, in
}

func ended(t *testing.T, c *Call, by Side, cause, status int) {
	t.Helper()
	must(t, c.WaitEnd(soon(t)))
	if e := c.End(); e.By != by || e.Cause != cause || e.Status != status {
		t.Errorf("ended by %s, cause %d, status %d (%s); want %s, %d, %d", e.By, e.Cause, e.Status, e.Reason, by, cause, status)
	}
}

func kinds(c *Call) string {
	var all []string
	for _, ev := range c.Log() {
		all = append(all, string(ev.Kind))
	}
	return strings.Join(all, " ")
}

func TestEachSideHearsTheOthersTone(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	out.Play(audio.ToneSource(1000))
	in.Play(audio.ToneSource(440))
	must(t, in.WaitTone(ctx, 1000))
	must(t, out.WaitTone(ctx, 440))
	must(t, out.Hangup(ctx))
	if audio.HasTone(in.Heard(), audio.Rate, 440) || audio.HasTone(out.Heard(), audio.Rate, 1000) {
		t.Error("a side hears itself")
	}
	if traffic := in.Traffic(); traffic.Received < 25 {
		t.Errorf("only %+v", traffic)
	}
}

func TestALawIsSpokenWhenItIsAllThatIsOffered(t *testing.T) {
	ctx := soon(t)
	caller, err := New(Config{Listen: "127.0.0.1:0", Laws: []audio.Law{audio.ALaw}})
	must(t, err)
	defer caller.Close()
	callee := newPhone(t, "callee")
	out, err := caller.Dial(ctx, "sip:100@"+callee.Addr(), Caller{})
	must(t, err)
	in, err := callee.Accept(ctx)
	must(t, err)
	must(t, in.Answer(ctx))
	out.Play(audio.ToneSource(1000))
	must(t, in.WaitTone(ctx, 1000))
	if farOf(in).law != audio.ALaw {
		t.Error("not A-law")
	}
}

func TestAnEndedSourceGoesOnAsSilence(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	<-out.Play(audio.Once(audio.Tone(audio.Rate, 1000, time.Second)))
	sent := out.Traffic().Sent
	in.Play(audio.ToneSource(440))
	must(t, out.WaitTone(ctx, 440)) // half a second later
	if more := out.Traffic().Sent - sent; more < 10 {
		t.Errorf("%d packets after the end of the source", more)
	}
	if heard := audio.ToneTime(in.Heard(), audio.Rate, 1000); heard < 800*time.Millisecond || heard > 1100*time.Millisecond {
		t.Errorf("heard %v of a tone of 1 s", heard)
	}
}

func TestKeysArriveInOrderWithRepeats(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	out.Play(audio.ToneSource(1000))
	must(t, out.SendDTMF(ctx, "11w20*#d"))
	got, err := in.WaitDigits(ctx, 7)
	must(t, err)
	if got != "1120*#D" {
		t.Errorf("got %q", got)
	}
	must(t, in.SendDTMF(ctx, "9"))
	if got, err := out.WaitDigits(ctx, 1); err != nil || got != "9" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := out.SendDTMF(ctx, "x"); err == nil {
		t.Error("x is no key")
	}
}

func TestARingingCallIsRefused(t *testing.T) {
	for _, c := range []struct {
		name          string
		status, cause int
	}{
		{"busy", 486, 17}, {"declined", 603, 21}, {"no answer", 480, 18}, {"no such number", 404, 1}, {"overloaded", 503, 34},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := soon(t)
			out, in := ring(t, ctx, Caller{})
			must(t, in.Ring())
			_, err := out.Wait(ctx, Ringing)
			must(t, err)
			must(t, in.Decline(c.status))
			ended(t, out, Remote, c.cause, c.status)
			ended(t, in, Local, c.cause, c.status)
			if _, err := out.Wait(ctx, Answered); !errors.Is(err, ErrEnded) {
				t.Errorf("waiting for the answer of a refused call: %v", err)
			}
		})
	}
}

func TestTheCallerCancels(t *testing.T) {
	ctx := soon(t)
	out, in := ring(t, ctx, Caller{})
	must(t, in.Ring())
	_, err := out.Wait(ctx, Ringing)
	must(t, err)
	must(t, out.Hangup(ctx))
	ended(t, out, Local, 16, 487)
	ended(t, in, Remote, 16, 487)
	if err := in.Answer(ctx); !errors.Is(err, ErrEnded) {
		t.Errorf("answer after CANCEL: %v", err)
	}
}

func TestTheCallerCancelsBeforeAnythingWasSaid(t *testing.T) {
	ctx := soon(t)
	out, in := ring(t, ctx, Caller{})
	must(t, out.Hangup(ctx)) // a CANCEL goes out after the 100 at the earliest
	ended(t, out, Local, 16, 487)
	ended(t, in, Remote, 16, 487)
}

func TestEitherSideHangsUp(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	must(t, out.Hangup(ctx))
	ended(t, out, Local, 16, 0)
	ended(t, in, Remote, 16, 0)
	if h := in.End().Header; h != `Q.850;cause=16;text="Normal Clearing"` {
		t.Errorf("Reason %q", h)
	}
	out, in = talking(t, ctx)
	must(t, in.Hangup(ctx))
	ended(t, in, Local, 16, 0)
	ended(t, out, Remote, 16, 0)
	if got := kinds(out); got != "answered ended" && got != "trying answered ended" {
		t.Errorf("events %q", got)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	ctx := soon(t)
	life, hangup := context.WithCancel(ctx)
	caller, callee := newPhone(t, "caller"), newPhone(t, "callee")
	out, err := caller.Dial(life, callee.URI(), Caller{})
	must(t, err)
	in, err := callee.Accept(ctx)
	must(t, err)
	must(t, in.Answer(ctx))
	_, err = out.Wait(ctx, Answered)
	must(t, err)
	hangup()
	ended(t, out, Local, 16, 0)
	ended(t, in, Remote, 16, 0)

	out, err = caller.Dial(ctx, callee.URI(), Caller{})
	must(t, err)
	in, err = callee.Accept(ctx)
	must(t, err)
	life, hangup = context.WithCancel(ctx)
	must(t, in.Answer(life))
	hangup()
	ended(t, in, Local, 16, 0)
	ended(t, out, Remote, 16, 0)
}

func TestAClosedPhoneLeavesNobodyOnTheLine(t *testing.T) {
	ctx := soon(t)
	out, in := talking(t, ctx)
	must(t, in.phone.Close())
	ended(t, out, Remote, 16, 0)
	if _, err := in.phone.Dial(ctx, "sip:1@127.0.0.1:9", Caller{}); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed phone dials: %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	ctx := soon(t)
	callee, caller := newPhone(t, "gone"), newPhone(t, "caller")
	target := callee.URI()
	must(t, callee.Close())
	out, err := caller.Dial(ctx, target, Caller{})
	must(t, err)
	must(t, out.Hangup(ctx)) // gives up after answerTo
	ended(t, out, Local, 16, 487)
}

func TestSoundBeforeTheAnswer(t *testing.T) {
	ctx := soon(t)
	out, in := ring(t, ctx, Caller{})
	in.Play(audio.ToneSource(440))
	must(t, in.EarlyMedia())
	_, err := out.Wait(ctx, EarlyMedia)
	must(t, err)
	must(t, out.WaitTone(ctx, 440))
	must(t, in.Answer(ctx))
	_, err = out.Wait(ctx, Answered)
	must(t, err)
}

func TestWhoCallsIsSeenAsSaid(t *testing.T) {
	for _, c := range []struct {
		name         string
		from         Caller
		number, seen string
	}{
		{"number", Caller{Number: "+15550100001"}, "+15550100001", ""},
		{"name", Caller{Number: "1", Name: `Ann "Q" \ Lee`}, "1", `Ann "Q" \ Lee`},
		{"script", Caller{Number: "1", Name: `<script>alert(1)</script>`}, "1", `<script>alert(1)</script>`},
		{"right to left and Cyrillic", Caller{Number: "1", Name: "\u202eПривет"}, "1", "\u202eПривет"},
		{"raw", Caller{Raw: `"' OR 1=1" <sip:../../x@h>`}, "../../x", `' OR 1=1`},
		{"anonymous", Caller{Raw: `"Anonymous" <sip:anonymous@anonymous.invalid>`}, "anonymous", "Anonymous"},
		{"not an address at all", Caller{Raw: "\"no end <sip:1@h"}, "unreadable", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := soon(t)
			c.from.Headers = [][2]string{{"Diversion", "<sip:7@h>;reason=unconditional"}}
			out, in := ring(t, ctx, c.from)
			number, name := in.From()
			if number != c.number || name != c.seen {
				t.Errorf("seen as %q %q", number, name)
			}
			if in.Dialled() != "100" || in.Header("diversion") != c.from.Headers[0][1] || in.ID() != out.ID() {
				t.Errorf("dialled %q, diversion %q, id %q", in.Dialled(), in.Header("Diversion"), in.ID())
			}
			must(t, in.Answer(ctx))
			_, err := out.Wait(ctx, Answered)
			must(t, err)
			must(t, out.Hangup(ctx))
			ended(t, in, Remote, 16, 0)
		})
	}
}

func TestDozensOfCallsAtOnce(t *testing.T) {
	ctx := soon(t)
	caller, callee := newPhone(t, "caller"), newPhone(t, "callee")
	life, stop := context.WithCancel(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		_ = callee.Listen(life, func(ctx context.Context, c *Call) {
			_ = c.Ring()
			_ = c.Answer(ctx)
			<-c.Done()
		})
	})
	var calls []*Call
	for range 40 {
		c, err := caller.Dial(ctx, callee.URI(), Caller{})
		must(t, err)
		c.Play(audio.ToneSource(1000))
		calls = append(calls, c)
	}
	for _, c := range calls {
		_, err := c.Wait(ctx, Answered)
		must(t, err)
	}
	var hearing sync.WaitGroup
	for _, c := range callee.Calls() {
		hearing.Go(func() {
			if err := c.WaitTone(ctx, 1000); err != nil {
				t.Error(err)
			}
		})
	}
	hearing.Wait()
	stop()
	listening.Wait()
	for _, c := range calls {
		ended(t, c, Remote, 16, 0)
	}
	if n := len(caller.Calls()) + len(callee.Calls()); n != 0 {
		t.Errorf("%d calls left", n)
	}
}
