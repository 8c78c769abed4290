package agentdesk

import (
	"time"

	"hotline/telephony"
)

// quality is how the agent's audio is: loss in percent, times in milliseconds, MOS from 1 to 4.5.
type quality struct {
	Loss   float64 `json:"loss"`
	Jitter float64 `json:"jitter_ms"`
	RTT    float64 `json:"rtt_ms"`
	MOS    float64 `json:"mos"`
}

// qualityEvery is how often a talking agent's desk is told; the browser reports to us about as often.
const qualityEvery = 5 * time.Second

// reportQuality tells a desk how its audio is while its agent talks in the browser, until the desk ends.
func (s *Server) reportQuality(d *desk) {
	tick := time.NewTicker(qualityEvery)
	defer tick.Stop()
	for {
		select {
		case <-d.gone:
			return
		case <-tick.C:
		}
		c, ok := s.callOf(d.user.Username)
		if !ok || c.State != telephony.Talking || c.Device != telephony.Browser {
			continue
		}
		if seat, err := s.Seat(d.user.Username); err == nil && seat.Connected() {
			q := seat.Quality()
			d.send("quality", quality{q.Loss, q.Jitter, q.RTT, q.MOS})
		}
	}
}
