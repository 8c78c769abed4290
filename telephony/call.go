package telephony

import (
	"time"
)

// State is where a call is. The drawing is in doc.go.
type State string

const (
	Arrived   State = "arrived"   // its ticket is being opened
	Greeting  State = "greeting"  // the line's greeting is playing
	InMenu    State = "menu"      // chooses by key
	Waiting   State = "waiting"   // in the queue, hears music
	Offered   State = "offered"   // presented to one agent: pop, then ring
	Joining   State = "joining"   // the agent said yes, the audio leg is being built
	Talking   State = "talking"   // caller and agent hear each other
	Held      State = "held"      // the agent put the caller on hold
	Stranded  State = "stranded"  // the agent's desk went away in the middle of a talk: "one moment"
	Closed    State = "closed"    // hears why and when: after hours, refused line
	Recording State = "recording" // leaves a voicemail
	Review    State = "review"    // may listen to the voicemail or record it again
	Saving    State = "saving"    // the caller is gone, the voicemail is being brought home
	Calling   State = "calling"   // outbound: the agent waits while the customer's phone rings
	Ended     State = "ended"
)

// Outcome is how a call ended: a closed set. A reason goes with it.
type Outcome string

const (
	Answered  Outcome = "answered"
	Abandoned Outcome = "abandoned"
	Voicemail Outcome = "voicemail"
	Callback  Outcome = "callback"
	Overflow  Outcome = "overflow"
	Refused   Outcome = "refused"
	Failed    Outcome = "failed"
)

// Outcomes lists the closed set.
var Outcomes = [...]Outcome{Answered, Abandoned, Voicemail, Callback, Overflow, Refused, Failed}

// Direction says who called whom.
type Direction string

const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)

// Caller is the person outside, as the trunk named them. Raw text is cleaned (see Clean) but never normalised away.
type Caller struct {
	Raw    string `json:"raw"`              // what the trunk sent, printable, at most 80 characters
	Number string `json:"number,omitempty"` // E.164 with "+", empty when it cannot be told
	Name   string `json:"name,omitempty"`
}

// Offer is a call presented to one agent.
type Offer struct {
	Agent  string    `json:"agent"`
	Device string    `json:"device"` // "webrtc" or "sip:agent1"
	Token  int64     `json:"token"`  // fencing token of the reservation; a later offer has a larger one
	At     time.Time `json:"at"`
	Rung   bool      `json:"rung,omitempty"` // the phone was told to ring (after the pop)
}

// Message is a voicemail in the making.
type Message struct {
	Take int    `json:"take"` // 1 for the first recording; each "record again" adds one, none is deleted
	Name string `json:"name"` // the recording's name, chosen by us: see Name
}

// Call is everything that is known about one call. It is a value: Step takes one and gives the next.
type Call struct {
	ID        string    `json:"id"`  // UUID, given by the dialplan before the server hears of the call
	Seq       int       `json:"seq"` // number of steps taken; the journal's key together with ID
	Direction Direction `json:"direction"`
	Node      string    `json:"node"` // ARI application that owns the channel
	Line      string    `json:"line"` // dialled number (DNIS)
	Caller    Caller    `json:"caller"`
	Channel   string    `json:"channel"` // the customer's channel in Asterisk
	State     State     `json:"state"`
	Language  string    `json:"language"` // "en" or "ru"
	Queue     string    `json:"queue,omitempty"`
	Priority  int       `json:"priority,omitempty"` // steps of advance in the queue, 0 for none

	Category string `json:"category,omitempty"` // chosen in a menu

	Ticket  int64  `json:"ticket,omitempty"`
	Contact string `json:"contact,omitempty"` // the known person's name

	ArrivedAt  time.Time `json:"arrived_at"`
	QueuedAt   time.Time `json:"queued_at,omitzero"`   // first entry into the queue; never changes, it is the place
	AnsweredAt time.Time `json:"answered_at,omitzero"` // first time that both heard each other
	EndedAt    time.Time `json:"ended_at,omitzero"`

	Offer  *Offer   `json:"offer,omitempty"`  // while offered or joining
	Agent  string   `json:"agent,omitempty"`  // who talks, or talked last
	Device string   `json:"device,omitempty"` // with which device
	Token  int64    `json:"token,omitempty"`  // reservation of Agent
	Leg    string   `json:"leg,omitempty"`    // the agent's channel
	Legs   int      `json:"legs,omitempty"`   // agent channels made so far; names the next
	Plays  int      `json:"plays,omitempty"`  // prompts played so far; names the next
	Play   string   `json:"play,omitempty"`   // playback that we wait for
	Prompt []string `json:"prompt,omitempty"` // what Play says, so that it can be said again after a restart
	Menu   string   `json:"menu,omitempty"`   // in or after a menu: the last one
	Asked  int      `json:"asked,omitempty"`  // menus asked so far
	Tries  int      `json:"tries,omitempty"`  // wrong or missing keys in this menu

	Message  *Message      `json:"message,omitempty"`
	Recorded bool          `json:"recorded,omitempty"` // a recording of the talk was started
	PausedAt time.Time     `json:"paused_at,omitzero"` // the recording holds silence since then
	HeldAt   time.Time     `json:"held_at,omitzero"`
	Hold     time.Duration `json:"hold,omitempty"` // nanoseconds on hold, finished holds only

	Deadline time.Time `json:"deadline,omitzero"` // when Step wants a Clock event, zero for never
	Gone     bool      `json:"gone,omitempty"`    // the customer's channel is gone
	Outcome  Outcome   `json:"outcome,omitempty"`
	Reason   string    `json:"reason,omitempty"`

	Disposition string `json:"disposition,omitempty"` // given by the agent in wrap-up
	Note        string `json:"note,omitempty"`
}

// Over reports whether nothing more will happen to the call.
func (c Call) Over() bool { return c.State == Ended }

// WithAgent reports whether an agent is occupied with the call.
func (c Call) WithAgent() bool {
	switch c.State {
	case Offered, Joining, Talking, Held, Stranded, Calling:
		return true
	}
	return false
}

// CurrentAgent is the agent who is offered the call or has it, empty for none.
func (c Call) CurrentAgent() string {
	if !c.WithAgent() {
		return ""
	}
	if c.Offer != nil {
		return c.Offer.Agent
	}
	return c.Agent
}
