package schema_test

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
)

func file(sql string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}
}

func count(t *testing.T, databaseURL, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoDomainsGrowApartAndOnlyWhatIsMissingIsApplied(t *testing.T) {
	calls := fstest.MapFS{"schema/00001_calls.sql": file("create table calls (n int); insert into calls values (1);")}
	bills := fstest.MapFS{"00001_bills.sql": file("create table bills (n int);")}
	databaseURL := stack.Migrated(t, schema.Domain{Name: "calls", Files: calls}, schema.Domain{Name: "bills", Files: bills})
	calls["schema/00002_more.sql"] = file("insert into calls values (2);")
	for range 2 {
		if err := schema.Up(t.Context(), databaseURL, "calls", calls); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, databaseURL, "select count(*) from calls"); n != 2 {
		t.Errorf("%d rows: something was applied twice or not at all", n)
	}
	if n := count(t, databaseURL, "select max(version_id) from calls_schema_version"); n != 2 {
		t.Errorf("version %d", n)
	}
}

func TestSeveralServersStartAtOnce(t *testing.T) {
	databaseURL := stack.Postgres(t)
	files := fstest.MapFS{"1_once.sql": file("create table once (n int); insert into once values (1); select pg_sleep(0.2);")}
	var servers sync.WaitGroup
	for range 5 {
		servers.Go(func() {
			if err := schema.Up(context.Background(), databaseURL, "once", files); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	if n := count(t, databaseURL, "select count(*) from once"); n != 1 {
		t.Errorf("applied %d times", n)
	}
}

func TestAFailedFileLeavesNothingBehind(t *testing.T) {
	databaseURL := stack.Postgres(t)
	files := fstest.MapFS{"1_bad.sql": file("create table half (n int);\nselect 1/0;")}
	if err := schema.Up(t.Context(), databaseURL, "bad", files); err == nil {
		t.Fatal("no error")
	}
	if n := count(t, databaseURL, "select count(*) from pg_tables where tablename = 'half' and schemaname = current_schema()"); n != 0 {
		t.Error("half of a file was kept")
	}
}

func TestWhatIsNotADomainIsRefused(t *testing.T) {
	for name, files := range map[string]fs.FS{"calls; drop table": fstest.MapFS{"1_a.sql": file("")}, "empty": fstest.MapFS{}} {
		if err := schema.Up(t.Context(), "postgres://127.0.0.1:1/none", name, files); !errors.Is(err, schema.ErrDomain) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
