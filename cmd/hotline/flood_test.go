package main

import (
	"bytes"
	_ "embed"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hotline/telephony"
	"hotline/telephony/phone"
)

//go:embed testdata/random_hangup.xml
var randomHangup []byte

// 200 callers of SIPp hang up when they like while five agents take calls: every call has one ticket and one outcome
// of the closed set, and nothing is left behind.
func TestTwoHundredCallersHangUpWhenTheyLike(t *testing.T) {
	if _, err := exec.LookPath("sipp"); err != nil && !testing.Short() {
		t.Fatal("sipp is missing: sh deploy/install/debian.sh test")
	}
	h := openHouse(t, plan{
		line: func(r *telephony.Rules) { r.Greeting, r.Ring = []string{"sound:beep"}, seconds(3) },
	})
	for i := 1; i <= 5; i++ {
		agent := "agent" + itoa(int64(i))
		p := h.deskPhone(agent)
		go func() {
			for {
				c, err := p.Accept(t.Context())
				if err != nil {
					return
				}
				go answerForAWhile(t, c)
			}
		}()
		h.desk(agent).ready()
	}
	idle := h.goroutines()
	scenario := filepath.Join(t.TempDir(), "hangup.xml")
	write(t, scenario, randomHangup)
	sipp := exec.CommandContext(t.Context(), "sipp", h.stack.SIPAddr, "-sf", scenario, "-i", "127.0.0.1", "-s", "100",
		"-m", "200", "-r", "10", "-l", "200")
	sipp.Dir = t.TempDir()
	var out bytes.Buffer
	sipp.Stdout, sipp.Stderr = &out, &out
	if err := sipp.Run(); err != nil && sipp.ProcessState.ExitCode() > 1 {
		t.Fatalf("sipp: %v\n%s", err, out.Bytes())
	}
	h.nothingLeft()
	if calls := one[int](h, `SELECT count(*) FROM calls`); calls != 200 {
		t.Errorf("%d calls are known, 200 were made", calls)
	}
	rows, err := h.pool.Query(t.Context(), `SELECT outcome || ' (' || (snapshot->>'reason') || ')', count(*) FROM calls GROUP BY 1 ORDER BY 2 DESC`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var outcome string
		var n int
		if err := rows.Scan(&outcome, &n); err != nil {
			t.Fatal(err)
		}
		t.Logf("%4d %s", n, outcome)
	}
	h.await("all agents are free again", func() bool {
		var agents struct {
			Agents []struct{ State, Call string } `json:"agents"`
		}
		h.ask(h.logIn("supervisor"), http.MethodGet, "/api/v1/board", nil, &agents)
		for _, a := range agents.Agents {
			if a.Call != "" && a.State != "wrapup" {
				return false
			}
		}
		return true
	})
	h.await("the server's goroutines are as before", func() bool { return h.goroutines() <= idle+10 })
}

// answerForAWhile takes a call after a moment and talks for two seconds at most.
func answerForAWhile(t *testing.T, c *phone.Call) {
	if c.Ring() != nil || c.Answer(t.Context()) != nil {
		return
	}
	select {
	case <-c.Done():
	case <-time.After(2 * time.Second): // a short talk
		_ = c.Hangup(t.Context())
	}
}
