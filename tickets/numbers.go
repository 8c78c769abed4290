package tickets

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// ParseNumber gives the E.164 form ("+15550100001") of a phone number in any spelling, or "" when raw is no full number:
// withheld, an extension such as "101", a name, an attack. Region ("US", "RU") is for numbers without a country.
func ParseNumber(raw, region string) string {
	raw = bare(raw)
	digits, ok := dialled(raw)
	if !ok || len(digits) < 7 { // extensions and short codes are never made into numbers of somebody else
		return ""
	}
	if digits[0] == '+' {
		return possible(digits, "ZZ")
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok { // how people and trunks dial the plus
		return possible("+"+rest, "ZZ")
	}
	if n := possible(digits, region); n != "" {
		return n
	}
	n, err := phonenumbers.Parse("+"+digits, "ZZ") // some trunks leave the plus out: a guess, so it must be a real number
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// possible gives a number that stays the same when it is read again: some with further zeros in front do not.
func possible(digits, region string) string {
	number := read(digits, region)
	if number == digits || number == "" || read(number, "ZZ") == number {
		return number
	}
	return ""
}

func read(digits, region string) string {
	n, err := phonenumbers.Parse(digits, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE { // a local part alone is nobody's
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// bare takes the number out of a SIP or tel address, and plain digits out of wide ones.
func bare(raw string) string {
	raw = norm.NFKC.String(Clean(raw, maxCaller+1))
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		raw = strings.TrimPrefix(raw, scheme)
	}
	if i := strings.IndexAny(raw, "@;"); i >= 0 {
		raw = raw[:i]
	}
	return strings.TrimSpace(raw)
}

// dialled keeps the digits and a leading plus. Anything but the usual marks between them means that this is no number.
func dialled(raw string) (string, bool) {
	var b strings.Builder
	for _, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case strings.ContainsRune(" -./()~\u2010\u2011\u2012\u2013", r):
		default:
			return "", false
		}
	}
	return b.String(), b.Len() <= 20
}

// withheld reports whether a trunk says that the caller hides the number or that it has none.
func withheld(raw string) bool {
	switch strings.ToLower(strings.TrimSpace(raw)) {
	case "", "anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "asterisk", "nobody", "<unknown>":
		return true
	}
	return false
}

// spoken is a number as people read it: "+1 555 010 0001". Other texts stay as they are.
func spoken(caller string) string {
	if !strings.HasPrefix(caller, "+") {
		return caller
	}
	n, err := phonenumbers.Parse(caller, "ZZ")
	if err != nil {
		return caller
	}
	text := strings.Map(func(r rune) rune {
		if r == '+' || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, phonenumbers.Format(n, phonenumbers.INTERNATIONAL))
	return strings.Join(strings.Fields(text), " ")
}
