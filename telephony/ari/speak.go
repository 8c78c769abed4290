package ari

import (
	"context"
	"errors"
	"time"

	"github.com/CyCoreSystems/ari/v5"

	"hotline/telephony"
)

// play says media to the customer, or to the agent's leg where the action names one. What cannot be played counts as played:
// nobody shall wait for the end of a prompt that never began.
func (m *Media) play(ctx context.Context, c telephony.Call, a telephony.Action) (telephony.Event, bool, error) {
	to := c.Channel
	if a.Leg != "" {
		to = a.Leg
	}
	err := m.client.Play(ctx, to, a.Name, a.Media, c.Language)
	var e *Error
	if errors.As(err, &e) {
		m.log.Warn("prompt could not be played", "call", c.ID, "media", a.Media, "err", err)
		return telephony.Event{Kind: telephony.Played, Name: a.Name}, true, nil
	}
	return telephony.Event{}, false, err
}

// record takes a voicemail. The same take twice is one: the second is refused because the first exists.
func (m *Media) record(ctx context.Context, c telephony.Call, a telephony.Action) error {
	return done(m.client.Record(ctx, c.Channel, a.Name, ari.RecordingOptions{
		Format: wav, Beep: true, Terminate: "#", Exists: "fail",
		MaxDuration: time.Duration(a.Max), MaxSilence: time.Duration(a.Silence),
	}))
}
