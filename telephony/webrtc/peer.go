package webrtc

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
)

// peer is one browser's connection, made for one offer. Its goroutine (run) owns it and closes it.
type peer struct {
	conn   *pion.PeerConnection
	track  *pion.TrackLocalStaticRTP
	sender *pion.RTPSender

	changed chan struct{} // the connection's state is worth another look
	leave   func()        // asks run to end; may be called often
	left    <-chan struct{}

	toBrowser   atomic.Uint64
	fromBrowser reception
	reported    atomic.Pointer[opinion]

	mu      sync.Mutex // guards closing against readers that are only now beginning
	closing bool
	readers sync.WaitGroup
}

// opinion is what the browser said last about what it receives.
type opinion struct {
	loss        float64
	jitter, rtt time.Duration
}

func newPeer(s *Server) (*peer, error) {
	conn, err := s.api.NewPeerConnection(pion.Configuration{Certificates: s.certs})
	if err != nil {
		return nil, err
	}
	left := make(chan struct{})
	p := &peer{conn: conn, changed: make(chan struct{}, 1), left: left, leave: sync.OnceFunc(func() { close(left) })}
	p.track, err = pion.NewTrackLocalStaticRTP(pcmu(), "audio", "hotline")
	if err == nil {
		p.sender, err = conn.AddTrack(p.track)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	// pion calls this from a goroutine per change, in no certain order: only a reason to look.
	conn.OnConnectionStateChange(func(pion.PeerConnectionState) {
		select {
		case p.changed <- struct{}{}:
		default:
		}
	})
	return p, nil
}

// answer takes the offer and gives our side of it, with all candidates inside.
func (p *peer) answer(ctx context.Context, offer string) (string, error) {
	if !strings.Contains(strings.ToUpper(offer), "PCMU/8000") { // pion would answer with its own list
		return "", fmt.Errorf("%w: no G.711 µ-law in it", ErrOffer)
	}
	if err := p.conn.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	answer, err := p.conn.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	gathered := pion.GatheringCompletePromise(p.conn)
	if err := p.conn.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("answering: %w", err)
	}
	select {
	case <-gathered:
		return p.conn.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", fmt.Errorf("gathering candidates: %w", ctx.Err())
	}
}

// run tells look of each change of state until the connection has failed, was closed by the browser, never came up, or leave
// is called; then it closes the connection and waits for all that reads from it.
func (p *peer) run(look func(pion.PeerConnectionState)) {
	defer p.close()
	up := time.NewTimer(connectWithin)
	defer up.Stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-p.left:
			return
		case <-up.C:
			look(pion.PeerConnectionStateFailed)
			return
		case <-second.C:
			p.report()
			continue
		case <-p.changed:
		}
		state := p.conn.ConnectionState()
		look(state)
		switch state {
		case pion.PeerConnectionStateConnected:
			up.Stop()
		case pion.PeerConnectionStateFailed, pion.PeerConnectionStateClosed:
			return
		}
	}
}

func (p *peer) close() {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	_ = p.conn.GracefulClose() // of what it can complain about nothing is left to act on
	p.readers.Wait()
}

// read runs f until the connection is closed; close waits for it.
func (p *peer) read(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closing {
		p.readers.Go(f)
	}
}

// play sends one packet to the browser; the track puts its SSRC and payload type in. Nobody hears it before DTLS is done.
func (p *peer) play(packet *rtp.Packet) {
	if p.track.WriteRTP(packet) == nil {
		p.toBrowser.Add(1)
	}
}

// listen hands the microphone's packets to relay until the track ends. The packet is relay's only during the call.
func (p *peer) listen(track *pion.TrackRemote, relay func(*rtp.Packet)) {
	buf := make([]byte, maxPacket)
	var packet rtp.Packet
	for {
		n, _, err := track.Read(buf)
		if err != nil {
			return
		}
		if packet.Unmarshal(buf[:n]) != nil {
			continue
		}
		p.fromBrowser.count(&packet.Header, time.Now())
		relay(&packet)
	}
}

// readReports keeps the browser's receiver reports.
func (p *peer) readReports() {
	for {
		packets, _, err := p.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch r := packet.(type) {
			case *rtcp.ReceiverReport:
				p.keep(r.Reports)
			case *rtcp.SenderReport:
				p.keep(r.Reports)
			}
		}
	}
}

// readSenderReports keeps when the browser's reports came.
func (p *peer) readSenderReports(receiver *pion.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if r, ok := packet.(*rtcp.SenderReport); ok {
				p.fromBrowser.heard(r.NTPTime, time.Now())
			}
		}
	}
}

// report tells the browser how its packets arrive.
func (p *peer) report() {
	if block, ok := p.fromBrowser.report(time.Now()); ok {
		r := &rtcp.ReceiverReport{SSRC: p.ssrc(), Reports: []rtcp.ReceptionReport{block}}
		_ = p.conn.WriteRTCP([]rtcp.Packet{r}) // the next one says the same and more
	}
}

func (p *peer) ssrc() uint32 { return uint32(p.sender.GetParameters().Encodings[0].SSRC) }

func (p *peer) keep(reports []rtcp.ReceptionReport) {
	for _, r := range reports {
		if r.SSRC != p.ssrc() {
			continue
		}
		p.reported.Store(&opinion{
			loss:   float64(r.FractionLost) / 256,
			jitter: time.Duration(r.Jitter) * time.Second / clockRate,
			rtt:    roundTrip(time.Now(), r.LastSenderReport, r.Delay),
		})
	}
}

// roundTrip is RFC 3550 6.4.1: now, less when our report named in lsr left, less how long the browser kept it; all three are
// the middle 32 bits of NTP time, 1/65536 s. Zero when the browser has had no report of ours, or by a clock that was set.
func roundTrip(now time.Time, lsr, delay uint32) time.Duration {
	const ntpEpoch = 2208988800 // 1970 seen from 1900
	short := uint32((now.Unix()+ntpEpoch)<<16) | uint32(int64(now.Nanosecond())<<16/1e9)
	units := int32(short - lsr - delay)
	if lsr == 0 || units < 0 {
		return 0
	}
	return time.Duration(units) * time.Second >> 16
}

func (p *peer) quality() Quality {
	packets, loss, jitter := p.fromBrowser.read(time.Now())
	q := Quality{FromBrowser: packets, ToBrowser: p.toBrowser.Load()}
	var r opinion
	if last := p.reported.Load(); last != nil {
		r = *last
	}
	q.Loss = round(100*max(loss, r.loss), 2)
	q.Jitter = round(ms(max(jitter, r.jitter)), 1)
	q.RTT = round(ms(r.rtt), 1)
	q.MOS = round(min(mos(loss, jitter, r.rtt), mos(r.loss, r.jitter, r.rtt)), 2)
	return q
}
