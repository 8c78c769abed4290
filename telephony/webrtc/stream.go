package webrtc

import (
	"math/rand/v2"
	"time"
)

const (
	clockRate     = 8000
	payloadPCMU   = 0
	packetTime    = 20 * time.Millisecond
	packetSamples = 160
	sampleTime    = time.Second / clockRate

	// A source whose numbers leap further than these has begun anew under its old name (RFC 3550 A.1 uses the same bounds).
	maxDropout  = 3000
	maxMisorder = 100
	// maxDrift is how far a source's timestamp may move away from the clock between two packets before it is no longer believed.
	maxDrift = time.Second
	// maxLead is how far the stream may run ahead of the clock, in samples (100 ms). Sound that was late, and in whose place
	// silence went out, comes in a burst: sent whole, it would delay the listener a little more after each such stall.
	maxLead = 5 * packetSamples
)

// numbers are what a packet's RTP header says about its place.
type numbers struct {
	seq    uint16
	ts     uint32
	marker bool
}

// source is what a stream's newest packet came from.
type source int

const (
	nobody source = iota
	sender
	silence
)

// stream numbers the packets of one outgoing RTP stream whose source changes under it: another call, another browser, our own
// silence. Within a source its own numbers are kept, shifted, so that the receiver sees real losses and real time; where the
// source changes, the sequence goes on by one, the timestamp to where the clock is, and the marker tells the jitter buffer.
//
//	source A  …  7   8              shift(A) = +1000
//	silence              ·   ·      next number, 160 samples on
//	source B                     52 53   shift(B) so that 52 follows
//	sent      … 1007 1008 1009 1010 1011 1012
type stream struct {
	newest numbers   // sent last
	at     time.Time // when

	clockTS uint32 // what the timestamp is by the clock at clockAt
	clockAt time.Time

	source   source
	ssrc     uint32
	seen     numbers // newest of that source, as it came
	shiftSeq uint16
	shiftTS  uint32
}

func newStream() stream {
	return stream{newest: numbers{seq: uint16(rand.Uint32()), ts: rand.Uint32()}}
}

// follow gives the numbers under which a source's packet is sent; false for one that is late or doubled and must not be sent.
func (s *stream) follow(ssrc uint32, in numbers, now time.Time) (numbers, bool) {
	step := int16(in.seq - s.seen.seq)
	switch {
	case s.source != sender || ssrc != s.ssrc || s.leaps(step, in.ts, now):
		s.begin(ssrc, in, now)
		in.marker = true
	case step <= 0:
		return numbers{}, false
	}
	s.seen = in
	out := numbers{in.seq + s.shiftSeq, in.ts + s.shiftTS, in.marker}
	if int32(out.ts-s.clock(now)) > maxLead {
		s.cut() // the next one follows without a gap
		return numbers{}, false
	}
	return s.sent(out, now), true
}

// leaps tells a source that began anew from one that merely lost packets.
func (s *stream) leaps(step int16, ts uint32, now time.Time) bool {
	if step <= 0 {
		return step < -maxMisorder
	}
	told := time.Duration(int32(ts-s.seen.ts)) * time.Second / clockRate
	return step > maxDropout || (told-now.Sub(s.at)).Abs() > maxDrift
}

func (s *stream) begin(ssrc uint32, in numbers, now time.Time) {
	next := s.after(now)
	s.source, s.ssrc = sender, ssrc
	s.shiftSeq, s.shiftTS = next.seq-in.seq, next.ts-in.ts
}

// fill gives the numbers of one packet of silence; false when the stream is ahead of the clock and needs none yet.
func (s *stream) fill(now time.Time) (numbers, bool) {
	next := s.after(now)
	if s.source == silence { // within a run the ticks are exact, whatever the timer did
		next.ts = s.newest.ts + packetSamples
	}
	if int32(next.ts-s.clock(now)) > packetSamples {
		return numbers{}, false
	}
	next.marker = s.source != silence
	s.source = silence
	return s.sent(next, now), true
}

// cut says that the source ends here: whatever comes next is a new one, even under the same SSRC.
func (s *stream) cut() { s.source = nobody }

// after is the place of a packet that belongs to now and follows what was sent.
func (s *stream) after(now time.Time) numbers {
	next := numbers{seq: s.newest.seq + 1, ts: s.newest.ts + packetSamples}
	if clock := s.clock(now); int32(clock-next.ts) > 0 {
		next.ts = clock
	}
	return next
}

// clock is the timestamp that belongs to now. It counts in whole samples from where it was, so that it never errs or wraps.
func (s *stream) clock(now time.Time) uint32 {
	if s.clockAt.IsZero() {
		s.clockTS, s.clockAt = s.newest.ts+packetSamples, now
	}
	samples := now.Sub(s.clockAt) / sampleTime
	s.clockTS += uint32(samples)
	s.clockAt = s.clockAt.Add(samples * sampleTime)
	return s.clockTS
}

func (s *stream) sent(n numbers, now time.Time) numbers {
	s.newest, s.at = n, now
	return n
}
