package agentdesk

import (
	"context"
	"time"

	"hotline/tickets"
)

type organisationBody struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

type contractBody struct {
	Organisation  string     `json:"organisation" doc:"Its id"`
	Title         string     `json:"title" minLength:"1" maxLength:"200"`
	PriorityStep  int        `json:"priority_step,omitempty" doc:"Steps of advance in the queue, 0 to 10"`
	FirstResponse int        `json:"first_response_seconds,omitempty" doc:"0: the line's own promise counts"`
	Resolution    int        `json:"resolution_seconds,omitempty"`
	Starts        time.Time  `json:"starts,omitzero" doc:"Now when left out"`
	Ends          *time.Time `json:"ends,omitempty"`
}

func (b contractBody) contract(id string) tickets.Contract {
	return tickets.Contract{ID: id, Organisation: b.Organisation, Title: b.Title, PriorityStep: b.PriorityStep,
		FirstResponse: b.FirstResponse, Resolution: b.Resolution, Starts: b.Starts, Ends: b.Ends}
}

// registersAPI are organisations, contracts and categories.
func (s *Server) registersAPI() {
	route(s, "GET /api/v1/organisations", "Organisations, by name", func(ctx context.Context, _ *struct{}) (*list[tickets.Organisation], error) {
		all, err := s.Tickets.Organisations(ctx)
		return items(all, "", err)
	})
	route(s, "POST /api/v1/organisations", "Make an organisation", func(ctx context.Context, in *struct{ Body organisationBody }) (*body[tickets.Organisation], error) {
		return one(s.Tickets.PutOrganisation(ctx, tickets.Organisation{Name: in.Body.Name}))
	})
	route(s, "GET /api/v1/organisations/{id}", "One organisation", func(ctx context.Context, in *IDPath) (*body[tickets.Organisation], error) {
		return one(s.Tickets.Organisation(ctx, in.ID))
	})
	route(s, "PUT /api/v1/organisations/{id}", "Make or replace an organisation", func(ctx context.Context, in *struct {
		IDPath
		Body organisationBody
	}) (*body[tickets.Organisation], error) {
		return one(s.Tickets.PutOrganisation(ctx, tickets.Organisation{ID: in.ID, Name: in.Body.Name}))
	})
	route(s, "GET /api/v1/contracts", "Contracts, newest first", func(ctx context.Context, in *struct {
		Organisation string `query:"organisation" maxLength:"64"`
	}) (*list[tickets.Contract], error) {
		all, err := s.Tickets.Contracts(ctx, in.Organisation)
		return items(all, "", err)
	})
	route(s, "POST /api/v1/contracts", "Make a contract", func(ctx context.Context, in *struct{ Body contractBody }) (*body[tickets.Contract], error) {
		return one(s.Tickets.PutContract(ctx, in.Body.contract("")))
	})
	route(s, "GET /api/v1/contracts/{id}", "One contract", func(ctx context.Context, in *IDPath) (*body[tickets.Contract], error) {
		return one(s.Tickets.Contract(ctx, in.ID))
	})
	route(s, "PUT /api/v1/contracts/{id}", "Make or replace a contract", func(ctx context.Context, in *struct {
		IDPath
		Body contractBody
	}) (*body[tickets.Contract], error) {
		return one(s.Tickets.PutContract(ctx, in.Body.contract(in.ID)))
	})
	s.categoriesAPI()
}

func (s *Server) categoriesAPI() {
	route(s, "GET /api/v1/categories", "The tree of categories, parents before children", func(ctx context.Context, _ *struct{}) (*list[tickets.Category], error) {
		all, err := s.Tickets.Categories(ctx)
		return items(all, "", err)
	})
	route(s, "PUT /api/v1/categories/{code}", "Make or replace a category", func(ctx context.Context, in *struct {
		Code string `path:"code" maxLength:"64"`
		Body struct {
			Parent string            `json:"parent,omitempty"`
			Title  map[string]string `json:"title" doc:"By language; English is needed"`
			Place  int               `json:"place,omitempty"`
		}
	}) (*body[tickets.Category], error) {
		c := tickets.Category{Code: in.Code, Parent: in.Body.Parent, Title: in.Body.Title, Place: in.Body.Place}
		return one(c, s.Tickets.PutCategory(ctx, c))
	})
}
