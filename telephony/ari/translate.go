package ari

import (
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

// Translate turns one of Asterisk's events into the words of the call's flow: whose call it is and what happened.
// It reports false for what says nothing to a call. It is pure and takes any bytes.
func Translate(raw []byte) (call string, ev telephony.Event, ok bool) {
	e, ok := decode(raw)
	if !ok {
		return "", telephony.Event{}, false
	}
	return translate(e)
}

// decode knows Asterisk's events of the library; others are left out, whatever they are.
func decode(raw []byte) (ari.Event, bool) {
	e, err := ari.DecodeEvent(raw)
	return e, err == nil && e != nil
}

func translate(e ari.Event) (string, telephony.Event, bool) {
	call, ev := "", telephony.Event{}
	switch e := e.(type) {
	case *ari.StasisStart:
		call, ev = entered(e)
	case *ari.StasisEnd:
		call, ev = ended(e.Channel, Fallback) // a channel that hangs up has said so before
	case *ari.ChannelHangupRequest:
		call, ev = ended(e.Channel, hangupCause(e))
	case *ari.ChannelDestroyed:
		call, ev = ended(e.Channel, cause(e.Cause))
	case *ari.ChannelDtmfReceived:
		if id, customer := customerOf(e.Channel); customer {
			call, ev = id, telephony.Event{Kind: telephony.Digit, Digit: e.Digit}
		}
	case *ari.PlaybackFinished:
		call = ours(e.Playback.ID, telephony.RolePlay)
		ev = telephony.Event{Kind: telephony.Played, Name: e.Playback.ID} // also when it failed: a missing sound holds up nobody
	case *ari.RecordingFinished:
		call, ev = stored(e.Recording)
	case *ari.RecordingFailed:
		call, ev = stored(e.Recording)
	}
	return call, ev, call != ""
}

// entered is a channel's entry into our application.
func entered(e *ari.StasisStart) (string, telephony.Event) {
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
func came(ch ari.ChannelData, app, line string) (string, telephony.Event) {
	call, customer := customerOf(ch)
	if !customer {
		return "", telephony.Event{}
	}
	ev := telephony.Event{Kind: telephony.Came, Line: telephony.Clean(line), Channel: ch.ID, Node: app}
	if c := ch.Caller; c != nil {
		ev.Caller = telephony.Caller{Raw: telephony.Clean(c.Number), Name: telephony.Clean(c.Name)}
	}
	return call, ev
}

// hangupCause: what one side of Asterisk asks of another bears a flag of its own where the cause would be (32 for our DELETE).
func hangupCause(e *ari.ChannelHangupRequest) string {
	if e.Soft {
		return cause(0)
	}
	return cause(e.Cause)
}

// ended is a channel that is gone, or no longer ours.
func ended(ch ari.ChannelData, why string) (string, telephony.Event) {
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

// stored is a voicemail that Asterisk finished writing. The sides of a talk are brought home when the talk is over.
func stored(r ari.LiveRecordingData) (string, telephony.Event) {
	return ours(r.Name, telephony.RoleMessage), telephony.Event{Kind: telephony.Stored, Name: r.Name, Cause: telephony.Clean(r.Cause)}
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
func customerOf(ch ari.ChannelData) (call string, ok bool) {
	if role, call, named := telephony.Owner(ch.ID); named {
		return call, role == telephony.RoleCust
	}
	id, err := uuid.Parse(ch.ChannelVars[Variable])
	return id.String(), err == nil
}
