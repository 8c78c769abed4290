package callqueue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// snapshot is everything that a system has in Redis at one instant.
type snapshot struct {
	Agents  map[string]record
	Calls   map[string]keptCall
	Waiting map[string]map[string]int64 // queue -> call -> place
	Ready   map[string]map[string]int64 // queue -> agent -> idle since
	Due     map[string]int64
	Offers  map[string]matchNote
}

type keptCall struct {
	matchNote
	Place int64 `json:"place"`
	Gone  bool  `json:"gone"`
}

var readAll = redis.NewScript(`
local all = {}
for _, k in ipairs(redis.call('keys', KEYS[1] .. '*')) do
  local t = redis.call('type', k).ok
  if t == 'hash' then all[#all+1] = {k, redis.call('hgetall', k)} end
  if t == 'zset' then all[#all+1] = {k, redis.call('zrange', k, 0, -1, 'withscores')} end
end
return cjson.encode(all)`)

func (f *Floor) snapshot(ctx context.Context) (s snapshot, err error) {
	text, err := readAll.Run(ctx, f.rdb, []string{f.prefix}).Text()
	if err != nil {
		return s, err
	}
	var all [][]json.RawMessage
	if strings.HasPrefix(text, "[") {
		err = json.Unmarshal([]byte(text), &all)
	}
	s = snapshot{Agents: map[string]record{}, Calls: map[string]keptCall{}, Waiting: map[string]map[string]int64{},
		Ready: map[string]map[string]int64{}, Due: map[string]int64{}, Offers: map[string]matchNote{}}
	for _, pair := range all {
		var key string
		var list []string
		if err = json.Unmarshal(pair[0], &key); err == nil {
			err = json.Unmarshal(pair[1], &list)
		}
		if err == nil {
			err = s.read(strings.TrimPrefix(key, f.prefix), list)
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", key, err)
		}
	}
	return s, err
}

func (s *snapshot) read(key string, list []string) error {
	kind, name, _ := strings.Cut(key, ":")
	scores := map[string]int64{}
	for i := 0; i < len(list); i += 2 {
		member, value := list[i], list[i+1]
		var err error
		switch kind {
		case "agents":
			var r record
			err = json.Unmarshal([]byte(value), &r)
			s.Agents[member] = r
		case "calls":
			var c keptCall
			err = json.Unmarshal([]byte(value), &c)
			s.Calls[member] = c
		case "offers":
			var m matchNote
			err = json.Unmarshal([]byte(value), &m)
			s.Offers[member] = m
		default:
			_, err = fmt.Sscan(value, new(float64))
			var score float64
			fmt.Sscan(value, &score)
			scores[member] = int64(score)
		}
		if err != nil {
			return err
		}
	}
	switch kind {
	case "waiting":
		s.Waiting[name] = scores
	case "ready":
		s.Ready[name] = scores
	case "due":
		s.Due = scores
	}
	return nil
}

func holds(r record) bool { return r.State == Ringing || r.State == Talking || r.State == Hold }

// broken gives the first thing that is not as it must be.
func (s snapshot) broken(firstArrival func(call string) time.Time, ageing time.Duration) error {
	agentOf := map[string]string{}
	for name, a := range s.Agents {
		if holds(a) {
			if other, taken := agentOf[a.Call]; taken {
				return fmt.Errorf("call %s has two agents: %s and %s", a.Call, name, other)
			}
			agentOf[a.Call] = name
		}
		if err := s.brokenAgent(name, a); err != nil {
			return err
		}
	}
	for queue, waiting := range s.Waiting {
		if len(waiting) > 0 && len(s.Ready[queue]) > 0 {
			return fmt.Errorf("queue %s has waiting %v and ready %v", queue, waiting, s.Ready[queue])
		}
		for call, at := range waiting {
			c := s.Calls[call]
			if c.Call == "" || c.Agent != "" || c.Queue != queue {
				return fmt.Errorf("call %s waits in %s, but is %+v", call, queue, c)
			}
			if want := place(firstArrival(call), c.Priority, ageing); at != want || c.Place != want {
				return fmt.Errorf("call %s is at place %d, kept %d, want %d", call, at, c.Place, want)
			}
		}
	}
	return s.brokenCalls()
}

func (s snapshot) brokenAgent(name string, a record) error {
	for queue, ready := range s.Ready {
		serves := strings.Contains("\n"+a.Queues+"\n", "\n"+queue+"\n")
		if _, stands := ready[name]; stands != (a.State == Ready && serves) {
			return fmt.Errorf("agent %s is %s, serves %q, and in the row of %s: %v", name, a.State, a.Queues, queue, stands)
		}
	}
	if s.Due[name] != a.Until {
		return fmt.Errorf("agent %s is %s until %d, but due %d", name, a.State, a.Until, s.Due[name])
	}
	if a.State == Ready && a.Away != "" {
		return fmt.Errorf("agent %s is ready without a desk", name)
	}
	return nil
}

func (s snapshot) brokenCalls() error {
	for id, c := range s.Calls {
		if c.Agent == "" {
			if _, waits := s.Waiting[c.Queue][id]; !waits {
				return fmt.Errorf("call %s is neither with an agent nor in its queue", id)
			}
			continue
		}
		if a := s.Agents[c.Agent]; !holds(a) || a.Call != id || a.Token != c.Token {
			return fmt.Errorf("call %s is with %s (token %d), who is %+v", id, c.Agent, c.Token, a)
		}
	}
	for id, m := range s.Offers {
		if a := s.Agents[m.Agent]; a.State != Ringing || a.Call != id || a.Token != m.Token {
			return fmt.Errorf("offer %+v is kept, but %s is %+v", m, m.Agent, a)
		}
	}
	return nil
}

// unfair compares the reservations made since before with a naive list: nobody who came before still waits, nobody
// who is idle longer still stands.
func (s snapshot) unfair(before snapshot) error {
	for name, a := range s.Agents {
		c, kept := s.Calls[a.Call]
		if a.State != Ringing || a.Token == before.Agents[name].Token || !kept {
			continue
		}
		for queue := range strings.SplitSeq(a.Queues, "\n") {
			for other, at := range s.Waiting[queue] {
				if at < c.Place {
					return fmt.Errorf("%s (%d) overtook %s (%d)", c.Call, c.Place, other, at)
				}
			}
		}
		if b := before.Agents[name]; b.State == Ready {
			for other, idle := range s.Ready[c.Queue] {
				if idle < before.Ready[c.Queue][name] {
					return fmt.Errorf("%s was offered, though %s is idle longer", name, other)
				}
			}
		}
	}
	return nil
}
