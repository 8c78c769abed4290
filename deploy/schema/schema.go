// Package schema brings a domain's tables to the state its SQL files describe.
//
// Each domain embeds its own numbered *.sql files (goose's format) and has its own version table,
// <domain>_schema_version, so domains grow apart from each other. Several servers may start at the
// same moment: one applies, the others wait for it. What was applied once is never applied again.
package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"regexp"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrDomain says that a domain's name cannot be part of a table's name, or that it brings no SQL.
var ErrDomain = errors.New("schema: not a domain")

var domainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)

// Domain is one domain's name and its numbered *.sql files, at the root of Files or in one folder below.
type Domain struct {
	Name  string
	Files fs.FS
}

// Up applies what is missing of one domain, in the first schema of the connection's search_path.
func Up(ctx context.Context, databaseURL string, domain string, files fs.FS) error {
	if !domainName.MatchString(domain) {
		return fmt.Errorf("%w: %q", ErrDomain, domain)
	}
	sqlFiles, err := withSQL(files)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDomain, domain, err)
	}
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return fmt.Errorf("schema: open for %s: %w", domain, err)
	}
	defer db.Close()
	provider, err := newProvider(ctx, db, domain, sqlFiles)
	if err != nil {
		return fmt.Errorf("schema: read %s: %w", domain, err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("schema: apply %s: %w", domain, err)
	}
	return nil
}

// UpAll applies several domains in the order given.
func UpAll(ctx context.Context, databaseURL string, domains ...Domain) error {
	for _, d := range domains {
		if err := Up(ctx, databaseURL, d.Name, d.Files); err != nil {
			return err
		}
	}
	return nil
}

func newProvider(ctx context.Context, db *sql.DB, domain string, files fs.FS) (*goose.Provider, error) {
	var schemaName sql.NullString
	if err := db.QueryRowContext(ctx, `select current_schema()`).Scan(&schemaName); err != nil {
		return nil, err
	}
	// The lock is of this domain in this schema only: others need not wait. Asked once a second for 5 minutes.
	locker, err := lock.NewPostgresSessionLocker(
		lock.WithLockID(lockID(schemaName.String+"."+domain)), lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(domain+"_schema_version"),
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true))
}

func lockID(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return int64(h.Sum64() >> 1)
}

// withSQL finds the folder that holds the files, since //go:embed keeps the folder's name.
func withSQL(files fs.FS) (fs.FS, error) {
	for _, pattern := range []string{"*.sql", "*/*.sql"} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return fs.Sub(files, path.Dir(found[0]))
		}
	}
	return nil, errors.New("no *.sql in it")
}
