package ari

import (
	"encoding/json"
	"slices"

	"github.com/CyCoreSystems/ari/v5"
	"github.com/google/uuid"

	"hotline/telephony"
)

// Variable is the channel variable that names the call; the dialplan sets it before the call comes to us, and
// Asterisk's ari.conf lists it in channelvars, so every event about the channel bears it.
const Variable = "HOTLINE_CALL"

// Fallback is the cause of a customer's channel that went back to the dialplan, which takes a message.
const Fallback = "fallback"

// Outage is the cause of a customer's channel that went down with Asterisk.
const Outage = "outage"

// types are the events that Asterisk is to send us.
var types = []string{
	ari.Events.StasisStart, ari.Events.StasisEnd,
	ari.Events.ChannelHangupRequest, ari.Events.ChannelDestroyed, ari.Events.ChannelDtmfReceived,
	ari.Events.PlaybackFinished, ari.Events.RecordingFinished, ari.Events.RecordingFailed,
	ari.Events.ApplicationReplaced,
}

// event is what we read of Asterisk's events, of all types together. The library's types hold everything, and cost three
// times as much to read.
type event struct {
	Type        string   `json:"type"`
	Application string   `json:"application"`
	Args        []string `json:"args"`
	Channel     channel  `json:"channel"`
	Cause       int      `json:"cause"`
	Soft        bool     `json:"soft"`
	Digit       string   `json:"digit"`
	Playback    struct {
		ID string `json:"id"`
	} `json:"playback"`
	Recording struct {
		Name  string `json:"name"`
		Cause string `json:"cause"`
	} `json:"recording"`
}

// channel is what we read of a channel.
type channel struct {
	ID     string `json:"id"`
	Caller struct {
		Name   string `json:"name"`
		Number string `json:"number"`
	} `json:"caller"`
	Variables map[string]string `json:"channelvars"`
}

func channelOf(ch ari.ChannelData) channel {
	c := channel{ID: ch.ID, Variables: ch.ChannelVars}
	if ch.Caller != nil {
		c.Caller.Name, c.Caller.Number = ch.Caller.Name, ch.Caller.Number
	}
	return c
}

// Translate turns one of Asterisk's events into the words of the call's flow: whose call it is and what happened.
// It reports false for what says nothing to a call. It is pure and takes any bytes.
func Translate(raw []byte) (call string, ev telephony.Event, ok bool) {
	e, ok := decode(raw)
	if !ok {
		return "", telephony.Event{}, false
	}
	return translate(e)
}

func decode(raw []byte) (e event, ok bool) {
	err := json.Unmarshal(raw, &e)
	return e, err == nil
}

func translate(e event) (string, telephony.Event, bool) {
	call, ev := "", telephony.Event{}
	switch e.Type {
	case ari.Events.StasisStart:
		call, ev = entered(e)
	case ari.Events.StasisEnd:
		call, ev = ended(e.Channel, Fallback) // a channel that hangs up has said so before
	case ari.Events.ChannelHangupRequest:
		call, ev = ended(e.Channel, hangupCause(e))
	case ari.Events.ChannelDestroyed:
		call, ev = ended(e.Channel, cause(e.Cause))
	case ari.Events.ChannelDtmfReceived:
		if id, customer := customerOf(e.Channel); customer {
			call, ev = id, telephony.Event{Kind: telephony.Digit, Digit: e.Digit}
		}
	case ari.Events.PlaybackFinished:
		call = ours(e.Playback.ID, telephony.RolePlay)
		ev = telephony.Event{Kind: telephony.Played, Name: e.Playback.ID} // also when it failed: a missing sound holds up nobody
	case ari.Events.RecordingFinished, ari.Events.RecordingFailed: // a voicemail; the sides of a talk are brought home when it is over
		call = ours(e.Recording.Name, telephony.RoleMessage)
		ev = telephony.Event{Kind: telephony.Stored, Name: e.Recording.Name, Cause: telephony.Clean(e.Recording.Cause)}
	}
	return call, ev, call != ""
}

// entered is a channel's entry into our application.
func entered(e event) (string, telephony.Event) {
	role, call, _ := telephony.Owner(e.Channel.ID)
	switch role {
	case telephony.RoleLeg:
		return call, telephony.Event{Kind: telephony.LegUp, Leg: e.Channel.ID}
	case telephony.RoleCust:
		return call, telephony.Event{Kind: telephony.Picked, Channel: e.Channel.ID}
	}
	if len(e.Args) < 2 || e.Args[0] != "in" {
		return "", telephony.Event{}
	}
	return came(e.Channel, e.Application, e.Args[1])
}

// came is a call from outside that reached line.
func came(ch channel, app, line string) (string, telephony.Event) {
	call, customer := customerOf(ch)
	if !customer {
		return "", telephony.Event{}
	}
	return call, telephony.Event{Kind: telephony.Came, Line: telephony.Clean(line), Channel: ch.ID, Node: app,
		Caller: telephony.Caller{Raw: telephony.Clean(ch.Caller.Number), Name: telephony.Clean(ch.Caller.Name)}}
}

// hangupCause: what one side of Asterisk asks of another bears a flag of its own where the cause would be (32 for our DELETE).
func hangupCause(e event) string {
	if e.Soft {
		return cause(0)
	}
	return cause(e.Cause)
}

// ended is a channel that is gone, or no longer ours.
func ended(ch channel, why string) (string, telephony.Event) {
	if call := ours(ch.ID, telephony.RoleLeg); call != "" {
		if why == Fallback {
			why = "normal"
		}
		return call, telephony.Event{Kind: telephony.LegGone, Leg: ch.ID, Cause: why}
	}
	if call, customer := customerOf(ch); customer {
		return call, telephony.Event{Kind: telephony.Left, Channel: ch.ID, Cause: why}
	}
	return "", telephony.Event{}
}

// ours gives the call that a name of one of roles belongs to.
func ours(name string, roles ...string) string {
	role, call, ok := telephony.Owner(name)
	if !ok || !slices.Contains(roles, role) {
		return ""
	}
	return call
}

// customerOf gives the call whose customer's channel ch is: by our own name (outbound) or by the dialplan's variable.
func customerOf(ch channel) (call string, ok bool) {
	if role, call, named := telephony.Owner(ch.ID); named {
		return call, role == telephony.RoleCust
	}
	id, err := uuid.Parse(ch.Variables[Variable])
	return id.String(), err == nil
}
