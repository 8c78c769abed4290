package telephony

import (
	"strings"
	"unicode"
)

const longestText = 80

// Clean makes text that a caller controls safe to store and to show as text: valid UTF-8, printable,
// no direction marks, at most 80 characters. It is for names and numbers from the trunk; nothing is escaped,
// because whoever shows it shows it as text.
func Clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if n == longestText {
			break
		}
		if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
			if r != '\t' && r != '\n' && r != '\r' {
				continue
			}
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}
