package agentdesk

import (
	"context"
	"errors"
	"time"

	"hotline/tickets"
)

// contactView is a person with the contract that counts now.
type contactView struct {
	tickets.Contact
	Contract *tickets.Contract `json:"contract"`
}

type contactBody struct {
	Name         string   `json:"name" minLength:"1" maxLength:"200"`
	Numbers      []string `json:"numbers,omitempty" maxItems:"50" doc:"In any spelling; each is one person's only"`
	Email        string   `json:"email,omitempty" maxLength:"320"`
	Language     string   `json:"language,omitempty" maxLength:"2"`
	Organisation string   `json:"organisation,omitempty" doc:"Its id"`
}

func (b contactBody) contact(id string) tickets.Contact {
	return tickets.Contact{ID: id, Name: b.Name, Numbers: b.Numbers, Email: b.Email, Language: b.Language, Organisation: b.Organisation}
}

// IDPath names a contact, an organisation or a contract.
type IDPath struct {
	ID string `path:"id" format:"uuid"`
}

func (s *Server) contactsAPI() {
	route(s, "GET /api/v1/contacts", "People, by name", func(ctx context.Context, in *struct {
		Query        string `query:"q" maxLength:"200" doc:"Part of a name, an address or a number"`
		Organisation string `query:"organisation" maxLength:"64"`
		Cursor       string `query:"cursor" maxLength:"1000"`
		Limit        int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}) (*list[tickets.Contact], error) {
		return items(s.Tickets.Contacts(ctx, tickets.ContactFilter{Query: in.Query, Organisation: in.Organisation, Cursor: in.Cursor, Limit: in.Limit}))
	})
	route(s, "POST /api/v1/contacts", "Make a contact", func(ctx context.Context, in *struct{ Body contactBody }) (*body[contactView], error) {
		c, err := s.Tickets.PutContact(ctx, in.Body.contact(""))
		if err != nil {
			return nil, err
		}
		return one(s.withContract(ctx, c))
	})
	route(s, "GET /api/v1/contacts/{id}", "One person, with the contract that counts", func(ctx context.Context, in *IDPath) (*body[contactView], error) {
		c, err := s.Tickets.Contact(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return one(s.withContract(ctx, c))
	})
	route(s, "PUT /api/v1/contacts/{id}", "Make or replace a contact", func(ctx context.Context, in *struct {
		IDPath
		Body contactBody
	}) (*body[contactView], error) {
		c, err := s.Tickets.PutContact(ctx, in.Body.contact(in.ID))
		if err != nil {
			return nil, err
		}
		return one(s.withContract(ctx, c))
	})
}

func (s *Server) withContract(ctx context.Context, c tickets.Contact) (contactView, error) {
	v := contactView{Contact: c}
	k, err := s.Tickets.ContractOf(ctx, c.ID, time.Now())
	switch {
	case err == nil:
		v.Contract = &k
	case !errors.Is(err, tickets.ErrNotFound):
		return v, err
	}
	return v, nil
}
