package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our packages each may import. Arrows run one way: telephony is the bottom, only cmd sees all.
var arrows = map[string][]string{
	"telephony":           {},
	"telephony/audio":     {},
	"telephony/phone":     {"telephony", "telephony/audio"},
	"telephony/ari":       {"telephony"},
	"telephony/webrtc":    {"telephony"},
	"telephony/journal":   {"telephony"},
	"callqueue":           {"telephony"},
	"callqueue/erlang":    {},
	"recording":           {"telephony", "telephony/audio"},
	"tickets":             {},
	"agentdesk":           {"telephony", "telephony/journal", "telephony/webrtc", "callqueue", "callqueue/erlang", "recording", "tickets"},
	"deploy/schema":       {},
	"deploy/asterisk":     {"telephony/audio"},
	"deploy/asterisk/run": {"deploy/asterisk"},
	"deploy/stack":        {"deploy/asterisk", "deploy/schema"},
}

// owners says which packages may use a library, besides tests and the wiring in cmd.
var owners = map[string][]string{
	"github.com/CyCoreSystems/ari":  {"telephony/ari"},
	"github.com/pion/webrtc":        {"telephony/webrtc"},
	"github.com/redis/go-redis":     {"callqueue"},
	"github.com/gorilla/websocket":  {"agentdesk", "telephony/ari", "cmd/bench"},
	"github.com/jackc/pgx":          {"tickets", "recording", "telephony/journal", "agentdesk", "deploy/schema", "deploy/stack", "cmd/hotline", "cmd/bench"},
	"github.com/emiago/sipgo":       {"telephony/phone"},
	"github.com/pressly/goose":      {"deploy/schema"},
	"github.com/danielgtaylor/huma": {"agentdesk"},
}

type pack struct {
	ImportPath string
	Imports    []string
}

func TestArrowsRunOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "hotline/")
		allowed, known := arrows[name]
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, "hotline/"); ok && !strings.HasPrefix(name, "cmd/") {
				if !known {
					t.Errorf("%s is not in the table of arrows", name)
				} else if !slices.Contains(allowed, ours) {
					t.Errorf("%s imports %s", name, ours)
				}
			}
			for library, users := range owners {
				if strings.HasPrefix(i, library) && !slices.Contains(users, name) && !strings.HasPrefix(name, "cmd/") {
					t.Errorf("%s uses %s, which belongs to %v", name, library, users)
				}
			}
			if name == "telephony" && strings.Contains(i, ".") {
				t.Errorf("telephony imports %s: it may use the standard library only", i)
			}
		}
	}
}

func packages(t *testing.T) []pack {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "hotline/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []pack
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pack
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}
