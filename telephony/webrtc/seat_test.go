package webrtc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestATonePassesBothWays(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b, a := openBrowser(t), openAsterisk(t)
	b.join(seat)
	await(t, events, Connected)
	if !seat.Connected() {
		t.Error("not connected")
	}
	seat.Attach(a.addr())
	b.speak(440)
	a.speak(seat, 1000)

	a.heard.tone(t, 440)
	oneStream(t, b.heard.tone(t, 1000))
	q := seat.Quality()
	if q.FromBrowser < 40 || q.ToBrowser < 40 || q.FromAsterisk < 40 || q.ToAsterisk < 40 || q.MOS < 4 {
		t.Errorf("quality %+v", q)
	}
}

func TestAsteriskSeesOneStreamWhenTheBrowserIsReplaced(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	first, second, a := openBrowser(t), openBrowser(t), openAsterisk(t)
	first.join(seat)
	await(t, events, Connected)
	seat.Attach(a.addr())
	first.speak(440)
	a.heard.tone(t, 440)
	n := a.heard.len()
	second.join(seat) // the first goes on speaking: it is no longer heard
	await(t, events, TakenOver)
	await(t, events, Connected)
	a.heard.until(t, n, "silence between the two", isSilence)
	second.speak(1200)
	a.heard.tone(t, 1200)
	oneStream(t, a.heard.all())
}

func TestTheBrowserHearsOneStreamOverTwoCalls(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b := openBrowser(t)
	b.join(seat)
	await(t, events, Connected)
	for _, hz := range []int{700, 1100} { // another Asterisk end, another SSRC
		a := openAsterisk(t)
		seat.Attach(a.addr())
		stop := a.speak(seat, hz)
		b.heard.tone(t, float64(hz))
		seat.Detach()
		before := seat.Quality()
		time.Sleep(5 * packetTime) // that nothing comes can only be seen in time
		after := seat.Quality()
		if got := after.ToBrowser - before.ToBrowser; got > 1 { // one may have been on its way
			t.Errorf("the browser was sent %d packets after the call's end", got)
		}
		if got := after.ToAsterisk - before.ToAsterisk; got > 0 {
			t.Errorf("Asterisk was sent %d packets after the call's end", got)
		}
		stop()
	}
	oneStream(t, b.heard.all())
}

func TestTheLegIsKeptFed(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	a, b := openAsterisk(t), openBrowser(t)
	seat.Attach(a.addr())
	silence := a.heard.next(t, 51)
	if took := silence[50].at.Sub(silence[0].at); took < 900*time.Millisecond || took > 5*time.Second {
		t.Errorf("50 packets of silence in %v", took)
	}
	b.join(seat)
	await(t, events, Connected)
	stop := b.speak(440)
	a.heard.tone(t, 440) // which no silence in between lets be pure
	stop()
	n := a.heard.until(t, a.heard.len(), "silence again", isSilence)
	for _, p := range a.heard.all()[n:] {
		if isSound(p) {
			t.Error("sound after the microphone went")
		}
	}
	oneStream(t, a.heard.all())
}

func TestStrangersAndGarbageAreNotHeard(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b, a, stranger := openBrowser(t), openAsterisk(t), openAsterisk(t)
	b.join(seat)
	await(t, events, Connected)
	seat.Attach(a.addr())
	stranger.speak(seat, 2000)
	random := rand.NewChaCha8([32]byte{1})
	for i := range 300 {
		garbage := make([]byte, i)
		_, _ = random.Read(garbage)
		stranger.send(seat, garbage)
		if i%2 == 0 && i > 1 {
			garbage[1] = 96 // as RTP of another payload type, extensions and padding at random
		}
		a.send(seat, garbage)
		for _, port := range s.Addrs() { // the browsers' port
			_, _ = a.conn.WriteTo(garbage, port)
		}
	}
	a.speak(seat, 1000)
	b.heard.tone(t, 1000) // and of the stranger's 2000 Hz nothing
	if !seat.Connected() {
		t.Error("the browser was lost")
	}
}

func TestAKilledBrowserIsNoticedAndMayComeBack(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	killed := openBrowser(t)
	killed.join(seat)
	await(t, events, Connected)
	began := time.Now()
	_ = killed.wire.Close()
	await(t, events, Lost)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("noticed after %v", took)
	}
	if seat.Connected() || seat.Quality().MOS != 0 {
		t.Error("still there")
	}
	openBrowser(t).join(seat)
	await(t, events, Connected) // and no TakenOver: nobody was there
}

func TestABrowserThatClosesIsLostAtOnce(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b := openBrowser(t)
	b.join(seat)
	await(t, events, Connected)
	if err := b.conn.Close(); err != nil {
		t.Fatal(err)
	}
	await(t, events, Lost)
}

func TestAnUnusableOfferChangesNothing(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b := openBrowser(t)
	b.join(seat)
	await(t, events, Connected)
	opus := strings.ReplaceAll(openBrowser(t).offer(), "PCMU", "speex")
	for name, sdp := range map[string]string{
		"empty": "", "noise": "a=PCMU/8000 hello\r\n", "no audio": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", "no µ-law": opus,
	} {
		if _, err := seat.Offer(t.Context(), sdp); !errors.Is(err, ErrOffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = seat.Offer(ctx, openBrowser(t).offer()) // may be answered or not: the former stays or is taken over
	if err := seat.Candidate("candidate:1 1 udp 2113937151 0b0c4f1e-2f5c.local 53421 typ host"); err != nil {
		t.Errorf("an mDNS candidate: %v", err)
	}
}

func TestKeysAreTold(t *testing.T) {
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	b := openBrowser(t)
	b.join(seat)
	await(t, events, Connected)
	for i, key := range []byte("5#0") {
		b.press(key, uint32(1000+i*5000))
		if ev := await(t, events, Digit); ev.Digit != key {
			t.Errorf("%c told as %c", key, ev.Digit)
		}
	}
}

func TestACallbackThatHangsHoldsNothingUp(t *testing.T) {
	s := openServer(t)
	hang := make(chan struct{})
	release := sync.OnceFunc(func() { close(hang) })
	seat, err := s.Seat("agent1", func(Event) { <-hang })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release) // before the server closes, which waits for the callback
	b, a := openBrowser(t), openAsterisk(t)
	b.join(seat)
	seat.Attach(a.addr())
	b.speak(440)
	for i := range 3 * maxDigits {
		b.press('1', uint32(100+i*3000))
	}
	a.heard.tone(t, 440)
}

func TestASeatIsOneForItsName(t *testing.T) {
	s := openServer(t)
	first, _ := openSeat(t, s, "agent1")
	again, _ := openSeat(t, s, "agent1")
	other, _ := openSeat(t, s, "agent2")
	if first != again || first == other || first.MediaHost() == other.MediaHost() {
		t.Error("seats are mixed up")
	}
	first.Close()
	first.Close()
	first.Attach(netip.MustParseAddrPort("127.0.0.1:9"))
	if _, err := first.Offer(t.Context(), openBrowser(t).offer()); !errors.Is(err, ErrClosed) {
		t.Errorf("an offer after the shift: %v", err)
	}
	if fresh, _ := openSeat(t, s, "agent1"); fresh == first {
		t.Error("the closed seat came back")
	}
}

func TestFiftySeatsLeaveNothingBehind(t *testing.T) { // TestMain looks for what is left
	s := openServer(t)
	a := openAsterisk(t)
	for i := range 50 {
		seat, events := openSeat(t, s, fmt.Sprint("agent", i))
		openBrowser(t).join(seat)
		await(t, events, Connected)
		seat.Attach(a.addr())
	}
	began := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > patience {
		t.Errorf("closing took %v", took)
	}
	if _, err := s.Seat("late", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a seat after the end: %v", err)
	}
}

// oneStream checks that the packets are one RTP stream without a seam: one SSRC, every number once, time as on the clock.
func oneStream(t testing.TB, packets []arrived) {
	t.Helper()
	for i, p := range packets[1:] {
		before := packets[i]
		if p.SSRC != before.SSRC || p.SequenceNumber != before.SequenceNumber+1 {
			t.Fatalf("packet %d: %d of %x follows %d of %x", i+1, p.SequenceNumber, p.SSRC, before.SequenceNumber, before.SSRC)
		}
		if int32(p.Timestamp-before.Timestamp) <= 0 {
			t.Fatalf("packet %d: timestamp %d follows %d", i+1, p.Timestamp, before.Timestamp)
		}
	}
	first, last := packets[0], packets[len(packets)-1]
	told := time.Duration(last.Timestamp-first.Timestamp) * time.Second / clockRate
	if off := (told - last.at.Sub(first.at)).Abs(); off > time.Second {
		t.Errorf("timestamps tell %v, the clock %v", told, last.at.Sub(first.at))
	}
}
