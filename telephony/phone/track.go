package phone

import (
	"time"

	"github.com/pion/rtp"

	"hotline/telephony/audio"
)

const (
	trackBack  = audio.Rate            // a packet more than 1 s old begins a new reckoning
	trackAhead = 5 * audio.Rate        // so does one 5 s ahead of the clock
	trackLimit = 8 * 3600 * audio.Rate // nobody listens longer than a shift
)

// track is what was heard, laid out by the packets' timestamps.
//
//	packets    |160|160|   |160|160|      another source, other timestamps |160|
//	samples    |160|160|000|160|160|000 (as long as the clock says) 000000 |160|
//	            ^ began, base at sample 0                                   ^ new base
type track struct {
	deaf    bool
	samples []int16
	packets int
	missing int // samples of silence put where packets did not come

	began  time.Time // the first packet
	source uint32    // SSRC that base belongs to
	base   uint32    // timestamp of ...
	origin int       // ... this sample
}

// add lays one packet down.
func (t *track) add(packet *rtp.Packet, law audio.Law, now time.Time) {
	t.packets++
	if t.deaf {
		return
	}
	if t.packets == 1 {
		t.began, t.source, t.base = now, packet.SSRC, packet.Timestamp
	}
	clock := int(now.Sub(t.began) * audio.Rate / time.Second)
	place := t.origin + int(int32(packet.Timestamp-t.base))
	if packet.SSRC != t.source || place < len(t.samples)-trackBack || place > max(clock, len(t.samples))+trackAhead {
		place = max(len(t.samples), clock)
		t.source, t.base, t.origin = packet.SSRC, packet.Timestamp, place
	}
	if place < 0 || place+len(packet.Payload) > trackLimit {
		return
	}
	end := place + len(packet.Payload)
	if gap := place - len(t.samples); gap > 0 {
		t.missing += gap
	}
	for len(t.samples) < end {
		t.samples = append(t.samples, 0)
	}
	law.Decode(t.samples[place:place], packet.Payload)
}
