package tickets

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// where collects conditions and their arguments. Conditions are our own text, with $1, $2 ... for the arguments given
// beside them; what people send is always an argument.
type where struct {
	conditions []string
	args       []any
}

func newWhere(args ...any) *where { return &where{args: args} }

var placeholder = regexp.MustCompile(`\$\d+`)

func (w *where) add(condition string, args ...any) {
	before := len(w.args)
	w.conditions = append(w.conditions, placeholder.ReplaceAllStringFunc(condition, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		return "$" + strconv.Itoa(before+n)
	}))
	w.args = append(w.args, args...)
}

func (w *where) sql() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " where " + strings.Join(w.conditions, " and ")
}

// cursor is the last row of a page: the next page begins after it, whatever came or went in between.
type cursor struct {
	Of    string `json:"o"`           // the list and its order: a cursor fits no other
	Value string `json:"v,omitempty"` // of the column that orders
	ID    string `json:"i"`
	Fuzzy bool   `json:"f,omitempty"` // the list is of rows that only resemble what was searched
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprint("tickets: a cursor of strings is always JSON: ", err))
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readCursor(text, of string) (cursor, error) {
	var c cursor
	if text == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Of != of || c.ID == "" || strings.ContainsRune(c.Value+c.ID, 0) {
		return cursor{}, Invalid{Field: "cursor", Text: "is not of this list"}
	}
	return c, nil
}

// pageSize keeps a page between 1 and 200 rows; anything else means 50.
func pageSize(limit int) int {
	if limit < 1 || limit > 200 {
		return 50
	}
	return limit
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// onlyDigits gives the digits of a text that is a phone number or part of one, otherwise "".
func onlyDigits(text string) string {
	digits, ok := dialled(bare(text))
	if digits = strings.TrimPrefix(digits, "+"); !ok || len(digits) < 3 {
		return ""
	}
	return digits
}
