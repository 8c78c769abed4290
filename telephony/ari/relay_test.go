package ari

import (
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"hotline/telephony/audio"
)

// relay stands for the browser's side: it takes Asterisk's RTP in ulaw and sends a tone.
type relay struct {
	conn *net.UDPConn
	hz   int

	mu       sync.Mutex
	heard    []int16
	remote   netip.AddrPort
	detached int
}

func newRelay(t *testing.T, hz int) *relay {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{conn: conn, hz: hz}
	var work sync.WaitGroup
	work.Go(r.listen)
	stop := make(chan struct{})
	work.Go(func() { r.speak(stop) })
	t.Cleanup(func() { close(stop); conn.Close(); work.Wait() })
	return r
}

func (r *relay) MediaHost(string) (string, error) { return r.conn.LocalAddr().String(), nil }

func (r *relay) Attach(_ string, remote netip.AddrPort) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remote = remote
	return nil
}

func (r *relay) Detach(string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remote = netip.AddrPort{}
	r.detached++
	return nil
}

func (r *relay) listen() {
	buf := make([]byte, 1500)
	for {
		n, err := r.conn.Read(buf)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buf[:n]) == nil {
			r.mu.Lock()
			r.heard = audio.ULaw.Decode(r.heard, p.Payload)
			r.mu.Unlock()
		}
	}
}

func (r *relay) speak(stop chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	tone := audio.ToneSource(r.hz)
	frame := make([]int16, 160)
	p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 7}}
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		tone(frame)
		p.SequenceNumber++
		p.Timestamp += 160
		p.Payload = audio.ULaw.Encode(nil, frame)
		b, _ := p.Marshal()
		r.mu.Lock()
		to := r.remote
		r.mu.Unlock()
		if to.IsValid() {
			r.conn.WriteToUDPAddrPort(b, to)
		}
	}
}

func (r *relay) samples() []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]int16(nil), r.heard...)
}
