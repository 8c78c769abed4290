package tickets

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest texts, in characters. They are the same as in the schema's checks.
const (
	maxCaller  = 80
	maxName    = 200
	maxSubject = 255
	maxText    = 20_000
	maxKey     = 64
)

// Clean makes one line of printable text of at most max characters out of anything. Control characters, marks that turn
// the direction of writing, broken UTF-8 and NUL go; markup stays, as the text that it is.
func Clean(text string, max int) string {
	return cut(strings.Join(strings.Fields(printable(text, false)), " "), max)
}

// CleanText is Clean for text of several lines: line ends stay, as "\n".
func CleanText(text string, max int) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return cut(strings.TrimSpace(printable(text, true)), max)
}

func printable(text string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case lines && (r == '\n' || r == '\r'):
			return '\n'
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, text)
}

func cut(text string, max int) string {
	n := 0
	for i := range text {
		if n == max {
			return strings.TrimSpace(text[:i])
		}
		n++
	}
	return text
}

// line cleans a text that a person typed into one line; too long is the person's to mend, so nothing is cut away.
func line(field, text string, max int) (string, error) {
	return within(field, Clean(text, max+1), max)
}

func lines(field, text string, max int) (string, error) {
	return within(field, CleanText(text, max+1), max)
}

func within(field, text string, max int) (string, error) {
	if utf8.RuneCountInString(text) > max {
		return "", Invalid{Field: field, Text: fmt.Sprintf("is longer than %d characters", max)}
	}
	return text, nil
}

func needed(field, text string, max int) (string, error) {
	text, err := line(field, text, max)
	if err == nil && text == "" {
		err = Invalid{Field: field, Text: "must not be empty"}
	}
	return text, err
}
