package callqueue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// silence stops the client library from writing a line for each failed attempt to connect: Run says it once.
var silence = sync.OnceFunc(func() { redis.SetLogger(quiet{}) })

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// Connect makes a client for a floor from a URL (redis://, rediss://, unix://). It opens no connection yet. Deadlines are kept and short: a Redis that is
// away is an answer within about a second, for nobody may wait for it while a call rings.
func Connect(url string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis URL: %w", err)
	}
	o.ContextTimeoutEnabled = true
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = time.Second, time.Second, time.Second, time.Second
	o.DialerRetries, o.MaxRetries = 1, 1
	o.PoolSize, o.MinIdleConns = 64, 2
	silence()
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}
