// Package ari speaks with one Asterisk: REST for what we want done, a websocket for what happened.
//
//	Link  --- websocket ---> events in order ---> Handler.Event(call, telephony.Event)
//	Media --- REST --------> what an Action of the call's flow asks for
//
// What must stay true:
//
//   - Every channel, bridge, playback and recording gets its name from us before the request (telephony.Name).
//     So a request whose answer was lost can be sent again, and an event finds its call without a table.
//   - Listen first, then list, then reconcile: events that come while the list is read wait behind it.
//     Asterisk queues nothing for an application that is away.
//   - The reader of the websocket never waits for the calls.
//   - A server that is cut off, hung or replaced hangs up nobody.
package ari
