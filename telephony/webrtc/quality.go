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

// mos estimates what listeners would say of G.711 on such a path, by the E-model of ITU-T G.107 (section numbers below) with its
// default values, which leave 93.2 before delay and loss, and without echo, which browsers cancel.
func mos(loss float64, jitter, rtt time.Duration) float64 {
	// Mouth to ear: half the way round, one packet being filled, and a jitter buffer of twice the jitter or one packet.
	delay := rtt/2 + packetTime + max(packetTime, 2*jitter)
	r := min(max(93.2-delayImpairment(delay)-lossImpairment(loss), 0), 100)
	return max(1, 1+0.035*r+7e-6*r*(r-60)*(100-r)) // Annex B
}

// delayImpairment is Idd of section 7.4: nothing up to 100 ms, then what delay takes from a conversation.
func delayImpairment(d time.Duration) float64 {
	x := math.Log2(d.Seconds() / 0.1)
	if x <= 0 {
		return 0
	}
	bend := func(x float64) float64 { return math.Pow(1+math.Pow(x, 6), 1.0/6) }
	return 25 * (bend(x) - 3*bend(x/3) + 2)
}

// lossImpairment is Ie,eff of section 7.5 for random loss, with the values of G.113 Appendix I for G.711 whose receiver conceals
// losses: Ie 0, Bpl 25.1.
func lossImpairment(loss float64) float64 {
	percent := 100 * loss
	return 95 * percent / (percent + 25.1)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
