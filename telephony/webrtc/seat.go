package webrtc

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
)

// Seat is one agent's audio for the whole shift. It outlives browser tabs and calls: the RTP socket towards Asterisk stays the
// same while peers and calls come and go. Its methods may be called from anywhere at any time.
type Seat struct {
	name   string
	server *Server
	log    *slog.Logger
	leg    *leg
	news   *news

	offering sync.Mutex           // one offer at a time, so that the newest is the last
	peer     atomic.Pointer[peer] // owns the audio; nil when no browser has offered or the last one is gone

	mu        sync.Mutex // guards what follows, and the order of events
	connected bool
	closed    bool
	done      sync.WaitGroup
	pressed   uint32 // timestamp of the key press last told
	pressing  bool
	teller    sync.WaitGroup
}

func newSeat(s *Server, name string, on func(Event)) (*Seat, error) {
	log := s.log.With("agent", name)
	leg, err := newLeg(s.media, log)
	if err != nil {
		return nil, err
	}
	seat := &Seat{name: name, server: s, log: log, leg: leg, news: newNews(on)}
	seat.done.Go(func() { leg.listen(seat.play) })
	seat.teller.Go(seat.news.run)
	return seat, nil
}

// Offer answers a browser's offer with a new connection that owns the seat's audio from now on; the former one is closed. The
// answer has all of our candidates inside, and the offer needs none: the server learns the browser's address from its checks.
// An offer that cannot be answered (ErrOffer) changes nothing. Renegotiation and ICE restart are not spoken: a page whose
// connection is lost makes a fresh one, which is faster.
func (s *Seat) Offer(ctx context.Context, sdp string) (answer string, err error) {
	s.offering.Lock()
	defer s.offering.Unlock()
	p, err := newPeer(s.server)
	if err != nil {
		return "", fmt.Errorf("making a connection for %s: %w", s.name, err)
	}
	p.conn.OnTrack(func(track *pion.TrackRemote, receiver *pion.RTPReceiver) {
		p.read(func() { p.listen(track, func(packet *rtp.Packet) { s.relay(p, packet) }) })
		p.read(func() { p.readSenderReports(receiver) })
	})
	if answer, err = p.answer(ctx, sdp); err == nil {
		err = s.own(p)
	}
	if err != nil {
		p.close()
		return "", fmt.Errorf("answering the browser of %s: %w", s.name, err)
	}
	return answer, nil
}

// own gives the audio to a new peer.
func (s *Seat) own(p *peer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if former := s.peer.Swap(p); former != nil {
		former.leave()
		if s.connected {
			s.connected = false
			s.news.tell(Event{Kind: TakenOver})
		}
	}
	p.read(p.readReports)
	s.done.Go(func() { p.run(func(state pion.PeerConnectionState) { s.look(p, state) }) })
	return nil
}

// look turns a peer's state into news, if it still owns the audio.
func (s *Seat) look(p *peer, state pion.PeerConnectionState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peer.Load() != p {
		return
	}
	connected := state == pion.PeerConnectionStateConnected
	switch {
	case connected && !s.connected:
		s.news.tell(Event{Kind: Connected})
	case !connected && s.connected:
		s.news.tell(Event{Kind: Lost})
	}
	s.connected = connected
	if state == pion.PeerConnectionStateFailed || state == pion.PeerConnectionStateClosed {
		s.peer.Store(nil)
	}
}

// relay passes a packet of the microphone on, if its peer owns the audio.
func (s *Seat) relay(p *peer, packet *rtp.Packet) {
	if s.peer.Load() != p {
		return
	}
	if packet.PayloadType == payloadPCMU {
		s.leg.send(&packet.Header, packet.Payload)
	} else {
		s.press(packet)
	}
}

// press tells of a key (RFC 4733): all packets of one press share its timestamp, and each may be the first to arrive.
func (s *Seat) press(packet *rtp.Packet) {
	const keys = "0123456789*#ABCD"
	if len(packet.Payload) != 4 || int(packet.Payload[0]) >= len(keys) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pressing && s.pressed == packet.Timestamp {
		return
	}
	s.pressing, s.pressed = true, packet.Timestamp
	s.news.tell(Event{Kind: Digit, Digit: keys[packet.Payload[0]]})
}

// play passes a packet of the call on to the browser that owns the audio.
func (s *Seat) play(packet *rtp.Packet) {
	if p := s.peer.Load(); p != nil {
		p.play(packet)
	}
}

// Candidate takes one of the browser's ICE candidates, as in the candidate field of RTCIceCandidate. None is needed; one that
// comes without a connection or of a kind we do not use (mDNS) is let pass.
func (s *Seat) Candidate(candidate string) error {
	p := s.peer.Load()
	if p == nil || candidate == "" {
		return nil
	}
	if err := p.conn.AddICECandidate(pion.ICECandidateInit{Candidate: candidate}); err != nil {
		return fmt.Errorf("adding a candidate of %s: %w", s.name, err)
	}
	return nil
}

// MediaHost is where Asterisk's ExternalMedia (rtp, ulaw) is to send: external_host, "127.0.0.1:12345". It stays for the shift.
func (s *Seat) MediaHost() string { return s.leg.conn.LocalAddr().String() }

// Attach joins the seat to a call: remote is where Asterisk takes and sends the call's RTP (UNICASTRTP_LOCAL_ADDRESS and _PORT
// of the ExternalMedia channel). It is sent to at once and until Detach, 50 packets a second, silence while no microphone is
// there. Attaching to another call leaves the former.
func (s *Seat) Attach(remote netip.AddrPort) { s.leg.attach(remote) }

// Detach ends the seat's part in a call: the browser hears nothing and Asterisk is sent nothing.
func (s *Seat) Detach() { s.leg.detach() }

// Connected says whether the browser's audio runs.
func (s *Seat) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected
}

// Quality is how the audio is just now. It is cheap and may be asked every second.
func (s *Seat) Quality() Quality {
	var q Quality
	if p := s.peer.Load(); p != nil && s.Connected() {
		q = p.quality()
	}
	q.FromAsterisk, q.ToAsterisk = s.leg.received.Load(), s.leg.sentOut.Load()
	return q
}

// Close ends the seat and returns when nothing of it runs any more, its last event told. It must not be called from the
// seat's own callback, which it waits for. A later call of Seat with its name opens a new one.
func (s *Seat) Close() {
	s.stop()
	s.server.forget(s)
	s.done.Wait()
	s.news.close()
	s.teller.Wait()
}

// stop begins to close without waiting.
func (s *Seat) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.connected = true, false
	if p := s.peer.Swap(nil); p != nil {
		p.leave()
	}
	s.leg.close()
}
