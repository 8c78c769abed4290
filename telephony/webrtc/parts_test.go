package webrtc

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"hotline/telephony/audio"
)

const patience = 20 * time.Second // for what takes milliseconds on a machine that is not busy

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openServer(t testing.TB) *Server {
	t.Helper()
	s, err := New(Config{Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openSeat gives a seat and its events.
func openSeat(t testing.TB, s *Server, name string) (*Seat, <-chan Event) {
	t.Helper()
	events := make(chan Event, 100)
	seat, err := s.Seat(name, func(ev Event) { events <- ev })
	if err != nil {
		t.Fatal(err)
	}
	return seat, events
}

func await(t testing.TB, events <-chan Event, want Kind) Event {
	t.Helper()
	select {
	case ev := <-events:
		if ev.Kind != want {
			t.Fatalf("got %v, want %v", ev.Kind, want)
		}
		return ev
	case <-time.After(patience):
		t.Fatalf("%v never came", want)
	}
	return Event{}
}

// browser is a page's side of the connection: Opus first in its offer, no candidates in it.
type browser struct {
	t     testing.TB
	conn  *pion.PeerConnection
	mic   *microphone
	wire  net.PacketConn // to be cut for a browser that dies without a word
	heard *heard
	up    chan struct{} // its side of the connection runs
}

func openBrowser(t testing.TB) *browser {
	t.Helper()
	wire, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: wire})
	media := &pion.MediaEngine{}
	opus := pion.RTPCodecCapability{MimeType: pion.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	for _, codec := range append([]pion.RTPCodecParameters{{RTPCodecCapability: opus, PayloadType: 111}}, codecs()...) {
		if err := media.RegisterCodec(codec, pion.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	settings := pion.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEUDPMux(mux)
	api := pion.NewAPI(pion.WithMediaEngine(media), pion.WithSettingEngine(settings))
	conn, err := api.NewPeerConnection(pion.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, conn: conn, wire: wire, heard: newHeard(), up: make(chan struct{})}
	up := sync.OnceFunc(func() { close(b.up) })
	conn.OnConnectionStateChange(func(state pion.PeerConnectionState) {
		if state == pion.PeerConnectionStateConnected {
			up()
		}
	})
	track, err := pion.NewTrackLocalStaticRTP(pcmu(), "mic", "page")
	if err != nil {
		t.Fatal(err)
	}
	b.mic = &microphone{TrackLocalStaticRTP: track}
	if _, err := conn.AddTrack(b.mic); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	conn.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
		reading.Go(func() {
			for {
				p, _, err := track.ReadRTP()
				if err != nil {
					return
				}
				b.heard.add(p)
			}
		})
	})
	t.Cleanup(func() {
		_ = conn.GracefulClose()
		_ = mux.Close()
		reading.Wait()
	})
	return b
}

// offer is the page's offer, sent before a candidate is known.
func (b *browser) offer() string {
	b.t.Helper()
	offer, err := b.conn.CreateOffer(nil)
	if err == nil {
		err = b.conn.SetLocalDescription(offer)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return offer.SDP
}

func (b *browser) accept(answer string) {
	b.t.Helper()
	if err := b.conn.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) join(seat *Seat) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	answer, err := seat.Offer(ctx, b.offer())
	if err != nil {
		b.t.Fatal(err)
	}
	b.accept(answer)
}

// speak sends a tone through the microphone until the returned function is called.
func (b *browser) speak(hz int) (stop func()) {
	<-b.up
	return speak(b.t, hz, func(p *rtp.Packet) { _ = b.mic.send(p) })
}

// press sends one key as Chromium does: growing durations, then the end three times.
func (b *browser) press(key byte, ts uint32) {
	const keys = "0123456789*#"
	<-b.up
	for i, end := range []byte{0, 0, 0x80, 0x80, 0x80} {
		event := []byte{byte(strings.IndexByte(keys, key)), end | 10, byte(i), 0}
		if err := b.mic.send(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 126, Timestamp: ts}, Payload: event}); err != nil {
			b.t.Error(err)
		}
	}
}

// microphone sends sound and keys as one stream.
type microphone struct {
	*pion.TrackLocalStaticRTP
	bound pion.TrackLocalContext

	mu  sync.Mutex
	seq uint16
}

func (m *microphone) Bind(c pion.TrackLocalContext) (pion.RTPCodecParameters, error) {
	m.bound = c
	return m.TrackLocalStaticRTP.Bind(c)
}

func (m *microphone) send(p *rtp.Packet) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seq++
	p.SequenceNumber, p.SSRC = m.seq, uint32(m.bound.SSRC())
	_, err := m.bound.WriteStream().WriteRTP(&p.Header, p.Payload)
	return err
}

// asterisk is the far end of the leg: a socket that keeps what it is sent.
type asterisk struct {
	t     testing.TB
	conn  *net.UDPConn
	heard *heard
}

func openAsterisk(t testing.TB) *asterisk {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	a := &asterisk{t: t, conn: conn, heard: newHeard()}
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			buf := make([]byte, maxPacket)
			n, _, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			var p rtp.Packet
			if err := p.Unmarshal(buf[:n]); err != nil {
				t.Errorf("Asterisk was sent something that is no RTP: %v", err)
				continue
			}
			a.heard.add(&p)
		}
	})
	t.Cleanup(func() { _ = conn.Close(); reading.Wait() })
	return a
}

func (a *asterisk) addr() netip.AddrPort { return a.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (a *asterisk) send(to *Seat, b []byte) {
	_, _ = a.conn.WriteToUDPAddrPort(b, netip.MustParseAddrPort(to.MediaHost()))
}

func (a *asterisk) speak(to *Seat, hz int) (stop func()) {
	return speak(a.t, hz, func(p *rtp.Packet) {
		if b, err := p.Marshal(); err == nil {
			a.send(to, b)
		}
	})
}

// speak sends a tone, 50 packets a second, under a new SSRC and new numbers. It keeps to the clock: what it was not run for
// it makes up.
func speak(t testing.TB, hz int, send func(*rtp.Packet)) (stop func()) {
	var speaking sync.WaitGroup
	left := make(chan struct{})
	tone := audio.ULaw.Encode(nil, audio.Tone(audio.Rate, hz, time.Second))
	source := newStream()
	speaking.Go(func() {
		began := time.Now()
		for i := 0; ; i++ {
			from := i * packetSamples % len(tone)
			send(&rtp.Packet{
				Header: rtp.Header{Version: 2, SSRC: source.newest.ts ^ 0x5a5a, Marker: i == 0,
					SequenceNumber: source.newest.seq + uint16(i), Timestamp: source.newest.ts + uint32(i*packetSamples)},
				Payload: tone[from : from+packetSamples],
			})
			select {
			case <-left:
				return
			case <-time.After(time.Until(began.Add(time.Duration(i+1) * packetTime))):
			}
		}
	})
	stop = sync.OnceFunc(func() { close(left); speaking.Wait() })
	t.Cleanup(stop)
	return stop
}

// heard keeps packets, and lets a test wait for them.
type heard struct {
	mu      sync.Mutex
	more    *sync.Cond
	packets []arrived
	instead func(*rtp.Packet) // takes the packets when set
}

type arrived struct {
	rtp.Packet
	at time.Time
}

func newHeard() *heard {
	h := &heard{}
	h.more = sync.NewCond(&h.mu)
	return h
}

func (h *heard) add(p *rtp.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.instead != nil {
		h.instead(p)
		return
	}
	h.packets = append(h.packets, arrived{*p, time.Now()})
	h.more.Broadcast()
}

func (h *heard) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.packets)
}

// until waits for a packet after the first n for which ok is true, and gives how many there are with it.
func (h *heard) until(t testing.TB, n int, what string, ok func(arrived) bool) int {
	t.Helper()
	timeout := time.AfterFunc(patience, h.more.Broadcast)
	defer timeout.Stop()
	end := time.Now().Add(patience)
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		for ; n < len(h.packets); n++ {
			if ok(h.packets[n]) {
				return n + 1
			}
		}
		if !time.Now().Before(end) {
			t.Fatalf("no %s came; %d packets", what, n)
		}
		h.more.Wait()
	}
}

// next waits for as many more packets and gives them.
func (h *heard) next(t testing.TB, count int) []arrived {
	t.Helper()
	from := h.len()
	seen := 0
	to := h.until(t, from, "packets", func(arrived) bool { seen++; return seen == count })
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.packets[from:to:to]
}

func (h *heard) all() []arrived {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.packets[:len(h.packets):len(h.packets)]
}

// tone waits until a frequency is heard, pure for half a second, in what comes from now on, and gives that. A machine that is
// busy tears holes into sound; a wrong sound stays wrong.
func (h *heard) tone(t testing.TB, hz float64) []arrived {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		packets := h.next(t, 40)
		var sound []int16
		for _, p := range packets {
			sound = audio.ULaw.Decode(sound, p.Payload)
		}
		if audio.HasTone(sound, audio.Rate, hz) {
			return packets
		}
	}
	t.Fatalf("%v Hz is not heard", hz)
	return nil
}

func isSilence(p arrived) bool {
	for _, b := range p.Payload {
		if b != ulawSilence {
			return false
		}
	}
	return true
}

func isSound(p arrived) bool { return !isSilence(p) }
