package telephony

import (
	"strconv"
	"strings"
)

// Everything that we make in Asterisk bears a name that says whose it is: role~call~number.
// So an event or a leftover finds its call without a table, and a repeated request finds its first self.
const (
	RoleLeg     = "leg"   // agent's channel
	RoleCust    = "cust"  // customer's channel of an outbound call
	RoleBridge  = "br"    //
	RolePlay    = "play"  // playback
	RoleMessage = "vm"    // voicemail recording
	RoleTape    = "rec"   // recording of the talk; ~in and ~out are its sides
	RoleSnoop   = "snoop" // channel that listens for a side of the tape
)

// Name joins a role, a call and what tells it from its siblings: "leg~6b0d...~2".
func Name(role, call string, more ...string) string {
	return strings.Join(append([]string{role, call}, more...), "~")
}

// Numbered is Name with a number.
func Numbered(role, call string, n int) string { return Name(role, call, strconv.Itoa(n)) }

// Owner takes a name apart. It reports false for names that are not ours.
func Owner(name string) (role, call string, ok bool) {
	parts := strings.Split(name, "~")
	if len(parts) < 2 || len(parts[1]) != 36 {
		return "", "", false
	}
	switch parts[0] {
	case RoleLeg, RoleCust, RoleBridge, RolePlay, RoleMessage, RoleTape, RoleSnoop:
		return parts[0], parts[1], true
	}
	return "", "", false
}
