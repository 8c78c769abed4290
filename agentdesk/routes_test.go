package agentdesk

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// bare is a server that has routes and nothing behind them.
func bare() *Server {
	s := &Server{metrics: newMetrics()}
	s.routes()
	return s
}

func TestTheCommittedDocumentIsTheCode(t *testing.T) {
	is, err := bare().document()
	must(t, err)
	if *update {
		must(t, os.WriteFile("openapi.json", is, 0o644))
	}
	committed, err := os.ReadFile("openapi.json")
	must(t, err)
	if !bytes.Equal(is, committed) {
		t.Error("openapi.json is not what the code says: go test ./agentdesk -run Document -update")
	}
}

func TestEveryRouteHasAnEntryInTheTable(t *testing.T) {
	s := bare()
	there := map[string]bool{}
	for path, item := range s.api.OpenAPI().Paths {
		for _, op := range operations(item) {
			there[op.Method+" "+path] = true
		}
	}
	for _, p := range s.directs {
		there[p] = true
	}
	for p := range there {
		if paths[p] == nil {
			t.Errorf("%s has no entry in paths: nobody may use it", p)
		}
	}
	for p := range paths {
		if !there[p] {
			t.Errorf("%s is in paths but is no route", p)
		}
	}
}

// TestRolesOnEveryRoute calls every route as everybody. Who may not gets 401 or 403; who may gets anything else.
func TestRolesOnEveryRoute(t *testing.T) {
	h := open(t)
	tokens := map[string]string{"": "", "agent": h.token("agent1"), "supervisor": h.token("supervisor"), "admin": h.token("admin")}
	for pattern, roles := range paths {
		method, path, both := strings.Cut(pattern, " ")
		if !both {
			method, path = "GET", pattern
		}
		if pattern == "DELETE /api/v1/session" { // would end the sessions that this test needs
			continue
		}
		for _, name := range []string{"number", "id", "name", "code", "username"} {
			path = strings.ReplaceAll(path, "{"+name+"}", map[string]string{"number": "1", "username": "agent1"}[name]+"x"[:btoi(name != "number" && name != "username")])
		}
		for role, token := range tokens {
			a := h.do(token, method, path, nil, "X-Forwarded-For", "192.0.2.1")
			may := allowed(roles, role)
			denied := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
			if may && denied && !(pattern == "GET /api/v1/queues/{name}/live" && role == "agent") {
				t.Errorf("%s as %q: %d, but the table allows it", pattern, role, a.status)
			}
			if !may && !denied {
				t.Errorf("%s as %q: %d, but the table denies it", pattern, role, a.status)
			}
			if want := http.StatusUnauthorized; !may && role == "" && a.status != want {
				t.Errorf("%s as nobody: %d instead of %d", pattern, a.status, want)
			}
			if a.status >= 500 {
				t.Errorf("%s as %q: %d %s", pattern, role, a.status, a.body)
			}
			if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s as %q: %d is not a problem but %s", pattern, role, a.status, a.header.Get("Content-Type"))
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
