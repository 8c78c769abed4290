package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hotline/deploy/stack"
)

//go:embed caller.xml
var callerScenario []byte

//go:embed agent.xml
var agentScenario []byte

// burst is so many calls to a number at an even rate. The agents' phones pick up at once, talk, and hang up.
type burst struct {
	number string
	calls  int
	rate   float64 // calls per second
	talk   time.Duration
	uneven bool          // talks last from half to one and a half of that, so that nothing keeps in step with them
	wait   time.Duration // how long a call may take longer than planned before it counts as lost
}

// traffic is what the callers and the phones saw of a burst.
type traffic struct {
	invites map[string]time.Time // caller's number -> its INVITE went out
	rings   []ring               // INVITEs at phones, in order
	frees   []ring               // BYEs of phones, in order
	lost    int                  // calls that did not go from beginning to end
	again   int                  // messages that callers or phones had to send again
	cpu     time.Duration        // used by SIPp
}

// ring is something that happened at an agent's phone.
type ring struct {
	agent, caller string
	at            time.Time
}

// play makes a burst happen with two SIPp processes: all callers, and all phones at the address phones.
func (b burst) play(ctx context.Context, dir, sip, phones string) (traffic, error) {
	run, err := os.MkdirTemp(dir, "burst")
	if err != nil {
		return traffic{}, err
	}
	defer os.RemoveAll(run)
	whole := time.Duration(float64(b.calls)/b.rate*float64(time.Second)) + b.talk + b.wait + time.Second
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()

	_, port, _ := net.SplitHostPort(phones)
	agents, err := startSIPp(ctx, run, "agent", b.agent(), port, "-d", millis(b.talk))
	if err != nil {
		return traffic{}, err
	}
	defer agents.end()
	if err := listening(ctx, port); err != nil {
		return traffic{}, fmt.Errorf("the phones: %w: %s", err, agents.said())
	}
	own, err := stack.FreeAddr()
	if err != nil {
		return traffic{}, err
	}
	_, port, _ = net.SplitHostPort(own)
	if err := os.WriteFile(filepath.Join(run, "numbers.csv"), b.numbers(), 0o600); err != nil {
		return traffic{}, err
	}
	callers, err := startSIPp(ctx, run, "caller", callerScenario, port, sip, "-s", b.number, "-inf", "numbers.csv",
		"-m", strconv.Itoa(b.calls), "-r", strconv.FormatFloat(b.rate, 'f', -1, 64), "-recv_timeout", millis(b.talk+b.wait))
	if err != nil {
		return traffic{}, err
	}
	defer callers.end()
	callers.wait(whole)
	_ = agents.cmd.Process.Signal(syscall.SIGUSR1) // end when the last call has
	agents.wait(b.talk + 2*time.Second)
	return gather(b, callers, agents)
}

// agent is the phones' scenario.
func (b burst) agent() []byte {
	if !b.uneven {
		return agentScenario
	}
	pause := fmt.Sprintf(`<pause distribution="uniform" min="%s" max="%s"/>`, millis(b.talk/2), millis(b.talk*3/2))
	return bytes.Replace(agentScenario, []byte("<pause/>"), []byte(pause), 1)
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// numbers are the callers' own numbers, all different, so that each INVITE at a phone is known.
func (b burst) numbers() []byte {
	var text bytes.Buffer
	text.WriteString("SEQUENTIAL\n")
	for i := range b.calls {
		fmt.Fprintf(&text, "+1555010%04d\n", i)
	}
	return text.Bytes()
}

func gather(b burst, callers, agents *sipp) (traffic, error) {
	t := traffic{invites: map[string]time.Time{}, cpu: callers.cpu() + agents.cpu()}
	t.lost = b.calls - min(callers.count("SuccessfulCall(C)"), agents.count("SuccessfulCall(C)"))
	t.again = callers.count("Retransmissions(C)") + agents.count("Retransmissions(C)")
	err := errors.Join(
		callers.log(func(f []string) { t.invites[f[1]] = instant(f) }),
		agents.log(func(f []string) {
			if f[0] == "rings" {
				t.rings = append(t.rings, ring{f[1], callerOf(f), instant(f)})
			} else {
				t.frees = append(t.frees, ring{agent: f[1], at: instant(f)})
			}
		}))
	if len(t.invites) == 0 {
		return t, fmt.Errorf("no call was made: %s", callers.said())
	}
	return t, err
}

// instant reads SIPp's time: word, name, date, time of day, seconds since 1970.
func instant(fields []string) time.Time {
	seconds, micros, _ := strings.Cut(fields[4], ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(s, us*1000)
}

// callerOf reads the number in a From header.
func callerOf(fields []string) string {
	_, rest, _ := strings.Cut(strings.Join(fields[5:], " "), "sip:")
	number, _, _ := strings.Cut(rest, "@")
	return number
}

// sipp is one SIPp process.
type sipp struct {
	dir, name string
	cmd       *exec.Cmd
	out       bytes.Buffer
	done      chan struct{}
}

func startSIPp(ctx context.Context, dir, name string, scenario []byte, port string, args ...string) (*sipp, error) {
	if err := os.WriteFile(filepath.Join(dir, name+".xml"), scenario, 0o600); err != nil {
		return nil, err
	}
	args = append(args, "-sf", name+".xml", "-i", "127.0.0.1", "-p", port, "-nostdin", "-buff_size", "1048576",
		"-trace_logs", "-log_file", name+".log", "-trace_stat", "-stf", name+".csv", "-fd", "1", "-trace_err", "-error_file", name+".err")
	s := &sipp{dir: dir, name: name, cmd: exec.CommandContext(ctx, "sipp", args...), done: make(chan struct{})}
	s.cmd.Dir, s.cmd.Stderr = dir, &s.out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("sipp (sh deploy/install/debian.sh test): %w", err)
	}
	go func() { _ = s.cmd.Wait(); close(s.done) }()
	return s, nil
}

// wait gives SIPp so long to come to its end by itself; then it writes down what it has.
func (s *sipp) wait(atMost time.Duration) {
	select {
	case <-s.done:
		return
	case <-time.After(atMost):
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	s.end()
}

func (s *sipp) end() {
	select {
	case <-s.done:
	case <-time.After(3 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

func (s *sipp) cpu() time.Duration {
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

// said is what SIPp complained about, in short.
func (s *sipp) said() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, s.name+".err"))
	text = append(text, s.out.Bytes()...)
	return string(text[:min(len(text), 500)])
}

// log gives each line of the scenario's log in words.
func (s *sipp) log(line func(fields []string)) error {
	text, err := os.ReadFile(filepath.Join(s.dir, s.name+".log"))
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); len(f) >= 5 {
			line(f)
		}
	}
	return err
}

// count is a counter in the last line of SIPp's statistics.
func (s *sipp) count(name string) int {
	f, err := os.Open(filepath.Join(s.dir, s.name+".csv"))
	if err != nil {
		return 0
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	lines, err := r.ReadAll()
	if err != nil || len(lines) < 2 {
		return 0
	}
	for i, head := range lines[0] {
		if head == name {
			n, _ := strconv.Atoi(lines[len(lines)-1][i])
			return n
		}
	}
	return 0
}

// listening waits until somebody has the UDP port.
func listening(ctx context.Context, port string) error {
	n, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	for {
		table, err := os.ReadFile("/proc/net/udp")
		if err != nil || strings.Contains(string(table), fmt.Sprintf(":%04X 0", n)) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
