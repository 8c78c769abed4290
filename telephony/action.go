package telephony

// Do names an action: what Step wants done in the world. Doing one twice is harmless.
type Do string

const (
	// To Asterisk.
	Disarm     Do = "disarm"    // the dialplan's absolute timeout on Channel
	AnswerCall Do = "answer"    // the customer's channel
	Play       Do = "play"      // Media as playback Name, to Leg where it is set, else to Channel
	StopPlay   Do = "stop_play" // playback Name
	MusicOn    Do = "music_on"  // to the waiting customer
	MusicOff   Do = "music_off"
	Record     Do = "record"      // a voicemail from Channel as Name
	StopRecord Do = "stop_record" // recording Name
	RingPhone  Do = "ring_phone"  // call the agent's desk phone Device as channel Leg
	Connect    Do = "connect"     // make the browser's audio leg of Agent as channel Leg
	Join       Do = "join"        // Channel and Leg into the call's bridge, music off
	Split      Do = "split"       // Leg out of the bridge, music (and Media) to the customer
	DropLeg    Do = "drop_leg"    // hang up Leg
	Tape       Do = "tape"        // start recording the talk, both sides apart
	MuteTape   Do = "mute_tape"   // recording Name, both sides, holds silence from here
	UnmuteTape Do = "unmute_tape"
	CallOut    Do = "call_out" // dial Caller.Number on the trunk as Channel
	HangUp     Do = "hang_up"  // the customer's channel, Cause is a Q.850 number in words
	Clear      Do = "clear"    // nothing of the call may be left in Asterisk

	// To the stores and the queue.
	OpenTicket Do = "open_ticket"
	JoinTicket Do = "join_ticket" // the outbound call belongs to Ticket
	Classify   Do = "classify"    // the ticket takes the call's category, language and queue
	LookUp     Do = "look_up"     // how the caller's newest open ticket stands; answer with Status
	Enqueue    Do = "enqueue"     // at the place QueuedAt
	Dequeue    Do = "dequeue"
	Keep       Do = "keep"      // bring voicemail Name home, answer with Kept
	KeepTape   Do = "keep_tape" // bring the recording of the talk home, in the background

	// To the agent's presence. Token is the reservation.
	Seat Do = "seat" // Agent is now As: "talking", "hold", "free" (as before the offer), "missed", "wrapup"; Cause says why

	// To the agent's desk.
	Pop     Do = "pop"      // screen-pop, wants Popped
	RingTab Do = "ring_tab" // let the browser ring
)

// Action is one thing to do. Only the fields that its Do names are set; what is the call's own
// (ID, Channel, Language, Queue ...) is read from the call that goes with it.
type Action struct {
	Do     Do       `json:"do"`
	Name   string   `json:"name,omitempty"`
	Media  []string `json:"media,omitempty"`
	Agent  string   `json:"agent,omitempty"`
	Device string   `json:"device,omitempty"`
	Token  int64    `json:"token,omitempty"`
	Leg    string   `json:"leg,omitempty"`
	As     string   `json:"as,omitempty"`
	Cause  string   `json:"cause,omitempty"`

	Max     Duration `json:"max,omitempty"`     // Record: longest message
	Silence Duration `json:"silence,omitempty"` // Record: silence that ends it
}
