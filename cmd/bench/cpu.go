package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of /proc/PID/stat on every Linux.
const tick = 10 * time.Millisecond

// usage is CPU time used so far, by whom.
type usage map[string]time.Duration

// used reads the process accounting of the servers. Postgres is its postmaster with every backend, those that ended too.
func used(pids map[string]int) usage {
	u := usage{}
	for name, pid := range pids {
		own, ended := cpuOf(pid)
		u[name] = own + ended
		for _, child := range children(pid) {
			own, ended := cpuOf(child)
			u[name] += own + ended
		}
	}
	return u
}

func (u usage) since(before usage) usage {
	d := usage{}
	for name := range u {
		d[name] = u[name] - before[name]
	}
	return d
}

func (u usage) sum(names ...string) time.Duration {
	var d time.Duration
	for _, n := range names {
		d += u[n]
	}
	return d
}

// cpuOf reads utime + stime, and cutime + cstime of children that were waited for.
func cpuOf(pid int) (own, ended time.Duration) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	f := fieldsBehindName(string(text))
	if len(f) < 15 {
		return 0, 0
	}
	return ticks(f[11]) + ticks(f[12]), ticks(f[13]) + ticks(f[14])
}

// fieldsBehindName are the fields from the state on: a process's name may hold blanks.
func fieldsBehindName(stat string) []string {
	return strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
}

func ticks(s string) time.Duration {
	n, _ := strconv.ParseInt(s, 10, 64)
	return time.Duration(n) * tick
}

func children(pid int) []int {
	var all []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, l := range lists {
		text, _ := os.ReadFile(l)
		for _, f := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(f); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// ourselves is what this process has used: the desks are in it.
func ourselves() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// machine is what all processes of the machine have used.
func machine() time.Duration {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	var sum time.Duration
	for i, f := range strings.Fields(line) {
		if i > 0 && i != 4 && i != 5 && i < 9 { // all but idle and waiting for a disk; guests are counted in user
			sum += ticks(f)
		}
	}
	return sum
}
