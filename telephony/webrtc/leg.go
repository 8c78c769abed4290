package webrtc

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

const (
	maxPacket  = 1500
	headerSize = 12

	// quietFor is how long the microphone may be silent on the wire before silence is sent in its place: three packets.
	quietFor = 3 * packetTime

	// ulawSilence is zero in G.711 µ-law (the positive one; 0x7F is the negative).
	ulawSilence = 0xFF
)

// leg is the seat's RTP towards Asterisk: one socket for the whole shift, so that the address told to Asterisk stays good.
type leg struct {
	conn *net.UDPConn
	log  *slog.Logger
	ssrc uint32

	received, sentOut atomic.Uint64

	mu      sync.Mutex
	remote  netip.AddrPort // the call's Asterisk end; not valid without a call
	out     stream         // towards Asterisk
	in      stream         // from Asterisk, on towards the browser
	due     time.Time      // when silence must go out unless the microphone comes first
	clock   *time.Timer
	closed  bool
	failing bool // sending to this remote has failed and was logged
	buf     [headerSize + maxPacket]byte
	mute    [packetSamples]byte
}

func newLeg(ip netip.Addr, log *slog.Logger) (*leg, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
	if err != nil {
		return nil, err
	}
	l := &leg{conn: conn, log: log, ssrc: rand.Uint32(), out: newStream(), in: newStream()}
	for i := range l.mute {
		l.mute[i] = ulawSilence
	}
	l.clock = time.AfterFunc(time.Hour, l.keepFed)
	l.clock.Stop()
	return l, nil
}

func (l *leg) attach(remote netip.AddrPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.remote, l.failing = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()), false
	l.out.cut()
	l.in.cut()
	now := time.Now()
	l.hush(now)
	l.due = now.Add(packetTime)
	l.clock.Reset(packetTime)
}

func (l *leg) detach() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remote = netip.AddrPort{}
	l.clock.Stop()
}

func (l *leg) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.remote = true, netip.AddrPort{}
	l.clock.Stop()
	_ = l.conn.Close()
}

// send relays one packet of the microphone, if there is a call.
func (l *leg) send(h *rtp.Header, payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.remote.IsValid() {
		return
	}
	now := time.Now()
	if at, ok := l.out.follow(h.SSRC, numbers{h.SequenceNumber, h.Timestamp, h.Marker}, now); ok {
		l.write(at, payload)
		l.due = now.Add(quietFor)
	}
}

// keepFed sends silence when the microphone is late, and sleeps until it could be again.
func (l *leg) keepFed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.remote.IsValid() {
		return
	}
	now := time.Now()
	if now.Sub(l.due) > quietFor { // we were not run for long: leave that time out instead of making up for it in a burst
		l.out.cut()
		l.due = now
	}
	if !now.Before(l.due) {
		l.hush(now)
		l.due = l.due.Add(packetTime)
	}
	l.clock.Reset(l.due.Sub(now))
}

// hush sends one packet of silence; the caller holds mu.
func (l *leg) hush(now time.Time) {
	if at, ok := l.out.fill(now); ok {
		l.write(at, l.mute[:])
	}
}

// write sends one packet; the caller holds mu. What cannot be sent is lost like any other packet, and said once per call.
func (l *leg) write(at numbers, payload []byte) {
	b := l.buf[:headerSize+copy(l.buf[headerSize:], payload)]
	b[0], b[1] = 2<<6, payloadPCMU
	if at.marker {
		b[1] |= 1 << 7
	}
	binary.BigEndian.PutUint16(b[2:], at.seq)
	binary.BigEndian.PutUint32(b[4:], at.ts)
	binary.BigEndian.PutUint32(b[8:], l.ssrc)
	_, err := l.conn.WriteToUDPAddrPort(b, l.remote)
	if err == nil {
		l.sentOut.Add(1)
	} else if !l.failing {
		l.failing = true
		l.log.Warn("RTP to Asterisk not sent", "err", err)
	}
}

// accept gives the numbers under which a packet from Asterisk goes on to the browser; false for whatever is not the call's.
func (l *leg) accept(from netip.AddrPort, p *rtp.Packet) (numbers, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.PayloadType != payloadPCMU || l.remote != netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) {
		return numbers{}, false
	}
	return l.in.follow(p.SSRC, numbers{p.SequenceNumber, p.Timestamp, p.Marker}, time.Now())
}

// listen hands what Asterisk sends to play until close. The packet is play's only during the call.
func (l *leg) listen(play func(*rtp.Packet)) {
	buf := make([]byte, maxPacket)
	var p rtp.Packet
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.log.Warn("RTP from Asterisk not read", "err", err)
			time.Sleep(packetTime) // the socket recovers or is closed; neither is sooner for asking again at once
			continue
		}
		if p.Unmarshal(buf[:n]) != nil || p.Version != 2 {
			continue
		}
		at, ok := l.accept(from, &p)
		if !ok {
			continue
		}
		l.received.Add(1)
		p = rtp.Packet{Header: rtp.Header{Version: 2, Marker: at.marker, SequenceNumber: at.seq, Timestamp: at.ts}, Payload: p.Payload}
		play(&p)
	}
}
