package phone

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"

	"hotline/telephony/audio"
)

// Traffic counts the RTP packets of a call.
type Traffic struct {
	Sent     int
	Received int           // sound only, not DTMF
	Missing  time.Duration // silence put where packets did not come
}

// media is the sound of one call: a socket, one goroutine that listens from
// the start, and one that speaks every 20 ms once start was called.
type media struct {
	socket  *net.UDPConn
	local   netip.AddrPort
	laws    []audio.Law
	session uint64
	digit   func(string)
	stop    chan struct{}
	work    sync.WaitGroup
	keys    chan keying

	mu       sync.Mutex
	far      farEnd
	speaking bool
	closed   bool
	source   audio.Source
	ended    chan struct{} // closed when the source has ended; nil without one
	track    track
	sent     int
}

// keying is keys to be pressed and where to say that they were.
type keying struct {
	steps []beat
	done  chan struct{}
}

func openMedia(host netip.Addr, config Config, digit func(string)) (*media, error) {
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err != nil {
		return nil, fmt.Errorf("open RTP: %w", err)
	}
	m := &media{
		socket: socket, local: unmapped(socket.LocalAddr().(*net.UDPAddr).AddrPort()),
		laws: config.Laws, session: rand.Uint64N(1 << 32), digit: digit,
		stop: make(chan struct{}), keys: make(chan keying), track: track{deaf: config.Deaf},
	}
	m.work.Go(m.listen)
	return m, nil
}

func (m *media) describe() []byte { return describe(m.local, m.laws, m.session) }

// meet takes the other side's session description.
func (m *media) meet(body []byte) error {
	far, err := understand(body, m.laws)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.far = far
	return nil
}

// start lets the phone speak.
func (m *media) start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.speaking && !m.closed {
		m.speaking = true
		m.work.Go(m.speak)
	}
}

func (m *media) close() {
	m.mu.Lock()
	m.closed = true
	m.replace(nil)
	m.mu.Unlock()
	close(m.stop)
	m.socket.Close()
	m.work.Wait()
}

func (m *media) play(source audio.Source) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		source = nil
	}
	ended := m.replace(source)
	return ended
}

// replace changes the source; the caller holds the lock.
func (m *media) replace(source audio.Source) <-chan struct{} {
	if m.ended != nil {
		close(m.ended)
		m.ended = nil
	}
	m.source = source
	ended := make(chan struct{})
	if source == nil {
		close(ended)
		return ended
	}
	m.ended = ended
	return ended
}

// press hands keys to the speaker and waits until they are sent.
func (m *media) press(ctx context.Context, keys string) error {
	steps, err := beats(keys)
	if err != nil {
		return err
	}
	m.mu.Lock()
	able := m.far.event != 0
	m.mu.Unlock()
	if !able {
		return ErrNoDTMF
	}
	k := keying{steps: steps, done: make(chan struct{})}
	select {
	case m.keys <- k:
	case <-m.stop:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-k.done:
		return nil
	case <-m.stop:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen puts what comes from the other side on the track until the socket is
// closed.
func (m *media) listen() {
	_ = m.socket.SetReadBuffer(1 << 18) // a busy machine lets packets pile up
	buffer := make([]byte, 2048)
	var packet rtp.Packet
	var lastKey uint32
	var keyed bool
	for {
		n, from, err := m.socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if packet.Unmarshal(buffer[:n]) != nil {
			continue
		}
		switch m.take(&packet, unmapped(from)) {
		case tookKey:
			if key := keyOf(packet.Payload); key != "" && (!keyed || packet.Timestamp != lastKey) {
				keyed, lastKey = true, packet.Timestamp
				m.digit(key)
			}
		case tookSound, tookNothing:
		}
	}
}

type took int

const (
	tookNothing took = iota
	tookSound
	tookKey
)

// take looks whether a packet is the other side's and records its sound.
// Whatever comes from elsewhere (RTCP of a neighbour, a call of before on the
// same port) is not ours.
func (m *media) take(packet *rtp.Packet, from netip.AddrPort) took {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from != m.far.addr {
		return tookNothing
	}
	switch packet.PayloadType {
	case payloadULaw:
		m.track.add(packet, audio.ULaw, time.Now())
	case payloadALaw:
		m.track.add(packet, audio.ALaw, time.Now())
	case payloadEvent, m.far.event: // ours is what they should send, theirs is what some do
		return tookKey
	default:
		return tookNothing
	}
	return tookSound
}

func (m *media) heard() []int16 { return m.heardFrom(0) }

func (m *media) heardFrom(sample int) []int16 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]int16(nil), m.track.samples[min(sample, len(m.track.samples)):]...)
}

func (m *media) length() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.track.samples)
}

func (m *media) traffic() Traffic {
	m.mu.Lock()
	defer m.mu.Unlock()
	missing := time.Duration(m.track.missing) * time.Second / audio.Rate
	return Traffic{Sent: m.sent, Received: m.track.packets, Missing: missing}
}
