package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hotline/telephony"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// seed puts the demo's lines, queues and people in place. It belongs to `hotline demo` alone, which runs a database
// of its own on loopback: nothing in `serve` leads here. What is there already stays as it is.
func seed(ctx context.Context, setup *journal.Setup, desk *tickets.Store) error {
	if len(setup.Lines()) > 0 {
		return nil
	}
	for _, q := range demoQueues() {
		if err := setup.PutQueue(ctx, "demo", q); err != nil {
			return err
		}
		if err := desk.PutDispositions(ctx, q.Name, demoDispositions()); err != nil {
			return err
		}
	}
	for _, c := range demoCategories() {
		if err := desk.PutCategory(ctx, c); err != nil {
			return err
		}
	}
	if err := seedPeople(ctx, desk); err != nil {
		return err
	}
	for _, l := range demoLines() { // last: a seed that was cut off is done again
		if err := setup.PutLine(ctx, "demo", l); err != nil {
			return err
		}
	}
	return nil
}

func demoQueues() []journal.Queue {
	return []journal.Queue{
		{Name: "support", Title: "Support", WrapUp: seconds(30), Target: seconds(20), Short: seconds(6)},
		{Name: "office", Title: "Office", WrapUp: seconds(30), Target: seconds(20), Short: seconds(6)},
	}
}

func seconds(n int) telephony.Duration { return telephony.Duration(time.Duration(n) * time.Second) }

// officeHours are Monday to Friday, nine to six.
func officeHours() *telephony.Schedule {
	h := &telephony.Schedule{Zone: "UTC"}
	for d := time.Monday; d <= time.Friday; d++ {
		h.Week[d] = []telephony.Span{{From: 9 * 60, To: 18 * 60}}
	}
	return h
}

func demoLines() []telephony.Rules {
	base := telephony.Rules{
		Language: "en", Queue: "support", Record: true,
		Greeting: []string{"sound:hotline/greeting"}, Closed: []string{"sound:hotline/closed"},
		Message: telephony.MessageRule{Prompt: []string{"sound:hotline/leave-message"}, Menu: []string{"sound:hotline/message-menu"},
			Thanks: []string{"sound:hotline/message-kept"}, Max: seconds(180), Silence: seconds(6)},
		Pop: telephony.Duration(150 * time.Millisecond), Ring: seconds(20), Grace: seconds(15),
		FirstResponse: telephony.Duration(time.Hour), Resolution: telephony.Duration(8 * time.Hour), CallBackIn: telephony.Duration(2 * time.Hour),
	}
	support, russian, office, menu := base, base, base, base
	support.Line, support.Title = "100", "Support"
	russian.Line, russian.Title, russian.Language = "101", "Поддержка", "ru"
	office.Line, office.Title, office.Queue, office.Hours, office.ClosedNow = "200", "Office", "office", officeHours(), true
	menu.Line, menu.Title, menu.Greeting, menu.Menus = "300", "Menu", nil, demoMenus()
	return []telephony.Rules{support, russian, office, menu}
}

// demoMenus ask for the language, then for the category; 4 says how the caller's ticket stands.
func demoMenus() map[string]telephony.Menu {
	wrong := []string{"sound:hotline/wrong-key"}
	return map[string]telephony.Menu{
		"main": {Prompt: []string{"sound:en/hotline/choose-language", "sound:ru/hotline/choose-language"}, Wrong: wrong,
			Keys: map[string]telephony.Choice{"1": {Language: "en", Menu: "category"}, "2": {Language: "ru", Menu: "category"}, "*": {Then: telephony.ThenRepeat}}},
		"category": {Prompt: []string{"sound:hotline/choose-category"}, Wrong: wrong,
			Keys: map[string]telephony.Choice{"1": {Category: "hardware"}, "2": {Category: "software"}, "3": {Category: "account"},
				"4": {Then: telephony.ThenStatus}, "9": {Then: telephony.ThenMessage}, "*": {Then: telephony.ThenRepeat}}},
	}
}

func demoDispositions() []tickets.Disposition {
	return []tickets.Disposition{
		{Code: "solved", Title: map[string]string{"en": "Solved on the phone", "ru": "Решено по телефону"}},
		{Code: "follow_up", Title: map[string]string{"en": "Needs follow-up", "ru": "Нужно продолжение"}},
		{Code: "wrong_number", Title: map[string]string{"en": "Wrong number", "ru": "Ошиблись номером"}},
		{Code: "no_need", Title: map[string]string{"en": "No longer needed", "ru": "Уже не нужно"}},
	}
}

func demoCategories() []tickets.Category {
	return []tickets.Category{
		{Code: "hardware", Title: map[string]string{"en": "Hardware", "ru": "Оборудование"}},
		{Code: "printer", Parent: "hardware", Title: map[string]string{"en": "Printer", "ru": "Принтер"}},
		{Code: "software", Title: map[string]string{"en": "Software", "ru": "Программы"}},
		{Code: "account", Title: map[string]string{"en": "Account and billing", "ru": "Счёт и оплата"}},
	}
}

// seedPeople makes the users admin, supervisor and agent1 to agent9, all with the password "demo", and a known customer.
func seedPeople(ctx context.Context, desk *tickets.Store) error {
	users := []tickets.User{
		{Username: "admin", Name: "Admin", Role: "admin", Language: "en"},
		{Username: "supervisor", Name: "Supervisor", Role: "supervisor", Language: "en", Queues: []string{"support", "office"}},
	}
	for i := 1; i <= 9; i++ {
		users = append(users, tickets.User{Username: fmt.Sprint("agent", i), Name: fmt.Sprint("Agent ", i), Role: "agent", Language: "en",
			Queues: []string{"support", "office"}, Device: telephony.Browser})
	}
	for _, u := range users {
		if _, err := desk.CreateUser(ctx, u, "demo"); err != nil && !errors.Is(err, tickets.ErrTaken) {
			return err
		}
	}
	org, err := desk.PutOrganisation(ctx, tickets.Organisation{Name: "Example Works"})
	if err != nil {
		return err
	}
	if _, err := desk.PutContract(ctx, tickets.Contract{Organisation: org.ID, Title: "Gold", PriorityStep: 1}); err != nil {
		return err
	}
	_, err = desk.PutContact(ctx, tickets.Contact{Name: "Customer One", Numbers: []string{"+15550100001"}, Language: "en", Organisation: org.ID})
	if errors.Is(err, tickets.ErrTaken) {
		return nil
	}
	return err
}
