package tickets

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Organisation is a customer, a vendor or ourselves.
type Organisation struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Organisations lists all by name.
func (s *Store) Organisations(ctx context.Context) ([]Organisation, error) {
	rows, err := s.db.Query(ctx, `select id::text, name, created from organisations order by lower(name), id`)
	list, err := collect(rows, err, pgx.RowToStructByPos[Organisation])
	return list, wrap("list organisations", err)
}

// Organisation reads one, or ErrNotFound.
func (s *Store) Organisation(ctx context.Context, id string) (Organisation, error) {
	var o Organisation
	err := s.db.QueryRow(ctx, `select id::text, name, created from organisations where id = $1`, idOrNobody(id)).
		Scan(&o.ID, &o.Name, &o.Created)
	return o, wrap("organisation "+id, err)
}

// PutOrganisation makes one, or replaces the one with its ID.
func (s *Store) PutOrganisation(ctx context.Context, o Organisation) (Organisation, error) {
	var err error
	if o.ID, err = idOrNew(o.ID); err != nil {
		return Organisation{}, err
	}
	if o.Name, err = needed("name", o.Name, maxName); err != nil {
		return Organisation{}, err
	}
	err = s.db.QueryRow(ctx, `insert into organisations (id, name) values ($1, $2) on conflict (id) do update set name = $2 returning created`,
		o.ID, o.Name).Scan(&o.Created)
	return o, wrap("put organisation", err)
}

// Contract is what an organisation may ask and how fast.
type Contract struct {
	ID            string     `json:"id"`
	Organisation  string     `json:"organisation"` // UUID
	Title         string     `json:"title"`
	PriorityStep  int        `json:"priority_step"`          // 0 to 10 steps of advance in the queue
	FirstResponse int        `json:"first_response_seconds"` // 0: the line's own promise counts
	Resolution    int        `json:"resolution_seconds"`
	Starts        time.Time  `json:"starts"` // zero when put: now
	Ends          *time.Time `json:"ends"`   // nil: until further notice
}

const contractColumns = `k.id::text as id, k.organisation::text as organisation, k.title, k.priority_step,
	coalesce(k.first_response, 0) as first_response_seconds, coalesce(k.resolution, 0) as resolution_seconds, k.starts, k.ends`

// Contracts lists an organisation's contracts, or all when it is "", newest first.
func (s *Store) Contracts(ctx context.Context, organisation string) ([]Contract, error) {
	rows, err := s.db.Query(ctx, `select `+contractColumns+` from contracts k where $1 or k.organisation = $2
		order by k.starts desc, k.id`, organisation == "", idOrNobody(organisation))
	list, err := collect(rows, err, pgx.RowToStructByPos[Contract])
	return list, wrap("list contracts", err)
}

// Contract reads one, or ErrNotFound.
func (s *Store) Contract(ctx context.Context, id string) (Contract, error) {
	return s.oneContract(ctx, `select `+contractColumns+` from contracts k where k.id = $1`, idOrNobody(id))
}

// ContractOf is the contract that counts for a contact at a time: of those in force the one with the highest priority.
// ErrNotFound when there is none.
func (s *Store) ContractOf(ctx context.Context, contact string, at time.Time) (Contract, error) {
	return s.oneContract(ctx, `select `+contractColumns+` from contract_in_force($1, $2) k`, idOrNobody(contact), at)
}

func (s *Store) oneContract(ctx context.Context, query string, args ...any) (Contract, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return Contract{}, wrap("contract", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Contract])
	return k, wrap("contract", err)
}

// PutContract makes one, or replaces the one with its ID.
func (s *Store) PutContract(ctx context.Context, k Contract) (Contract, error) {
	var err error
	if k.ID, err = idOrNew(k.ID); err != nil {
		return Contract{}, err
	}
	if k.Title, err = needed("title", k.Title, maxName); err != nil {
		return Contract{}, err
	}
	if k.Starts.IsZero() {
		k.Starts = time.Now()
	}
	if err := k.check(); err != nil {
		return Contract{}, err
	}
	_, err = s.db.Exec(ctx, `insert into contracts (id, organisation, title, priority_step, first_response, resolution, starts, ends)
		values ($1, $2, $3, $4, nullif($5, 0), nullif($6, 0), $7, $8)
		on conflict (id) do update set organisation = $2, title = $3, priority_step = $4, first_response = nullif($5, 0),
			resolution = nullif($6, 0), starts = $7, ends = $8`,
		k.ID, k.Organisation, k.Title, k.PriorityStep, k.FirstResponse, k.Resolution, k.Starts, k.Ends)
	if broken(err, "contracts_organisation_fkey") {
		return Contract{}, Invalid{Field: "organisation", Text: "does not exist"}
	}
	if err != nil {
		return Contract{}, wrap("put contract", err)
	}
	return s.Contract(ctx, k.ID)
}

func (k Contract) check() error {
	const tenYears = 10 * 366 * 24 * 3600
	switch {
	case k.PriorityStep < 0 || k.PriorityStep > 10:
		return Invalid{Field: "priority_step", Text: "is not 0 to 10"}
	case k.FirstResponse < 0 || k.FirstResponse > tenYears:
		return Invalid{Field: "first_response_seconds", Text: "is not a time that can be promised"}
	case k.Resolution < 0 || k.Resolution > tenYears:
		return Invalid{Field: "resolution_seconds", Text: "is not a time that can be promised"}
	case k.Ends != nil && !k.Ends.After(k.Starts):
		return Invalid{Field: "ends", Text: "is not after the start"}
	}
	if _, err := idOrNew(k.Organisation); err != nil || k.Organisation == "" {
		return Invalid{Field: "organisation", Text: "is not a UUID"}
	}
	return nil
}
