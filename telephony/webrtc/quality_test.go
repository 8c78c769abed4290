package webrtc

import (
	"math"
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestMOSIsWhatTheEModelSays(t *testing.T) {
	for name, tc := range map[string]struct {
		loss        float64
		jitter, rtt time.Duration
		want        float64
	}{
		"a clean LAN":                    {0, 0, time.Millisecond, 4.41},
		"one in a hundred lost":          {0.01, 0, 40 * time.Millisecond, 4.33},
		"five in a hundred lost":         {0.05, 20 * time.Millisecond, 80 * time.Millisecond, 3.92},
		"two hops by satellite":          {0, 0, time.Second, 3.12},
		"a fifth lost and a slow line":   {0.2, 100 * time.Millisecond, 400 * time.Millisecond, 1.43},
		"nothing arrives, never below 1": {1, time.Second, 3 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mos(tc.loss, tc.jitter, tc.rtt); math.Abs(got-tc.want) > 0.02 {
				t.Errorf("%.2f, want about %.2f", got, tc.want)
			}
		})
	}
}

func TestLossAndJitterAreCounted(t *testing.T) {
	var r reception
	now := time.Unix(1e9, 0)
	for i := range 600 { // 12 s: every tenth lost, every second 8 ms late
		if i%10 == 9 {
			continue
		}
		at := now.Add(time.Duration(i) * packetTime)
		if i%2 == 1 {
			at = at.Add(8 * time.Millisecond)
		}
		r.count(&rtp.Header{SSRC: 5, SequenceNumber: uint16(65500 + i), Timestamp: uint32(i * packetSamples)}, at)
	}
	packets, loss, jitter := r.read(now.Add(12 * time.Second))
	if packets != 540 || math.Abs(loss-0.1) > 0.01 {
		t.Errorf("%d packets, %.3f lost", packets, loss)
	}
	if ms := jitter.Milliseconds(); ms < 5 || ms > 9 {
		t.Errorf("jitter %v", jitter)
	}
	r.heard(0xAABB_CCDD_EEFF_0011, now.Add(11*time.Second))
	block, ok := r.report(now.Add(11500 * time.Millisecond))
	if !ok || block.SSRC != 5 || block.LastSequenceNumber != 65500+598 || block.TotalLost != 59 || block.FractionLost != 256*59/599 ||
		block.LastSenderReport != 0xCCDDEEFF || block.Delay != 1<<15 {
		t.Errorf("report %+v", block)
	}
	if block, _ = r.report(now.Add(12 * time.Second)); block.FractionLost != 0 || block.TotalLost != 59 {
		t.Errorf("the report after it tells the same loss again: %+v", block)
	}
	if _, loss, _ = r.read(now.Add(time.Minute)); loss != 0 {
		t.Errorf("a microphone that is off loses %.3f", loss)
	}
}

func TestRoundTripIsTakenFromTheReport(t *testing.T) {
	now := time.Unix(1_800_000_000, 250_000_000)
	short := func(at time.Time) uint32 {
		return uint32(at.Unix()+2208988800)<<16 | uint32(at.Nanosecond()/1e6*65536/1000)
	}
	got := roundTrip(now, short(now.Add(-500*time.Millisecond)), 65536*420/1000)
	if (got - 80*time.Millisecond).Abs() > time.Millisecond {
		t.Errorf("%v, want 80ms", got)
	}
	if got := roundTrip(now, 0, 0); got != 0 {
		t.Errorf("%v without a report of ours", got)
	}
}
