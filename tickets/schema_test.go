package tickets_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/tickets"
)

func TestWithoutTheRightToMakeExtensionsOnlyTypingErrorsAreNotForgiven(t *testing.T) {
	address := stack.Postgres(t)
	owner := pool(t, address)
	name := "t_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	for _, sql := range []string{`create role ` + name + ` login password 'demo'`, `create database ` + name} {
		_, err := owner.Exec(t.Context(), sql)
		ok(t, err)
	}
	t.Cleanup(func() {
		for _, sql := range []string{`drop database ` + name + ` with (force)`, `drop role ` + name} {
			if _, err := owner.Exec(context.Background(), sql); err != nil {
				t.Error(err)
			}
		}
	})
	u, err := url.Parse(address)
	ok(t, err)
	u.Path, u.RawQuery = name, "sslmode=disable"
	admin := pool(t, u.String())
	_, err = admin.Exec(t.Context(), `grant usage, create on schema public to `+name)
	ok(t, err)
	admin.Close()
	u.User = url.UserPassword(name, "demo")

	ok(t, schema.Up(t.Context(), u.String(), domain.Name, domain.Files))
	d := deskOn(t, u.String())
	made := d.wrote(t, tickets.Draft{Subject: "Printer jams"})
	if got := d.listed(t, tickets.Filter{Query: "printers"}); len(got) != 1 || got[0] != made.Number {
		t.Error("exact words are found:", got)
	}
	if got := d.listed(t, tickets.Filter{Query: "prnters"}); len(got) != 0 {
		t.Error(got)
	}
	d.db.Close()
}
