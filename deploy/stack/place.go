package stack

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrInUse says that another process works in the same folder.
var ErrInUse = errors.New("stack: folder is in use")

// secrets are made at random once per folder and kept in it, readable by its owner only.
type secrets struct{ Postgres, Redis, ARI string }

func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, "secrets.json")
	var s secrets
	text, err := os.ReadFile(path)
	if err == nil {
		return s, json.Unmarshal(text, &s)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return s, err
	}
	s = secrets{Postgres: rand.Text(), Redis: rand.Text(), ARI: rand.Text()}
	text, err = json.Marshal(s)
	if err != nil {
		return s, err
	}
	return s, os.WriteFile(path, text, 0o600)
}

// lockDir takes the folder for this process. The children inherit the lock, so that it is free only when the last of
// them is gone: a start right after a crash waits for the old children instead of meeting them.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	for {
		lock, err := tryLock(dir)
		if !errors.Is(err, ErrInUse) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func tryLock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return f, nil
}

// dup gives a child its own copy of an open file; Child closes it after the start.
func dup(f *os.File) (*os.File, error) {
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// Ports are taken below the kernel's range for outgoing connections, so that no connection takes one in between.
const firstPort, lastPort = 12000, 19999

// freePort finds a loopback port that is free for TCP and for UDP.
func freePort() (int, error) {
	for range 200 {
		port := firstPort + randomInt(lastPort-firstPort)
		if isFree(port) {
			return port, nil
		}
	}
	return 0, errors.New("stack: no free port found")
}

func isFree(port int) bool {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	tcp, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", addr)
	if err != nil {
		return false
	}
	udp.Close()
	return true
}

// addrOrFree completes an address: "" or port 0 becomes a free loopback port.
func addrOrFree(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if port != "0" {
		return addr, nil
	}
	free, err := freePort()
	return net.JoinHostPort(host, strconv.Itoa(free)), err
}

func randomInt(below int) int {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(below)))
	if err != nil {
		panic(err) // the kernel always has randomness
	}
	return int(n.Int64())
}
