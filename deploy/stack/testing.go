package stack

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"hotline/deploy/schema"
)

// T is what these helpers need of *testing.T; naming it here keeps the package testing out of the program.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Skip(args ...any)
}

// New starts a stack of its own for one test and stops it at the end. It skips the test under -short.
// Dir and Fast are set here when Dir is empty.
func New(t T, c Config) *Stack {
	t.Helper()
	skipShort(t)
	if c.Dir == "" {
		dir, err := os.MkdirTemp("", "hl") // short: Asterisk's control socket lies in it
		if err != nil {
			t.Fatalf("stack: %v", err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		c.Dir, c.Fast = dir, true
	}
	s, err := Start(context.Background(), c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { s.Stop() })
	return s
}

// Redis starts a Redis of its own for one test and returns its URL.
func Redis(t T) string {
	t.Helper()
	return New(t, Config{Redis: true}).RedisURL
}

// Postgres returns the URL of a database in which this test has a fresh schema, dropped at its end. The server is
// shared by all tests of the process and starts with the first of them.
func Postgres(t T) string {
	t.Helper()
	skipShort(t)
	server, err := sharedPostgres()
	if err != nil {
		t.Fatalf("%v", err)
	}
	name := "t_" + strings.ToLower(rand.Text()[:12])
	execute(t, server.DatabaseURL, "create schema "+name)
	t.Cleanup(func() { execute(t, server.DatabaseURL, "drop schema if exists "+name+" cascade") })
	u, err := url.Parse(server.DatabaseURL)
	if err != nil {
		t.Fatalf("stack: %v", err)
	}
	query := u.Query()
	query.Set("search_path", name+",public") // extensions are in public
	u.RawQuery = query.Encode()
	return u.String()
}

// Migrated is Postgres with the tables of these domains, applied in the order given.
func Migrated(t T, domains ...schema.Domain) string {
	t.Helper()
	databaseURL := Postgres(t)
	if err := schema.UpAll(context.Background(), databaseURL, domains...); err != nil {
		t.Fatalf("%v", err)
	}
	return databaseURL
}

func execute(t T, databaseURL, sql string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		t.Fatalf("stack: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("stack: %s: %v", sql, err)
	}
}

func skipShort(t T) {
	t.Helper()
	if short := flag.Lookup("test.short"); short != nil && short.Value.String() == "true" {
		t.Skip("needs real servers")
	}
}

// sharedPostgres is the one server of this test process; nobody stops it, it dies with the process.
//
// Its folder is one of a few that are used again by later processes, so that a test run costs no new cluster and
// leaves no new folder behind. A folder whose cluster does not come up is thrown away.
var sharedPostgres = sync.OnceValues(func() (*Stack, error) {
	ctx := context.Background()
	root := filepath.Join(os.TempDir(), fmt.Sprintf("hotline-tests-%d", os.Getuid()))
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	dir, err := freeSlot(root)
	if err != nil {
		return nil, err
	}
	config := Config{Dir: dir, Postgres: true, Fast: true}
	s, err := Start(ctx, config)
	if err != nil {
		os.RemoveAll(filepath.Join(dir, "postgres"))
		s, err = Start(ctx, config)
	}
	if err != nil {
		return nil, err
	}
	return s, s.clean(ctx)
})

// freeSlot finds a folder nobody works in. It is taken by Start; when somebody was faster, Start waits for them.
func freeSlot(root string) (string, error) {
	for n := range 64 {
		dir := filepath.Join(root, fmt.Sprintf("pg%d", n))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		lock, err := tryLock(dir)
		if err == nil {
			lock.Close()
			return dir, nil
		}
	}
	return "", ErrInUse
}

// clean removes what killed test runs left behind, and brings the extension for forgiving word search.
func (s *Stack) clean(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `select nspname from pg_namespace where nspname like 't\_%'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "drop schema "+name+" cascade"); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, `create extension if not exists pg_trgm with schema public`)
	return err
}
