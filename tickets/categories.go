package tickets

import (
	"context"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
)

// Category is a node in the tree of what tickets are about.
type Category struct {
	Code   string            `json:"code"`
	Parent string            `json:"parent"` // code, empty for a root
	Title  map[string]string `json:"title"`  // by language; "en" is always there
	Place  int               `json:"place"`  // among its sisters
}

// Categories lists the whole tree, parents before children.
func (s *Store) Categories(ctx context.Context) ([]Category, error) {
	rows, err := s.db.Query(ctx, `with recursive tree as (
			select c.*, array[row(place, code)] as way from categories c where parent is null
			union all select c.*, way || row(c.place, c.code) from categories c join tree on c.parent = tree.code)
		select code, coalesce(parent, ''), title, place from tree order by way`)
	list, err := collect(rows, err, pgx.RowToStructByPos[Category])
	return list, wrap("list categories", err)
}

// PutCategory makes a category, or replaces the one of its code.
func (s *Store) PutCategory(ctx context.Context, c Category) error {
	if err := checkTitled(c.Code, c.Title); err != nil {
		return err
	}
	tag, err := s.db.Exec(ctx, `with recursive up as (
			select code, parent from categories where code = $2
			union select c.code, c.parent from categories c join up on c.code = up.parent)
		insert into categories (code, parent, title, place) select $1, nullif($2, ''), $3, $4
		where not exists (select from up where code = $1) -- a category is not below itself
		on conflict (code) do update set parent = nullif($2, ''), title = $3, place = $4`, c.Code, c.Parent, c.Title, c.Place)
	switch {
	case broken(err, "categories_parent_fkey"):
		return Invalid{Field: "parent", Text: "does not exist"}
	case broken(err, "categories_check"), err == nil && tag.RowsAffected() == 0:
		return Invalid{Field: "parent", Text: "is below the category itself"}
	}
	return wrap("put category", err)
}

// Disposition is what an agent says in the end that a call was about.
type Disposition struct {
	Code  string            `json:"code"`
	Title map[string]string `json:"title"` // by language; "en" is always there
}

// Dispositions lists those of a queue, in their order.
func (s *Store) Dispositions(ctx context.Context, queue string) ([]Disposition, error) {
	rows, err := s.db.Query(ctx, `select code, title from dispositions where queue = $1 order by place, code`, queue)
	list, err := collect(rows, err, pgx.RowToStructByPos[Disposition])
	return list, wrap("list dispositions", err)
}

// PutDispositions replaces those of a queue; their order is kept.
func (s *Store) PutDispositions(ctx context.Context, queue string, list []Disposition) error {
	queue, err := needed("queue", queue, maxKey)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	b := &pgx.Batch{}
	b.Queue(`delete from dispositions where queue = $1`, queue)
	for i, d := range list {
		if err := checkTitled(d.Code, d.Title); err != nil {
			return err
		}
		if seen[d.Code] {
			return Invalid{Field: "code", Text: fmt.Sprintf("%q is there twice", d.Code)}
		}
		seen[d.Code] = true
		b.Queue(`insert into dispositions (queue, code, title, place) values ($1, $2, $3, $4)`, queue, d.Code, d.Title, i)
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
	return wrap("put dispositions", err)
}

var code = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

func checkTitled(key string, title map[string]string) error {
	if !code.MatchString(key) {
		return Invalid{Field: "code", Text: "is not of small letters, digits, - and _"}
	}
	for language, text := range title {
		if t, err := needed("title", text, maxName); err != nil || t != text || !isLanguage(language) {
			return Invalid{Field: "title", Text: "is not one line for each language"}
		}
	}
	if title["en"] == "" {
		return Invalid{Field: "title", Text: "is missing in English"}
	}
	return nil
}
