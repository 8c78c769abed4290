// Command bench measures Hotline beside its peers, on this machine, and prints one table: `make bench`.
//
// It starts real Postgres, Redis and Asterisk, the server as a process of its own, a desk (websocket) and a SIP desk phone
// for each of 210 agents, and lets SIPp call. Peers are in the same run and use the same parts: the calls of one round go
// to our line, those of the next to Asterisk's own Queue() with the same agents and phones.
//
// # How to read the table
//
// Each figure is the median of the rounds with the lowest and the highest. The ratio is ours to the peer's of the same
// round; figures of different machines must not be compared, ratios may. A row is invalid when a call was lost, a ticket
// is missing or the load generator needed more than 70 % of a core. Nothing is recorded, on either side.
//
//	G1   CPU time of a call that is queued, answered, talked for 1 s and hung up: all of our processes, and the ticket is on
//	     disk; of the peer's only Asterisk, which keeps nothing.
//	G1b  The highest rate of calls at which no call fails and no message must be sent again, in steps of 10.
//	G1c  From the caller's INVITE to the INVITE at the agent's phone; in between the ticket is durable and the desk has
//	     acknowledged the screen-pop.
//	G3   From the BYE of an agent's phone to the next INVITE at the same phone, while callers wait.
//	G4   Callers who get an agent, per second, through all of callqueue; the peer is redis-benchmark with the same script.
//	G5   Cost of a match with 100,000 waiting and 1,000 agents; the "peer" is the same with 100 and 10.
//	G7   From a bare ARI listener's hearing of a call to the screen-pop at the desk; and the share of calls whose pop is at
//	     the desk before its phone rings. What a browser needs to paint the card is not in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// plan is what to measure, and how long.
type plan struct {
	rounds, seconds int
	rate            float64
	only            string // "G1,G3": these alone
	keep            bool
}

func main() {
	var p plan
	flag.IntVar(&p.rounds, "rounds", 5, "rounds of ours and the peer's in turn")
	flag.IntVar(&p.seconds, "seconds", 6, "of calls in each burst")
	flag.Float64Var(&p.rate, "rate", 50, "calls per second of G1 and G1c; G1 is measured at twice that too")
	flag.StringVar(&p.only, "only", "", "measure only these, such as G1,G3")
	flag.BoolVar(&p.keep, "keep", false, "leave the folder with all data and logs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := p.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// tell is the running commentary; the table alone goes to standard output.
func tell(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func (p plan) wants(id string) bool {
	return p.only == "" || strings.Contains(","+p.only+",", ","+id+",")
}

func (p plan) run(ctx context.Context) (err error) {
	began := time.Now()
	s := newSuite(p)
	if s.needsHall() {
		dir, err := os.MkdirTemp("", "hb") // short: Asterisk's control socket lies in it
		if err != nil {
			return err
		}
		if !p.keep {
			defer os.RemoveAll(dir)
		}
		h, err := openHall(ctx, dir)
		defer h.close()
		if err != nil {
			return err
		}
		tell("everything runs after %.0f s; folder %s", time.Since(began).Seconds(), filepath.Base(dir))
		if err := h.warmUp(ctx); err != nil {
			return errors.Join(err, errors.New(h.log()))
		}
		for n := range p.rounds {
			tell("round %d of %d", n+1, p.rounds)
			if err := s.round(ctx, h); err != nil {
				return errors.Join(err, errors.New(h.log()))
			}
		}
	}
	s.floor(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.print(os.Stdout, time.Since(began))
	return nil
}
