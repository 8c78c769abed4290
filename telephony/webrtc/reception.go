package webrtc

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// lossWindow is the time over which loss is told: long enough for one packet in a hundred to show, short enough to be "now".
const lossWindow = 5 * time.Second

// reception counts what comes from the browser, in the way of RFC 3550 A.1, A.3 and A.8.
type reception struct {
	mu      sync.Mutex
	started bool
	ssrc    uint32
	tally         // so far, of all SSRCs
	base    tally // when this SSRC began
	window  tally // when the running window began
	since   time.Time
	loss    float64 // share lost in the last full window
	told    tally   // at our last report
	jitter  float64 // in timestamp units
	transit int64   // arrival minus timestamp of the newest packet

	senderReport uint32 // the browser's last, as the middle of its NTP time
	reportedAt   time.Time
}

// tally is what should have come (the newest sequence number, with its turns) and what has.
type tally struct {
	highest uint32
	packets uint64
}

// lost is what went missing since a former tally; doubled packets do not make it negative.
func (t tally) lost(since tally) (lost, expected int64) {
	expected = int64(t.highest - since.highest)
	return max(0, expected-int64(t.packets-since.packets)), expected
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
		lost, expected := r.lost(r.window)
		r.loss = float64(lost) / float64(max(expected, 1))
		r.window, r.since = r.tally, now
	}
}

func (r *reception) begin(h *rtp.Header, now time.Time) {
	r.started, r.ssrc, r.highest = true, h.SSRC, uint32(h.SequenceNumber)-1
	r.base, r.window, r.told, r.since = r.tally, r.tally, r.tally, now
	r.transit, r.jitter, r.loss = arrival(now)-int64(h.Timestamp), 0, 0
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

// heard keeps the browser's sender report, from which it takes the round trip when ours comes back.
func (r *reception) heard(ntp uint64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.senderReport, r.reportedAt = uint32(ntp>>16), now
}

// report is the receiver report's block (RFC 3550 6.4.1), with the loss since the one before; false before the first packet.
func (r *reception) report(now time.Time) (rtcp.ReceptionReport, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	total, _ := r.lost(r.base)
	lost, expected := r.lost(r.told)
	r.told = r.tally
	block := rtcp.ReceptionReport{SSRC: r.ssrc, LastSequenceNumber: r.highest, TotalLost: uint32(min(total, 1<<23-1)),
		FractionLost: uint8(min(255, 256*lost/max(expected, 1))), Jitter: uint32(r.jitter), LastSenderReport: r.senderReport}
	if r.senderReport != 0 {
		block.Delay = uint32(now.Sub(r.reportedAt).Microseconds() << 16 / 1e6)
	}
	return block, r.started
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
