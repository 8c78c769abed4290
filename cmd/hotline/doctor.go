package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"hotline/callqueue"
	"hotline/telephony/ari"
)

type doctorCommand struct{}

// check is one thing that the server needs.
type check struct {
	what   string
	try    func(context.Context) (string, error) // what was found
	remedy string
}

// Run tries everything that the configuration names, prints a line each, and fails when one thing is missing.
func (doctorCommand) Run(ctx context.Context, stdout io.Writer) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	var failed error
	for _, k := range checks(c) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		found, err := k.try(ctx)
		cancel()
		if err != nil {
			failed = errFailed
			fmt.Fprintf(stdout, "FAIL  %-12s %v\n      remedy:      %s\n", k.what, err, k.remedy)
			continue
		}
		fmt.Fprintf(stdout, "ok    %-12s %s\n", k.what, found)
	}
	return failed
}

func checks(c config) []check {
	return []check{
		{"database", c.tryDatabase, "start Postgres, check HOTLINE_DATABASE_URL, then: hotline migrate"},
		{"clock", c.tryClock, "let NTP set the clocks of this machine and of the database"},
		{"queue", c.tryRedis, "start Redis 7 or newer, check HOTLINE_REDIS_URL"},
		{"asterisk", c.tryAsterisk, "start Asterisk 22.10.1 or newer, check HOTLINE_ARI_URL, HOTLINE_ARI_USER and HOTLINE_ARI_PASSWORD (ari.conf)"},
		{"codecs", c.tryCodecs, "load codec_ulaw.so, codec_alaw.so, chan_rtp.so and res_rtp_multicast.so in modules.conf"},
		{"recordings", c.tryFolder, "make the folder of HOTLINE_RECORDINGS and let the server's user write there"},
		{"http", c.tryHTTP, "free the port of HOTLINE_HTTP, or name another"},
		{"audio", c.tryUDP, "free the UDP port of HOTLINE_WEBRTC, or name another"},
	}
}

func (c config) tryDatabase(ctx context.Context) (string, error) {
	pool, err := connect(ctx, c.DatabaseURL)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var version string
	var lines int
	if err := pool.QueryRow(ctx, `SELECT current_setting('server_version'), (SELECT count(*) FROM lines)`).Scan(&version, &lines); err != nil {
		return "", err
	}
	return fmt.Sprintf("Postgres %s, %d lines configured", version, lines), nil
}

// skew is how far the clocks may be apart: deadlines are compared across both.
const skew = 2 * time.Second

func (c config) tryClock(ctx context.Context) (string, error) {
	pool, err := connect(ctx, c.DatabaseURL)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var there time.Time
	if err := pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
		return "", err
	}
	apart := time.Since(there).Abs().Round(time.Millisecond)
	if apart > skew {
		return "", fmt.Errorf("this machine and the database are %v apart", apart)
	}
	return fmt.Sprintf("%v apart from the database", apart), nil
}

func (c config) tryRedis(ctx context.Context) (string, error) {
	rdb, err := callqueue.Connect(c.RedisURL)
	if err != nil {
		return "", err
	}
	defer rdb.Close()
	if err := callqueue.New(rdb, c.System, callqueue.Options{Node: c.Node}).Check(ctx); err != nil {
		return "", err
	}
	return "Redis answers", nil
}

func (c config) asterisk() (*ari.Client, error) {
	return ari.NewClient(ari.Config{URL: c.ARIURL, Username: c.ARIUser, Password: c.ARIPassword, App: c.Node})
}

func (c config) tryAsterisk(ctx context.Context) (string, error) {
	client, err := c.asterisk()
	if err != nil {
		return "", err
	}
	defer client.Close()
	if err := client.Check(ctx); err != nil {
		return "", err
	}
	info, err := client.Info(ctx)
	return "Asterisk " + info.SystemInfo.Version, err
}

func (c config) tryCodecs(ctx context.Context) (string, error) {
	client, err := c.asterisk()
	if err != nil {
		return "", err
	}
	defer client.Close()
	for _, m := range []string{"codec_ulaw.so", "codec_alaw.so", "chan_rtp.so", "chan_pjsip.so", "res_stasis_recording.so", "res_stasis_snoop.so"} {
		if err := client.Module(ctx, m); err != nil {
			return "", fmt.Errorf("%s: %w", m, err)
		}
	}
	return "G.711 and external media are there", nil
}

func (c config) tryFolder(context.Context) (string, error) {
	f, err := os.CreateTemp(c.Recordings, ".doctor-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	return c.Recordings + " can be written", f.Close()
}

func (c config) tryHTTP(context.Context) (string, error) {
	l, err := net.Listen("tcp", c.HTTP)
	if err != nil {
		return "", err
	}
	return c.HTTP + " is free", l.Close()
}

func (c config) tryUDP(context.Context) (string, error) {
	l, err := net.ListenPacket("udp", c.WebRTC)
	if err != nil {
		return "", err
	}
	return c.WebRTC + " is free", l.Close()
}
