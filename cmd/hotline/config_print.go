package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"hotline/telephony/journal"
)

// printPlan writes what would happen to each line and queue, and what stays although the file does not have it.
func printPlan(w io.Writer, p journal.Plan) {
	for _, e := range p.Since {
		fmt.Fprintf(w, "! change %d by %q touched this later, on %s; it is taken back too\n", e.Change, e.Who, e.At.Format(time.DateTime))
	}
	for _, c := range p.Changes {
		printChange(w, "", c)
	}
	for _, c := range p.Kept {
		fmt.Fprintf(w, "  %s %s is not in the file and stays; --prune removes it\n", c.Kind, c.Name)
	}
	var added, changed, removed int
	for _, c := range p.Changes {
		switch {
		case c.Before == nil:
			added++
		case c.After == nil:
			removed++
		default:
			changed++
		}
	}
	if len(p.Changes) == 0 {
		fmt.Fprintln(w, "Nothing to change.")
		return
	}
	fmt.Fprintf(w, "%d to add, %d to change, %d to remove.\n", added, changed, removed)
}

func printEntry(w io.Writer, e journal.Entry) {
	undoes := ""
	if e.Undoes > 0 {
		undoes = fmt.Sprintf(", takes back change %d", e.Undoes)
	}
	fmt.Fprintf(w, "change %d, %s, by %q%s\n", e.Change, e.At.Format(time.DateTime+" MST"), e.Who, undoes)
	for _, c := range e.Changes {
		printChange(w, "  ", c)
	}
}

// printChange writes "~ line 100" and below it each field with its old and new value. What goes is named, not told.
func printChange(w io.Writer, indent string, c journal.Change) {
	if c.After == nil {
		fmt.Fprintf(w, "%s- %s %s is removed\n", indent, c.Kind, c.Name)
		return
	}
	sign, verb := "~", "changes"
	if c.Before == nil {
		sign, verb = "+", "is added"
	}
	fmt.Fprintf(w, "%s%s %s %s %s\n", indent, sign, c.Kind, c.Name, verb)
	fields, widest := c.Fields(), 0
	for i := range fields {
		fields[i].Path = spoken(fields[i].Path)
		widest = max(widest, len([]rune(fields[i].Path)))
	}
	for _, f := range fields {
		before := f.Old + " → "
		switch {
		case c.Before == nil:
			before = ""
		case f.Old == "":
			before = "none → "
		}
		after := f.New
		if after == "" {
			after = "none"
		}
		fmt.Fprintf(w, "%s    %-*s  %s%s\n", indent, widest, f.Path, before, after)
	}
}

// spoken writes the days of the week by their names.
func spoken(path string) string {
	rest, ok := strings.CutPrefix(path, "hours.week.")
	if !ok {
		return path
	}
	number, _, _ := strings.Cut(rest, ".")
	if day, err := strconv.Atoi(number); err == nil {
		return "hours.week." + strings.ToLower(time.Weekday(day%7).String()) + strings.TrimPrefix(rest, number)
	}
	return path
}
