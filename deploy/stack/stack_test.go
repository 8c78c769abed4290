package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/deploy/asterisk"
)

func everything() Config { return Config{Postgres: true, Redis: true, Asterisk: true} }

func asteriskVersion(t *testing.T, s *Stack) string {
	t.Helper()
	req, err := http.NewRequest("GET", s.ARI.URL+"/asterisk/info?only=system", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.ARI.User, s.ARI.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var info struct{ System struct{ Version string } }
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
		t.Fatalf("%s: %v", res.Status, err)
	}
	return info.System.Version
}

func TestAStackServesAndASecondStartContinuesItsData(t *testing.T) {
	c := everything()
	began := time.Now()
	first := New(t, c)
	t.Logf("first start: %s", time.Since(began).Round(time.Millisecond))
	if v := asteriskVersion(t, first); !asterisk.AtLeast(v[:min(len(v), 7)], asterisk.Oldest) {
		t.Errorf("Asterisk is %q", v)
	}
	execute(t, first.DatabaseURL, "create table kept (word text)")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}

	c.Dir = first.dir
	began = time.Now()
	second := New(t, c)
	t.Logf("second start: %s", time.Since(began).Round(time.Millisecond))
	execute(t, second.DatabaseURL, "insert into kept values ('still here')")
}

func TestTwoStacksRunSideBySide(t *testing.T) {
	one, two := New(t, everything()), New(t, everything())
	asteriskVersion(t, one)
	asteriskVersion(t, two)
	if one.SIPAddr == two.SIPAddr || one.DatabaseURL == two.DatabaseURL || one.ARI.Password == two.ARI.Password {
		t.Error("two stacks share an address or a password")
	}
}

func TestAFolderInUseIsRefused(t *testing.T) {
	s := New(t, Config{Redis: true})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, Config{Dir: s.dir, Redis: true}); err == nil {
		t.Fatal("a second stack started in the same folder")
	}
}

func TestAChildIsKilledAndStartedAgainWhereItWas(t *testing.T) {
	s := New(t, everything())
	for _, child := range []*Child{s.Postgres, s.Redis, s.Asterisk} {
		before := child.PID()
		if err := child.Kill(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := child.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s after kill -9: %s", child.Name, time.Since(began).Round(time.Millisecond))
		if child.PID() == before {
			t.Errorf("%s has its old pid", child.Name)
		}
	}
	asteriskVersion(t, s)
	execute(t, s.DatabaseURL, "select 1")
}

func TestPostgresComesBackWhileAQueryOfItsFormerLifeRuns(t *testing.T) {
	s := New(t, Config{Postgres: true})
	conn, err := pgx.Connect(t.Context(), s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	go conn.Exec(context.Background(), "select count(*) from generate_series(1, 5000000)")
	s.Postgres.Kill()
	if err := s.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, s.DatabaseURL, "select 1")
}

func TestEachTestHasASchemaOfItsOwn(t *testing.T) {
	ctx := context.Background()
	execute(t, Postgres(t), "create table only_here (n int)")
	began := time.Now()
	other := Postgres(t)
	t.Logf("a schema: %s", time.Since(began).Round(time.Millisecond))
	conn, err := pgx.Connect(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "select to_regclass('only_here') is not null").Scan(&there); err != nil || there {
		t.Errorf("another test's table is seen: %v %v", there, err)
	}
	if _, err := conn.Exec(ctx, "create extension if not exists pg_trgm; select similarity('a', 'b')"); err != nil {
		t.Error(err)
	}
}

func TestARedisOfItsOwn(t *testing.T) {
	began := time.Now()
	Redis(t)
	t.Logf("a Redis: %s", time.Since(began).Round(time.Millisecond))
}
