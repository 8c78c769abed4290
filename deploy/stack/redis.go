package stack

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// redis is one server in a folder: with an append-only file, or in memory only for tests.
type redis struct {
	dir      string
	port     int
	password string
	fast     bool
	lock     *os.File
}

func (r *redis) url() string {
	return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", r.password, r.port)
}

func (r *redis) child(logPath string) *Child {
	return &Child{Name: "redis", readyLine: "Ready to accept connections", logPath: logPath,
		stopWith: syscall.SIGTERM, dieWith: syscall.SIGKILL, command: r.command}
}

func (r *redis) command() (*exec.Cmd, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if path, err = exec.LookPath("valkey-server"); err != nil {
			return nil, fmt.Errorf("redis: %w", ErrMissing)
		}
	}
	config, err := r.writeConfig()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, config)
	cmd.Dir = r.dir
	if lock, err := dup(r.lock); err == nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
	}
	return cmd, nil
}

func (r *redis) writeConfig() (string, error) {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return "", err
	}
	appendonly := "yes"
	if r.fast {
		appendonly = "no"
	}
	text := fmt.Sprintf("bind 127.0.0.1\nport %d\nrequirepass %s\ndir %s\nsave \"\"\nappendonly %s\n"+
		"maxmemory-policy noeviction\ndaemonize no\n", r.port, r.password, strconv.Quote(r.dir), appendonly)
	path := filepath.Join(r.dir, "redis.conf")
	return path, os.WriteFile(path, []byte(text), 0o600)
}
