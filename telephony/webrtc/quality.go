package webrtc

import (
	"math"
	"time"
)

// Quality is how the agent's audio is just now. Loss, jitter and MOS are the worse of the two directions: to the browser as its
// receiver reports tell (every few seconds), from the browser as counted here. It is zero while no browser is connected.
type Quality struct {
	Loss   float64 `json:"loss"`   // percent of packets, over the last seconds
	Jitter float64 `json:"jitter"` // milliseconds
	RTT    float64 `json:"rtt"`    // milliseconds, 0 until the browser has reported
	MOS    float64 `json:"mos"`    // 1 to 4.4 as listeners would judge, estimated

	FromBrowser  uint64 `json:"from_browser"` // packets of this browser's connection
	ToBrowser    uint64 `json:"to_browser"`
	FromAsterisk uint64 `json:"from_asterisk"` // packets since the seat was opened, silence included
	ToAsterisk   uint64 `json:"to_asterisk"`
}

// mos estimates what listeners would say of G.711 on such a path, by the E-model of ITU-T G.107 with its default values
// (R0 - Is = 93.2), the delay term Id in the simplified form of Cole and Rosenbluth, "Voice over IP performance monitoring"
// (2001), and the loss term Ie,eff of G.107 7.5 with G.113 Appendix I for G.711 with concealment: Ie 0, Bpl 25.1, random loss.
func mos(loss float64, jitter, rtt time.Duration) float64 {
	percent := loss * 100
	// Mouth to ear: half the way round, one packet being filled, and a jitter buffer of twice the jitter or a packet.
	delay := ms(rtt/2 + packetTime + max(packetTime, 2*jitter))
	r := 93.2 - 0.024*delay - 95*percent/(percent+25.1)
	if delay > 177.3 {
		r -= 0.11 * (delay - 177.3)
	}
	r = min(max(r, 0), 100)
	return min(max(1+0.035*r+7e-6*r*(r-60)*(100-r), 1), 4.5)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
