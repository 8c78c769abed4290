package callqueue

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hotline/deploy/stack"
)

const rounds = 5 // of A and B in turn

// desk answers every match by a channel.
type desk struct {
	heard
	matched chan Match
}

func (d *desk) Matched(m Match)          { d.matched <- m }
func (d *desk) PresenceChanged(Presence) {}

func benchFloor(b *testing.B, rdb redis.UniversalClient) (*Floor, *desk) {
	b.Helper()
	f := New(rdb, rand.Text()[:10], Options{Node: "n1", Lease: time.Hour, Log: slog.New(slog.DiscardHandler)})
	d := &desk{matched: make(chan Match, 1<<18)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f.Run(ctx, d) }()
	b.Cleanup(func() { cancel(); <-done })
	started(b, f)
	return f, d
}

// manyReady puts n ready agents on the floor at once.
var manyReady = redis.NewScript(`
local p = KEYS[1]
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local name = 'agent' .. i
  redis.call('hset', p .. 'agents', name, cjson.encode({agent=name, state='ready', reason='', since=i, ['until']=0,
    queues='support', device='webrtc', idle=i, version=i}))
  redis.call('zadd', p .. 'ready:support', i, name)
end`)

// manyWaiting puts n callers into 50 queues at once.
var manyWaiting = redis.NewScript(`
local p = KEYS[1]
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local id, q = 'waiting' .. i, 'skill' .. i % 50
  redis.call('hset', p .. 'calls', id, cjson.encode({call=id, queue=q, since=i, priority=0, place=i, node='n1'}))
  redis.call('zadd', p .. 'waiting:' .. q, i, id)
end`)

func fill(b *testing.B, f *Floor, script *redis.Script, n int) {
	b.Helper()
	for i := 0; i < n; i += 1000 {
		err := script.Run(b.Context(), f.rdb, []string{f.prefix}, i, min(i+1000, n)-1).Err()
		if err != nil && err != redis.Nil {
			b.Fatal(err)
		}
	}
}

// drop deletes a system, so that the next round begins as small.
func drop(b *testing.B, f *Floor) {
	b.Helper()
	must(b, f.rdb.Eval(b.Context(), `for _, k in ipairs(redis.call('keys', KEYS[1] .. '*')) do
		if k ~= KEYS[1] .. 'epoch' and k ~= KEYS[1] .. 'token' then redis.call('unlink', k) end end return 1`, []string{f.prefix}).Err())
}

// assign lets n callers arrive at n ready agents, 50 at a time, and waits until the node was told of every match.
func assign(b *testing.B, f *Floor, d *desk, n int) time.Duration {
	b.Helper()
	var group sync.WaitGroup
	var next atomic.Int64
	since := time.Now()
	for range 50 {
		group.Go(func() {
			for {
				i := int(next.Add(1))
				if i > n {
					return
				}
				err := f.Enqueue(b.Context(), Waiting{Call: "c" + strconv.Itoa(i), Queue: "support", Since: since, Node: "n1"})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	late := time.After(10 * time.Second)
	for i := range n {
		select {
		case <-d.matched:
		case <-late:
			b.Fatalf("told of %d of %d matches, made %d", i, n, f.rdb.HLen(b.Context(), f.prefix+"offers:n1").Val())
		}
	}
	return time.Since(since)
}

// BenchmarkAssign is one caller who arrives and gets a ready agent, through the whole Go path.
func BenchmarkAssign(b *testing.B) {
	f, d := benchFloor(b, connect(b, stack.Redis(b)))
	fill(b, f, manyReady, b.N)
	b.ResetTimer()
	took := assign(b, f, d, b.N)
	b.ReportMetric(float64(b.N)/took.Seconds(), "assignments/s")
}

// redisBenchmark lets redis-benchmark run the same script with the same arguments on a floor of the same size.
func redisBenchmark(b *testing.B, redisURL string, f *Floor, n int) float64 {
	b.Helper()
	u, err := url.Parse(redisURL)
	must(b, err)
	password, _ := u.User.Password()
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	out, err := exec.Command("redis-benchmark", "-h", u.Hostname(), "-p", u.Port(), "-a", password, "--csv",
		"-c", "50", "-n", strconv.Itoa(n), "-r", "2000000000",
		"evalsha", f.scripts["enqueue"].Hash(), "1", f.prefix+"epoch",
		now, "bench__rand_int__", f.epoch, "n1", f.boot, "3600000", "60000",
		"c__rand_int__", "support", now, "0", now, "n1").Output()
	if err != nil {
		b.Skipf("redis-benchmark: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	fields := strings.Split(lines[len(lines)-1], "\",\"")
	perSecond, err := strconv.ParseFloat(strings.Trim(fields[1], `"`), 64)
	must(b, err)
	if made := f.rdb.HLen(b.Context(), f.prefix+"offers:n1").Val(); made < int64(n)*99/100 {
		b.Fatalf("redis-benchmark made %d of %d matches", made, n)
	}
	return perSecond
}

// BenchmarkG4 compares assignments/s through Go with redis-benchmark of the same script, in turn. Goal: at least 0.7.
func BenchmarkG4(b *testing.B) {
	const n = 30000
	redisURL := stack.Redis(b)
	rdb := connect(b, redisURL)
	f, d := benchFloor(b, rdb)
	var ours, bare, ratio []float64
	for range rounds {
		fill(b, f, manyReady, n)
		ours = append(ours, n/assign(b, f, d, n).Seconds())
		drop(b, f)

		twin := New(rdb, rand.Text()[:10], Options{Node: "n1"})
		_, err := twin.knownEpoch(b.Context())
		must(b, err)
		fill(b, twin, manyReady, n)
		bare = append(bare, redisBenchmark(b, redisURL, twin, n))
		drop(b, twin)
		ratio = append(ratio, ours[len(ours)-1]/bare[len(bare)-1])
	}
	b.Logf("G4 assignments/s %s, redis-benchmark %s, ratio %s (goal >= 0.7)", spread(ours, "%.0f"), spread(bare, "%.0f"), spread(ratio, "%.2f"))
	b.ReportMetric(median(ours), "assignments/s")
	b.ReportMetric(median(ratio), "ratio")
}

// crowd is a floor with many waiting callers, on which every agent rings.
type crowd struct {
	*Floor
	*desk
	calls int
}

func newCrowd(b *testing.B, rdb redis.UniversalClient, waiting, agents int) *crowd {
	b.Helper()
	f, d := benchFloor(b, rdb)
	fill(b, f, manyWaiting, waiting+agents)
	for i := range agents {
		var serves []string // 5 of 50 skills
		for s := range 5 {
			serves = append(serves, "skill"+strconv.Itoa((i*7+s*11)%50))
		}
		ready(b, f, "agent"+strconv.Itoa(i), serves...)
	}
	return &crowd{Floor: f, desk: d}
}

// work makes n matches: an agent ends a call and gets the next caller, and another caller arrives.
func (c *crowd) work(b *testing.B, n int) time.Duration {
	b.Helper()
	var group sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	first := c.calls
	c.calls += n
	began := time.Now()
	for range 8 {
		group.Go(func() {
			for {
				i := left.Add(-1)
				if i < 0 {
					return
				}
				m := <-c.matched
				err := c.Enqueue(b.Context(), Waiting{Call: fmt.Sprint("c", first+int(i)), Queue: m.Queue, Since: time.Now(), Node: "n1"})
				if err == nil {
					err = c.Seat(b.Context(), m.Token, m.Agent, m.Call, "wrapup", "", 0)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return time.Since(began) / time.Duration(n)
}

// BenchmarkMatch is one match on floors of growing size: an agent gets free, a caller arrives.
func BenchmarkMatch(b *testing.B) {
	rdb := connect(b, stack.Redis(b))
	for _, size := range [][2]int{{100, 10}, {1000, 100}, {100000, 1000}} {
		b.Run(fmt.Sprintf("waiting=%d/agents=%d", size[0], size[1]), func(b *testing.B) {
			c := newCrowd(b, rdb, size[0], size[1])
			b.ResetTimer()
			c.work(b, b.N)
		})
	}
}

// BenchmarkG5 compares the cost of a match on a small and on a large floor, in turn. Goal: at most 1.3.
func BenchmarkG5(b *testing.B) {
	const n = 10000
	rdb := connect(b, stack.Redis(b))
	small, large := newCrowd(b, rdb, 100, 10), newCrowd(b, rdb, 100000, 1000)
	var ours, bare, ratio []float64
	for range rounds {
		bare = append(bare, float64(small.work(b, n).Microseconds()))
		ours = append(ours, float64(large.work(b, n).Microseconds()))
		ratio = append(ratio, ours[len(ours)-1]/bare[len(bare)-1])
	}
	b.Logf("G5 us/match at 100000 waiting, 1000 agents %s, at 100, 10 %s, ratio %s (goal <= 1.3)",
		spread(ours, "%.0f"), spread(bare, "%.0f"), spread(ratio, "%.2f"))
	b.ReportMetric(median(ratio), "ratio")
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// spread is the median with the lowest and the highest.
func spread(v []float64, format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", median(v), slices.Min(v), slices.Max(v))
}
