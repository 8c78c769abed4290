package ari

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"

	"hotline/telephony"
)

// Browser is where the audio of agents who talk in the page is; telephony/webrtc has it.
type Browser interface {
	MediaHost(agent string) (string, error)           // host:port that Asterisk sends the agent's RTP to
	Attach(agent string, remote netip.AddrPort) error // the agent's audio goes to and comes from remote from now on
	Detach(agent string) error
}

// MediaConfig is what Media needs to know besides Asterisk.
type MediaConfig struct {
	Browser Browser // may be nil when all agents have desk phones
	Trunk   string  // endpoint that outbound calls leave by, default "trunk"
	Log     *slog.Logger
}

// Media does in Asterisk what the flow of a call asks for. It is safe for concurrent use; the actions of one call
// come one after the other.
type Media struct {
	client  *Client
	browser Browser
	trunk   string
	log     *slog.Logger
	music   music

	mu       sync.Mutex
	attached map[string]string // agent -> leg that has the browser's audio, so that a late end of an old leg does not cut the new one
}

// NewMedia makes a Media over client.
func NewMedia(client *Client, c MediaConfig) *Media {
	if c.Trunk == "" {
		c.Trunk = "trunk"
	}
	if c.Log == nil {
		c.Log = client.config.Log
	}
	return &Media{client: client, browser: c.Browser, trunk: c.Trunk, log: c.Log, attached: map[string]string{}}
}

// Perform does one action of a call. When the action has an answer of its own it gives that event and true; most
// answers come over the Link. An error says that it could not be done. A channel that went away meanwhile is no
// error where the Link tells of it anyway. Actions that are not Asterisk's do nothing.
func (m *Media) Perform(ctx context.Context, c telephony.Call, a telephony.Action) (telephony.Event, bool, error) {
	var err error
	switch a.Do {
	case telephony.RingPhone:
		return m.ringPhone(ctx, c, a)
	case telephony.CallOut:
		return m.callOut(ctx, c)
	case telephony.Connect:
		err = m.connect(ctx, c, a)
	case telephony.Play:
		return m.play(ctx, c, a)
	case telephony.Disarm:
		err = gone(m.client.SetVariable(ctx, c.Channel, "TIMEOUT(absolute)", "0"))
	case telephony.AnswerCall:
		err = gone(m.client.Answer(ctx, c.Channel))
	case telephony.StopPlay:
		err = m.client.StopPlay(ctx, a.Name)
	case telephony.MusicOn:
		m.musicSoon(c.ID, c.Channel)
	case telephony.MusicOff:
		err = m.stopMusic(ctx, c.Channel)
	case telephony.Record:
		err = m.record(ctx, c, a)
	case telephony.StopRecord:
		err = m.client.StopRecord(ctx, a.Name)
	case telephony.MuteTape, telephony.UnmuteTape:
		err = m.muteTape(ctx, a)
	case telephony.Join:
		err = m.join(ctx, c, a)
	case telephony.Split:
		err = m.split(ctx, c, a)
	case telephony.DropLeg:
		err = m.dropLeg(ctx, a)
	case telephony.Tape:
		err = m.tape(ctx, c)
	case telephony.HangUp:
		err = m.client.Hangup(ctx, c.Channel, reason(a.Cause))
	case telephony.Clear:
		err = m.clear(ctx, c)
	}
	if err != nil {
		return telephony.Event{}, false, fmt.Errorf("%s: %w", a.Do, err)
	}
	return telephony.Event{}, false, nil
}
