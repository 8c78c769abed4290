package main

import (
	"fmt"
	"time"

	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// hears waits until the caller's tone comes out of the page's loudspeaker.
func (p *person) hears(hz float64) {
	p.t.Helper()
	var v struct{ Hz, Above, Level float64 }
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if p.eval("witness.loudest()", &v); v.Hz > hz-5 && v.Hz < hz+5 && v.Above >= 20 {
			return
		}
	}
	p.t.Fatalf("the browser hears %+v instead of %v Hz", v, hz)
}

// lately is the last second that a SIP phone heard.
func lately(c *phone.Call) []int16 { return ending(c, audio.Rate) }

// loud is the mean power of sound.
func loud(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum / float64(max(1, len(samples)))
}

// lacks waits until a SIP phone has not heard the agent's tone for a second.
func (h *house) lacks(c *phone.Call, hz float64) {
	h.t.Helper()
	h.await(fmt.Sprintf("%v Hz are not heard any more", hz), func() bool {
		return audio.Power(lately(c), audio.Rate, hz) < 100*100
	})
}

func (h *house) hearsMusic(c *phone.Call) {
	h.t.Helper()
	h.await("music is heard", func() bool {
		heard := lately(c)
		return !audio.HasTone(heard, audio.Rate, micHz) && !audio.HasTone(heard, audio.Rate, 1000) && loud(heard) > 100*100
	})
}

// tenth of a second in samples.
const tenth = audio.Rate / 10

// ending is the last n samples that a SIP phone heard.
func ending(c *phone.Call, n int) []int16 {
	all := c.Heard()
	return all[max(0, len(all)-n):]
}

// tonePart is how much of what is heard is the agent's tone, from 0 to 1. (The power of a tone is twice its mean power.)
func tonePart(samples []int16) float64 {
	return audio.Power(samples, audio.Rate, micHz) / 2 / max(1, loud(samples))
}

// playsRecording plays the first recording of the ticket that the desk shows.
func (p *person) playsRecording(kind string, channels int) {
	p.t.Helper()
	recording := fmt.Sprintf("document.querySelector('[data-testid=recording][data-kind=%s][data-state=kept]')", kind)
	p.until("the recording is on the ticket", recording)
	p.until("a wave per channel is drawn", fmt.Sprintf(`witness.drawn(%s.querySelector("[data-testid=waveform]")) >= %d`, recording, channels))
	p.click(named("button", "Play"))
	p.until("it plays", `witness.playing.some((one) => one.currentSrc.includes("/recordings/") && one.duration > 0 && one.currentTime > 0)`)
}
