package phone

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/pion/rtp"

	"hotline/telephony/audio"
)

const (
	frameTime = 20 * time.Millisecond
	frameSize = audio.Rate / 50 // samples in a frame
	tooLate   = 500 * time.Millisecond

	dtmfKeys   = "0123456789*#ABCD" // in the order of RFC 4733
	dtmfFrames = 8                  // 160 ms: longer than anybody needs to hear a key
	dtmfEnds   = 3                  // the last packet is said three times (RFC 4733, 2.5.1.4)
	dtmfGap    = 5                  // 100 ms between keys
	dtmfWait   = 25                 // half a second
)

// beat is what 20 ms of DTMF are: a packet of a key, or sound when pause.
type beat struct {
	pause bool
	first bool // the first packet of its key
	end   bool
	key   byte
	held  uint16 // samples that the key has been down
}

// beats lays keys out in time.
func beats(keys string) (line []beat, err error) {
	for _, key := range strings.ToUpper(keys) {
		code := strings.IndexRune(dtmfKeys, key)
		switch {
		case key == 'W' || key == ',':
			line = append(line, pause(dtmfWait)...)
			continue
		case code < 0:
			return nil, fmt.Errorf("DTMF %q: keys are 0-9 * # A-D, w waits", keys)
		}
		for i := range dtmfFrames + dtmfEnds {
			held := uint16(min(i+1, dtmfFrames) * frameSize)
			line = append(line, beat{first: i == 0, end: i >= dtmfFrames, key: byte(code), held: held})
		}
		line = append(line, pause(dtmfGap)...)
	}
	return line, nil
}

func pause(frames int) []beat {
	line := make([]beat, frames)
	for i := range line {
		line[i].pause = true
	}
	return line
}

// payload is the telephone event of the beat (RFC 4733, 2.3).
func (b beat) payload() []byte {
	flags := byte(10) // volume in -dBm0
	if b.end {
		flags |= 0x80
	}
	return []byte{b.key, flags, byte(b.held >> 8), byte(b.held)}
}

// keyOf is the key of a telephone event, empty for other events.
func keyOf(payload []byte) string {
	if len(payload) < 4 || int(payload[0]) >= len(dtmfKeys) {
		return ""
	}
	return dtmfKeys[payload[0] : payload[0]+1]
}

// speak sends one packet every 20 ms of the clock until the call is over:
// keys while there are any, else the source, else silence.
func (m *media) speak() {
	header := rtp.Header{
		Version: 2, SSRC: rand.Uint32(), Marker: true,
		SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(),
	}
	var keys keying
	var pressed uint32 // timestamp of the key that is down
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-timer.C:
		}
		if len(keys.steps) == 0 {
			keys = m.nextKeys(keys)
		}
		b := beat{pause: true}
		if len(keys.steps) > 0 {
			b, keys.steps = keys.steps[0], keys.steps[1:]
		}
		if b.first {
			pressed = header.Timestamp
		}
		m.send(&header, b, pressed)
		next = next.Add(frameTime)
		header.Timestamp += frameSize
		if late := time.Since(next); late > tooLate { // the machine slept: skip, do not flood
			skip := late / frameTime
			next = next.Add(skip * frameTime)
			header.Timestamp += uint32(skip) * frameSize
		}
		timer.Reset(time.Until(next))
	}
}

// nextKeys says that the last keys are sent and takes others when there are.
func (m *media) nextKeys(last keying) keying {
	if last.done != nil {
		close(last.done)
	}
	select {
	case k := <-m.keys:
		return k
	default:
		return keying{}
	}
}

func (m *media) send(header *rtp.Header, b beat, pressed uint32) {
	m.mu.Lock()
	far := m.far
	m.mu.Unlock()
	packet := rtp.Packet{Header: *header}
	if b.pause {
		packet.PayloadType, packet.Payload = payloadOf(far.law), m.frame(far.law)
	} else {
		packet.PayloadType, packet.Payload = far.event, b.payload()
		packet.Timestamp, packet.Marker = pressed, b.first
	}
	if far.deaf || !far.addr.IsValid() {
		return
	}
	data, err := packet.Marshal()
	if err != nil {
		return
	}
	if _, err := m.socket.WriteToUDPAddrPort(data, far.addr); err == nil {
		m.mu.Lock()
		m.sent++
		m.mu.Unlock()
	}
	header.SequenceNumber++
	header.Marker = !b.pause // sound after a key begins anew
}

// frame is the next 20 ms of the source in its coding.
func (m *media) frame(law audio.Law) []byte {
	var samples [frameSize]int16
	m.mu.Lock()
	if m.source != nil && m.source(samples[:]) < frameSize {
		m.replace(nil)
	}
	m.mu.Unlock()
	return law.Encode(make([]byte, 0, frameSize), samples[:])
}
