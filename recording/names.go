package recording

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"hotline/telephony"
)

// roleFallback begins the name of a message that the dialplan took by itself while no server was there.
const roleFallback = "fallback"

var (
	namePattern = regexp.MustCompile(`^[A-Za-z0-9~+*#._-]{1,200}$`)
	callPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	// A stranger chooses both numbers. What he dialled or sent may be all nonsense and so be filtered to nothing.
	numberPattern = regexp.MustCompile(`^[A-Za-z0-9+*#._-]{0,40}$`)
	// Ten digits are the years 2001 to 2286; a first zero would be a second spelling of the same moment.
	epochPattern = regexp.MustCompile(`^[1-9][0-9]{9}$`)
	takePattern  = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
)

// Fallback is what the name of a message says that the dialplan took by itself.
type Fallback struct {
	At     time.Time
	Line   string // dialled number, empty when it was nothing but nonsense
	Number string // caller, as the trunk sent it, empty when it sent none
	Call   string // UUID
}

// ParseFallback takes fallback~EPOCH~LINE~NUMBER~CALL apart. Anything else is false: the name holds what a stranger
// sent as his number.
func ParseFallback(name string) (Fallback, bool) {
	part := strings.Split(name, "~")
	if len(part) != 5 || part[0] != roleFallback || !epochPattern.MatchString(part[1]) ||
		!numberPattern.MatchString(part[2]) || !numberPattern.MatchString(part[3]) || !callPattern.MatchString(part[4]) {
		return Fallback{}, false
	}
	epoch, err := strconv.ParseInt(part[1], 10, 64)
	if err != nil {
		return Fallback{}, false
	}
	return Fallback{At: time.Unix(epoch, 0).UTC(), Line: part[2], Number: part[3], Call: part[4]}, true
}

// ItemOf says which recording a file in Asterisk belongs to, Node left open; false for files that are none of ours.
// With it whatever lies in Asterisk can be adopted, even when no row was ever made for it.
func ItemOf(file string) (Item, bool) {
	if f, ok := ParseFallback(file); ok {
		return Item{Name: file, Call: f.Call, Kind: Voicemail, StartedAt: f.At}, true
	}
	part := strings.Split(file, "~")
	if len(part) != 3 || !callPattern.MatchString(part[1]) {
		return Item{}, false
	}
	switch {
	case part[0] == telephony.RoleTape && (part[2] == "in" || part[2] == "out"):
		return Item{Name: telephony.Name(telephony.RoleTape, part[1]), Call: part[1], Kind: Talk}, true
	case part[0] == telephony.RoleMessage && takePattern.MatchString(part[2]):
		return Item{Name: file, Call: part[1], Kind: Voicemail}, true
	}
	return Item{}, false
}

// shown is a name as logs and errors may have it: without the caller's number.
func shown(name string) string {
	if f, ok := ParseFallback(name); ok {
		return roleFallback + "~" + f.Call
	}
	return name
}

// files are the names in Asterisk of a recording: the caller's side first.
func files(kind Kind, name string) []string {
	if kind == Talk {
		return []string{name + "~in", name + "~out"}
	}
	return []string{name}
}
