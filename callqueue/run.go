package callqueue

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const beat = time.Second // how often a node says that it lives and looks at the epoch

// Run tells events, ends states whose time is over and keeps the node alive, until ctx ends. It goes on through every
// outage of Redis. Several nodes run at the same time; any of them may end a state.
func (f *Floor) Run(ctx context.Context, e Events) error {
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { f.tell(ctx, e) })
	group.Go(func() { f.listen(ctx) })
	f.keepTime(ctx)
	return nil
}

// Begun is closed when Run has told Redis once that this is a new process, or could not. Desks and calls come after
// that: what a process of the same node left behind is put away then.
func (f *Floor) Begun() <-chan struct{} { return f.begun }

// tell is the only one who calls Events.
func (f *Floor) tell(ctx context.Context, e Events) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.news.wake:
		}
		for _, tell := range f.news.take() {
			tell(e)
		}
	}
}

// keepTime owns the one timer, set to the earliest end of a state, and the beat.
func (f *Floor) keepTime(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	b := beater{fresh: true}
	f.beat(ctx, &b)
	close(f.begun)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.beat(ctx, &b)
		case <-f.timer.changed:
			timer.Reset(f.timer.wait(f.opt.Now()))
		case <-timer.C:
			f.timer.clear()
			f.expire(ctx)
		}
	}
}

// beater is what a node remembers from one beat to the next.
type beater struct {
	fresh  bool   // no beat of this process was heard yet: no desk of an earlier one can be connected
	server string // which Redis answered
	epoch  string // and what it said
	down   bool
}

func (f *Floor) beat(ctx context.Context, b *beater) {
	fresh := 0
	if b.fresh {
		fresh = 1
	}
	began := time.Now()
	a, err := f.ask(ctx, "beat", "", "", fresh)
	if down := err != nil; down != b.down && ctx.Err() == nil {
		b.down = down
		if down {
			f.opt.Log.Error("queue is away", "err", err)
		} else {
			f.opt.Log.Info("queue is back")
		}
	}
	if err != nil {
		return
	}
	// Another Redis, or the same after a restart, may lack the last writes, and one that gave this node up has
	// taken its desks away.
	epoch, _ := f.knownEpoch(ctx)
	if a.More == "dead" || (b.server != "" && b.server != a.Server && b.epoch == epoch) {
		f.news.emptied()
	}
	b.server, b.epoch, b.fresh = a.Server, epoch, false
	f.timer.arm(a.Due)
	f.news.forget(f.opt.Lease + 10*beat)
	if f.news.doubted() {
		f.catchUp(ctx)
	}
	if took := time.Since(began); took > beat {
		f.opt.Log.Warn("queue is slow", "took", took)
	}
}

// expire ends the states whose time is over. The beat comes back to what fails.
func (f *Floor) expire(ctx context.Context) {
	for {
		a, err := f.ask(ctx, "expire", "", "")
		if err != nil {
			return
		}
		if a.More == "" {
			f.timer.arm(a.Due)
			return
		}
	}
}

// catchUp reads every presence and every open offer of this node, for some may not have been heard of.
func (f *Floor) catchUp(ctx context.Context) {
	presences, err := f.Presences(ctx)
	if err != nil {
		f.news.doubt()
		return
	}
	for _, p := range presences {
		f.news.presence(p)
	}
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	offers, err := f.rdb.HVals(ctx, f.prefix+"offers:"+f.opt.Node).Result()
	if err != nil {
		f.news.doubt()
		return
	}
	for _, text := range offers {
		f.hearMatch(text)
	}
}

// listen hears what other nodes change. Messages are only the quick way: after each new subscription everything is read once.
func (f *Floor) listen(ctx context.Context) {
	for ctx.Err() == nil {
		f.listenOnce(ctx)
		f.news.doubt()
		select {
		case <-ctx.Done():
		case <-time.After(beat / 4):
		}
	}
}

func (f *Floor) listenOnce(ctx context.Context) {
	sub := f.rdb.Subscribe(ctx, f.prefix+"presence", f.prefix+"match:"+f.opt.Node)
	defer sub.Close()
	stop := context.AfterFunc(ctx, func() { sub.Close() })
	defer stop()
	pinged := false
	for {
		msg, err := sub.ReceiveTimeout(ctx, 2*beat)
		switch late := isTimeout(err); {
		case late && !pinged && sub.Ping(ctx) == nil:
			pinged = true // a connection that is half open answers nothing
			continue
		case err != nil:
			return
		}
		pinged = false
		switch msg := msg.(type) {
		case *redis.Subscription:
			f.news.doubt()
		case *redis.Message:
			f.hear(msg)
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func (f *Floor) hear(msg *redis.Message) {
	if strings.HasSuffix(msg.Channel, "presence") {
		boot, text, _ := strings.Cut(msg.Payload, " ")
		if boot == f.boot {
			return // told from the script's answer
		}
		if p, err := readPresence(text); err == nil {
			f.news.presence(p)
		}
		return
	}
	f.hearMatch(msg.Payload)
}

func (f *Floor) hearMatch(text string) {
	var m matchNote
	if err := json.Unmarshal([]byte(text), &m); err == nil {
		f.news.match(m.match())
	}
}

// alarm is the earliest instant at which some state ends.
type alarm struct {
	mu      *sync.Mutex
	at      *int64
	changed chan struct{}
}

func newAlarm() alarm {
	return alarm{mu: new(sync.Mutex), at: new(int64), changed: make(chan struct{}, 1)}
}

// arm sets it to ms if that is earlier; 0 is never.
func (a alarm) arm(ms int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ms == 0 || (*a.at != 0 && *a.at <= ms) {
		return
	}
	*a.at = ms
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a alarm) wait(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if *a.at == 0 {
		return time.Hour
	}
	return time.UnixMilli(*a.at).Sub(now)
}

func (a alarm) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	*a.at = 0
}
