package webrtc

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

// lossWindow is the time over which loss is told: long enough for one packet in a hundred to show, short enough to be "now".
const lossWindow = 5 * time.Second

// reception counts what comes from the browser, in the way of RFC 3550 A.1, A.3 and A.8.
type reception struct {
	mu       sync.Mutex
	packets  uint64
	highest  uint32 // newest sequence number, with its turns
	started  bool
	ssrc     uint32
	jitter   float64   // in timestamp units
	transit  int64     // arrival minus timestamp of the newest packet
	since    time.Time // of the running window, with the two counts at its start
	expected uint32
	got      uint64
	loss     float64 // share lost in the last full window
}

func (r *reception) count(h *rtp.Header, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || h.SSRC != r.ssrc {
		r.begin(h, now)
	}
	r.packets++
	if step := int16(h.SequenceNumber - uint16(r.highest)); step > 0 {
		r.highest += uint32(step)
	}
	if h.PayloadType == payloadPCMU { // the packets of one key press share a timestamp
		r.measure(h.Timestamp, now)
	}
	if now.Sub(r.since) >= lossWindow {
		r.turn(now)
	}
}

func (r *reception) begin(h *rtp.Header, now time.Time) {
	r.started, r.ssrc, r.highest = true, h.SSRC, uint32(h.SequenceNumber)
	r.transit = arrival(now) - int64(h.Timestamp)
	r.jitter, r.loss = 0, 0
	r.since, r.expected, r.got = now, r.highest-1, r.packets
}

// measure moves the jitter by a sixteenth of the change in transit time (RFC 3550 A.8). A packet that says it is a second off
// is a microphone that was away, not a slow network.
func (r *reception) measure(ts uint32, now time.Time) {
	transit := arrival(now) - int64(ts)
	d := int64(int32(uint32(transit - r.transit)))
	r.transit = transit
	if d < 0 {
		d = -d
	}
	if d < clockRate {
		r.jitter += (float64(d) - r.jitter) / 16
	}
}

func (r *reception) turn(now time.Time) {
	expected, got := r.highest-r.expected, r.packets-r.got
	r.loss = 0
	if expected > 0 && got < uint64(expected) {
		r.loss = 1 - float64(got)/float64(expected)
	}
	r.since, r.expected, r.got = now, r.highest, r.packets
}

// read gives the packets so far, the share lost of late, and the jitter.
func (r *reception) read(now time.Time) (packets uint64, loss float64, jitter time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) > 2*lossWindow { // nothing comes: the microphone is off, which is not loss
		r.loss = 0
	}
	return r.packets, r.loss, time.Duration(r.jitter / clockRate * float64(time.Second))
}

func arrival(now time.Time) int64 { return now.UnixMicro() * clockRate / 1e6 }
