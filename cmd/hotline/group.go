package main

import (
	"context"
	"sync"
)

// group is goroutines that were started together and are waited for together.
type group struct{ sync.WaitGroup }

// start runs each part until ctx ends. What a part returns then is of no interest; what goes wrong before, it logs itself.
func start(ctx context.Context, parts ...func(context.Context) error) *group {
	var g group
	for _, run := range parts {
		g.Go(func() { _ = run(ctx) })
	}
	return &g
}
