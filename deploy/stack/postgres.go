package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that a program is not installed; deploy/install brings it.
var ErrMissing = errors.New("not installed")

const databaseName = "hotline"

// postgres is one cluster in a folder. Postgres refuses to run as root; then it runs as the user postgres or nobody.
// That user may not be able to walk to the folder (/root/hotline/.demo), so the folder is handed over open.
type postgres struct {
	bin      string // folder of the programs
	dir      string // holds data/ and, for a moment, the password
	port     int
	password string
	fast     bool // give up safety against power loss, for tests
	lock     *os.File
	as       *syscall.Credential // nil: as we are
}

func newPostgres(dir string, port int, password string, fast bool, lock *os.File) (*postgres, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p := &postgres{bin: bin, dir: dir, port: port, password: password, fast: fast, lock: lock}
	if os.Geteuid() != 0 {
		return p, nil
	}
	if p.as, err = otherUser(); err != nil {
		return nil, err
	}
	return p, os.Chown(dir, int(p.as.Uid), int(p.as.Gid))
}

func (p *postgres) url() string { return p.urlOf(databaseName) }

func (p *postgres) urlOf(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("hotline", p.password),
		Host: "127.0.0.1:" + strconv.Itoa(p.port), Path: database, RawQuery: "sslmode=disable"}
	return u.String()
}

// child is the server process.
func (p *postgres) child(logPath string) *Child {
	return &Child{Name: "postgres", readyLine: "database system is ready to accept connections", logPath: logPath,
		notYet:   "pre-existing shared memory block",
		stopWith: syscall.SIGINT,  // "fast": ends connections, writes a checkpoint
		dieWith:  syscall.SIGQUIT, // "immediate": its own children go too; the next start recovers
		command: func() (*exec.Cmd, error) {
			return p.program("postgres", "-p", strconv.Itoa(p.port)), nil
		}}
}

// program prepares one of Postgres' programs on the data folder, with the right user and the open folder.
func (p *postgres) program(name string, args ...string) *exec.Cmd {
	dir := p.dir
	cmd := exec.Command(filepath.Join(p.bin, name))
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "PGDATA=")
	cmd.Dir = "/"
	if lock, err := dup(p.lock); err == nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
	}
	if p.as != nil {
		if open, err := os.Open(p.dir); err == nil {
			cmd.ExtraFiles = append(cmd.ExtraFiles, open)
			dir = "/proc/self/fd/" + strconv.Itoa(2+len(cmd.ExtraFiles))
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	cmd.Args = append(append(cmd.Args, "-D", filepath.Join(dir, "data")), args...)
	if name == "initdb" {
		cmd.Args = append(cmd.Args, "--pwfile", filepath.Join(dir, "password"))
	}
	return cmd
}

// init makes the cluster once. A cluster that was not finished is made anew.
func (p *postgres) init(ctx context.Context) error {
	finished := filepath.Join(p.dir, "finished")
	if _, err := os.Stat(finished); err == nil {
		return p.writeConfig()
	}
	if err := os.RemoveAll(filepath.Join(p.dir, "data")); err != nil {
		return err
	}
	password := filepath.Join(p.dir, "password")
	if err := p.write(password, []byte(p.password+"\n")); err != nil {
		return err
	}
	defer os.Remove(password)
	cmd := p.program("initdb", "-U", "hotline", "-E", "UTF8", "--locale=C.UTF-8",
		"--auth=scram-sha-256", "--no-sync", "--no-instructions")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := runUntil(ctx, cmd); err != nil {
		return fmt.Errorf("stack: initdb: %w: %s", err, out.String())
	}
	if err := p.writeConfig(); err != nil {
		return err
	}
	return p.write(finished, nil)
}

// runUntil runs a short program that ends with us or with ctx.
func runUntil(ctx context.Context, cmd *exec.Cmd) error {
	c := &Child{dieWith: syscall.SIGKILL}
	done, err := c.run(cmd, nopCloser{})
	if err != nil {
		return err
	}
	select {
	case <-done:
	case <-ctx.Done():
		cmd.Process.Kill()
		<-done
		return ctx.Err()
	}
	if !cmd.ProcessState.Success() {
		return fmt.Errorf("%s: %s", filepath.Base(cmd.Path), cmd.ProcessState)
	}
	return nil
}

type nopCloser struct{}

func (nopCloser) Close() error { return nil }

// writeConfig replaces the configuration: loopback only, password only, small.
func (p *postgres) writeConfig() error {
	text := `listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
max_wal_size = 256MB
jit = off
logging_collector = off
log_min_messages = warning
timezone = 'UTC'
`
	if p.fast {
		text += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n"
	}
	if err := p.write(filepath.Join(p.dir, "data", "postgresql.conf"), []byte(text)); err != nil {
		return err
	}
	return p.write(filepath.Join(p.dir, "data", "pg_hba.conf"), []byte("host all all 127.0.0.1/32 scram-sha-256\n"))
}

// write makes a file that only the server's user may read.
func (p *postgres) write(path string, text []byte) error {
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	if p.as == nil {
		return nil
	}
	return os.Chown(path, int(p.as.Uid), int(p.as.Gid))
}

// createDatabase makes the database in a cluster that has just become ready.

func (p *postgres) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.urlOf("postgres"))
	if err != nil {
		return fmt.Errorf("stack: connect to postgres: %w", err)
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, databaseName).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, `create database `+databaseName)
	return err
}

// postgresPrograms finds the newest installed server: Debian keeps it out of the PATH.
func postgresPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return pgVersion(b) - pgVersion(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", fmt.Errorf("postgres: %w", ErrMissing)
}

func pgVersion(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

func otherUser() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("stack: no user to run postgres as: it refuses to run as root")
}
