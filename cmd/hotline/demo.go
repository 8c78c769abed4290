package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
)

type demoCommand struct {
	Data  string `env:"HOTLINE_DATA" default:".demo" help:"Folder of all data; a second start continues it."`
	HTTP  string `env:"HOTLINE_HTTP" default:"127.0.0.1:8080" help:"Where the pages are."`
	SIP   string `env:"HOTLINE_SIP" default:"127.0.0.1:5060" help:"Where Asterisk takes calls."`
	RTP   string `env:"HOTLINE_RTP" help:"Ports for audio, 20000-20999; free ones by default."`
	Trunk string `env:"HOTLINE_TRUNK" default:"127.0.0.1:5070" help:"Where calls to customers go."`
	Zone  string `env:"HOTLINE_ZONE" default:"UTC" help:"Time zone of the board's day."`
	Quiet bool   `help:"Log warnings only." hidden:""`
}

// Run starts everything real as children of this process and serves until it is told to leave.
func (d demoCommand) Run(ctx context.Context, stdout io.Writer, log *slog.Logger) error {
	dir, err := filepath.Abs(d.Data)
	if err != nil {
		return err
	}
	began := time.Now()
	st, err := stack.Start(ctx, stack.Config{Dir: dir, Postgres: true, Redis: true, Asterisk: true, SIP: d.SIP, RTP: d.RTP, Trunk: d.Trunk, Phones: 9})
	if err != nil {
		return err
	}
	defer st.Stop()
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return fmt.Errorf("HOTLINE_ZONE: %w", err)
	}
	host, _, err := net.SplitHostPort(d.HTTP)
	if err != nil {
		return fmt.Errorf("HOTLINE_HTTP: %w", err)
	}
	c := config{DatabaseURL: st.DatabaseURL, RedisURL: st.RedisURL, ARIURL: st.ARI.URL, ARIUser: st.ARI.User, ARIPassword: st.ARI.Password,
		HTTP: d.HTTP, WebRTC: net.JoinHostPort(host, "0"), MediaIP: netip.MustParseAddr("127.0.0.1"), Recordings: filepath.Join(dir, "recordings"),
		Node: st.ARI.App, System: "demo", Region: "US", Zone: zone}
	if err := schema.UpAll(ctx, c.DatabaseURL, domains()...); err != nil {
		return err
	}
	s, err := newServer(ctx, c, log)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := seed(ctx, s.world.setup, s.world.tickets); err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pid"), fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(stdout, `
Hotline runs, with everything it needs, on this machine only (%.1f s).
  pages   http://%s   log in as agent1, supervisor or admin; the password is demo
  phone   sip:100@%s (support), 101 (in Russian), 200 (closed, takes a message), 300 (menu)
  call    bin/hotline call 100 --from +15550100001
  answer  bin/hotline call --wait      (a customer's phone, for call-backs)
Ctrl-C ends it all; the next start continues.

ready: http://%s
`, time.Since(began).Seconds(), s.Addr(), st.SIPAddr, s.Addr())
	return s.Run(ctx)
}
