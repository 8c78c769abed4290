package tickets_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"hotline/tickets"
)

func TestANumberIsOnePersonsOnly(t *testing.T) {
	d := newDesk(t)
	before := d.called(t, "+15550100001").Ticket.Number
	anna, err := d.PutContact(t.Context(), tickets.Contact{Name: "Anna", Numbers: []string{"+1 555 010 0001", "+15550100001", "8 495 123-45-67"}, Email: "anna@example.org"})
	ok(t, err)
	if !slices.Equal(anna.Numbers, []string{"+15550100001", "+74951234567"}) {
		t.Error(anna.Numbers)
	}
	if got := must2(t)(d.Get(t.Context(), before)); got.Contact == nil || got.Contact.ID != anna.ID {
		t.Error("the ticket of before has no contact yet")
	}
	boris := tickets.Contact{ID: uuid.NewString(), Name: "Boris", Numbers: []string{"+74951234567"}}
	if _, err := d.PutContact(t.Context(), boris); !errors.Is(err, tickets.ErrTaken) {
		t.Error(err)
	}
	if _, err := d.Contact(t.Context(), boris.ID); !errors.Is(err, tickets.ErrNotFound) {
		t.Error("half of him was kept:", err)
	}
	anna.Numbers = []string{"+15550100001"}
	_, err = d.PutContact(t.Context(), anna)
	ok(t, err)
	_, err = d.PutContact(t.Context(), boris)
	ok(t, err)
	got, err := d.ContactByNumber(t.Context(), "+7 495 1234567")
	if ok(t, err); got.Name != "Boris" {
		t.Error(got)
	}
	if _, err := d.ContactByNumber(t.Context(), "anonymous"); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
}

func TestContactsAreFoundPageByPage(t *testing.T) {
	d := newDesk(t)
	org, err := d.PutOrganisation(t.Context(), tickets.Organisation{Name: "Vega"})
	ok(t, err)
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("Person %d", i/2) // some share a name
		_, err := d.PutContact(t.Context(), tickets.Contact{Name: name, Numbers: []string{fmt.Sprintf("+1555010000%d", i)}, Organisation: org.ID})
		ok(t, err)
		want = append(want, name)
	}
	_, err = d.PutContact(t.Context(), tickets.Contact{Name: "Other"})
	ok(t, err)
	var got []string
	f := tickets.ContactFilter{Organisation: org.ID, Limit: 2}
	for {
		page, next, err := d.Contacts(t.Context(), f)
		ok(t, err)
		for _, c := range page {
			got = append(got, c.Name)
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for query, n := range map[string]int{"PERSON": 7, "+15550100003": 1, "0100003": 1, "%": 0, "' OR 1=1": 0, "\x00": 8} {
		list, _, err := d.Contacts(t.Context(), tickets.ContactFilter{Query: query})
		if ok(t, err); len(list) != n {
			t.Errorf("%q: %d", query, len(list))
		}
	}
}

func TestWhatContactsAndContractsCannotBe(t *testing.T) {
	d := newDesk(t)
	for field, c := range map[string]tickets.Contact{
		"name": {}, "id": {ID: "x", Name: "A"}, "numbers": {Name: "A", Numbers: []string{"101"}}, "email": {Name: "A", Email: "a@b@c"},
		"language": {Name: "A", Language: "english"}, "organisation": {Name: "A", Organisation: uuid.NewString()},
	} {
		_, err := d.PutContact(t.Context(), c)
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	org := uuid.NewString()
	for field, k := range map[string]tickets.Contract{
		"title": {Organisation: org}, "organisation": {Organisation: org, Title: "A"}, "priority_step": {Organisation: org, Title: "A", PriorityStep: 11},
		"first_response_seconds": {Organisation: org, Title: "A", FirstResponse: -1}, "ends": {Organisation: org, Title: "A", Starts: noon, Ends: to(noon)},
	} {
		_, err := d.PutContract(t.Context(), k)
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestOrganisationsAndContractsAreKept(t *testing.T) {
	d := newDesk(t)
	org, err := d.PutOrganisation(t.Context(), tickets.Organisation{Name: "Vega"})
	ok(t, err)
	org.Name = "Vega Ltd"
	_, err = d.PutOrganisation(t.Context(), org)
	ok(t, err)
	if got, err := d.Organisation(t.Context(), strings.ToUpper(org.ID)); err != nil || got.Name != "Vega Ltd" {
		t.Error(got, err)
	}
	if list, err := d.Organisations(t.Context()); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	k, err := d.PutContract(t.Context(), tickets.Contract{Organisation: org.ID, Title: "Gold", Starts: noon, Ends: to(noon.AddDate(1, 0, 0)), Resolution: 3600})
	ok(t, err)
	again, err := d.PutContract(t.Context(), k)
	if ok(t, err); !cmp.Equal(k, again) {
		t.Error(cmp.Diff(k, again))
	}
	if list, err := d.Contracts(t.Context(), org.ID); err != nil || !cmp.Equal(list, []tickets.Contract{k}) {
		t.Error(list, err)
	}
	if list, err := d.Contracts(t.Context(), ""); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	if _, err := d.Contract(t.Context(), "x"); !errors.Is(err, tickets.ErrNotFound) {
		t.Error(err)
	}
}

func TestCategoriesAreATree(t *testing.T) {
	d := newDesk(t)
	put := func(code, parent string, place int) error {
		return d.PutCategory(t.Context(), tickets.Category{Code: code, Parent: parent, Title: map[string]string{"en": code, "ru": "Печать"}, Place: place})
	}
	ok(t, put("software", "", 2))
	ok(t, put("hardware", "", 1))
	ok(t, put("printer", "hardware", 2))
	ok(t, put("phone", "hardware", 1))
	ok(t, put("ink", "printer", 1))
	list, err := d.Categories(t.Context())
	ok(t, err)
	var codes []string
	for _, c := range list {
		codes = append(codes, c.Code)
	}
	if want := []string{"hardware", "phone", "printer", "ink", "software"}; !slices.Equal(codes, want) {
		t.Error(codes)
	}
	for name, err := range map[string]error{"below its grandchild": put("hardware", "ink", 1), "below itself": put("ink", "ink", 1), "below nothing": put("ink", "soup", 1)} {
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != "parent" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.PutCategory(t.Context(), tickets.Category{Code: "x", Title: map[string]string{"ru": "Печать"}}); err == nil {
		t.Error("English is what is shown when another language is missing")
	}
}

func TestDispositionsKeepTheirOrder(t *testing.T) {
	d := newDesk(t)
	want := []tickets.Disposition{{"solved", map[string]string{"en": "Solved", "ru": "Решено"}}, {"callback", map[string]string{"en": "Call back"}}}
	for range 2 {
		ok(t, d.PutDispositions(t.Context(), "support", want))
	}
	got, err := d.Dispositions(t.Context(), "support")
	if ok(t, err); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
	if got, err := d.Dispositions(t.Context(), "other"); err != nil || got == nil || len(got) != 0 {
		t.Error(got, err)
	}
	if err := d.PutDispositions(t.Context(), "support", append(want, want[0])); err == nil {
		t.Error("a code is there once")
	}
}

func TestWhoMayLogIn(t *testing.T) {
	d := newDesk(t)
	want := tickets.User{Username: "agent1", Name: "Agent One", Role: "agent", Queues: []string{"support", "office"}, Device: "sip:agent1", Language: "ru"}
	u, err := d.PutUser(t.Context(), want, "demo")
	ok(t, err)
	want.Created = u.Created
	if diff := cmp.Diff(want, u); diff != "" {
		t.Error(diff)
	}
	got, err := d.Authenticate(t.Context(), "agent1", "demo")
	if ok(t, err); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
	for name, password := range map[string]string{"agent1": "Demo", "agent2": "demo", "AGENT1": "demo", "": "", "agent1\x00": "demo", "' OR 1=1": "demo", "agent1 ": strings.Repeat("x", 1<<20)} {
		if _, err := d.Authenticate(t.Context(), name, password); !errors.Is(err, tickets.ErrCredentials) {
			t.Errorf("%q: %v", name, err)
		}
	}
	_, err = d.PutUser(t.Context(), want, "another")
	ok(t, err)
	if _, err := d.Authenticate(t.Context(), "agent1", "demo"); err != nil {
		t.Error("putting a user again must not change the password:", err)
	}
	ok(t, d.SetPassword(t.Context(), "agent1", "пароль"))
	if _, err := d.Authenticate(t.Context(), "agent1", "пароль"); err != nil {
		t.Error(err)
	}
	want.Disabled = true
	_, err = d.UpdateUser(t.Context(), want)
	ok(t, err)
	if _, err := d.Authenticate(t.Context(), "agent1", "пароль"); !errors.Is(err, tickets.ErrCredentials) {
		t.Error("disabled:", err)
	}
	if _, err := d.CreateUser(t.Context(), want, "demo"); !errors.Is(err, tickets.ErrTaken) {
		t.Error(err)
	}
	if list, err := d.Users(t.Context()); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	var stored string
	ok(t, d.db.QueryRow(t.Context(), `select password from users`).Scan(&stored))
	if !strings.HasPrefix(stored, "$argon2id$") {
		t.Error("kept as", stored)
	}
}

func TestAnUnknownNameTakesAsLongAsAWrongPassword(t *testing.T) {
	d := newDesk(t)
	d.agent(t, "agent1")
	known, unknown := time.Hour, time.Hour
	for range 10 { // the fastest of each, in turn: the machine may be busy with other things
		start := time.Now()
		d.Authenticate(t.Context(), "agent1", "wrong")
		known = min(known, time.Since(start))
		start = time.Now()
		d.Authenticate(t.Context(), "nobody", "wrong")
		unknown = min(unknown, time.Since(start))
	}
	if unknown < known/4 || known < unknown/4 { // without the work it would be a fiftieth
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestWhatAnAccountCannotBe(t *testing.T) {
	d := newDesk(t)
	for field, u := range map[string]tickets.User{
		"username": {Username: "Agent One", Name: "A", Role: "agent"}, "name": {Username: "a", Role: "agent"}, "role": {Username: "a", Name: "A", Role: "root"},
		"device":   {Username: "a", Name: "A", Role: "agent", Device: "sip:a&PJSIP/b"},
		"language": {Username: "a", Name: "A", Role: "agent", Language: "x"}, "queues": {Username: "a", Name: "A", Role: "agent", Queues: []string{""}},
	} {
		_, err := d.CreateUser(t.Context(), u, "demo")
		if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := d.CreateUser(t.Context(), tickets.User{Username: "a", Name: "A", Role: "agent"}, "abc")
	if invalid, is := errors.AsType[tickets.Invalid](err); !is || invalid.Field != "password" {
		t.Error(err)
	}
}
