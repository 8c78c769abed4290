package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mattn/go-isatty"

	"hotline/telephony/journal"
)

// configCommand keeps lines and queues as a file: what the file would change is shown before it is changed.
type configCommand struct {
	Export  configExport  `cmd:"" help:"Write lines and queues as YAML to standard output."`
	Plan    configPlan    `cmd:"" help:"Show what a file would change. Ends with 0: nothing, 2: something, 1: the file is wrong."`
	Apply   configApply   `cmd:"" help:"Show what a file would change, ask, and change it: all of it or nothing. Live for the next call."`
	History configHistory `cmd:"" help:"List who changed what and when."`
	Undo    configUndo    `cmd:"" help:"Bring back the state before a change of the history, as a new change."`
}

// rows is where the configuration is.
type rows struct {
	Database string `env:"HOTLINE_DATABASE_URL" help:"postgres://user:password@host/database"`
}

func (r rows) open(ctx context.Context) (*journal.Setup, func(), error) {
	if r.Database == "" {
		return nil, nil, errors.New("HOTLINE_DATABASE_URL is not set")
	}
	pool, err := pgxpool.New(ctx, r.Database)
	if err != nil {
		return nil, nil, fmt.Errorf("HOTLINE_DATABASE_URL: %w", err)
	}
	setup, err := journal.OpenSetup(ctx, pool)
	if err != nil {
		pool.Close()
		return nil, nil, fmt.Errorf("%w (is the database there and migrated? hotline migrate)", err)
	}
	return setup, pool.Close, nil
}

type configExport struct{ rows }

// Run writes the configuration as it is.
func (c configExport) Run(ctx context.Context, stdout io.Writer) error {
	setup, done, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	return setup.Config().Write(stdout)
}

// file is a configuration file and how it is meant.
type file struct {
	rows
	File  string `arg:"" help:"YAML file; - is standard input."`
	Prune bool   `help:"Remove lines and queues that are not in the file."`
}

func (f file) plan(ctx context.Context) (*journal.Setup, func(), journal.Plan, error) {
	text, err := readAll(f.File)
	if err != nil {
		return nil, nil, journal.Plan{}, err
	}
	wanted, err := journal.ReadFile(f.File, text)
	if err != nil {
		return nil, nil, journal.Plan{}, err
	}
	setup, done, err := f.open(ctx)
	if err != nil {
		return nil, nil, journal.Plan{}, err
	}
	p, err := setup.Plan(ctx, wanted, f.Prune)
	if err != nil {
		done()
	}
	return setup, done, p, err
}

func readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

type configPlan struct{ file }

// errPending ends the process with 2: there is something to apply.
var errPending = exit(2)

// Run shows the difference and changes nothing.
func (c configPlan) Run(ctx context.Context, stdout io.Writer) error {
	_, done, p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	defer done()
	printPlan(stdout, p)
	if len(p.Changes) > 0 {
		return errPending
	}
	return nil
}

// consent is how a change gets a yes and a name.
type consent struct {
	Yes bool   `short:"y" help:"Do not ask."`
	Who string `help:"In whose name; the system's user otherwise."`
}

type configApply struct {
	file
	consent
}

// Run shows the difference, asks, and applies it.
func (c configApply) Run(ctx context.Context, stdout io.Writer) error {
	setup, done, p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	defer done()
	return c.carryOut(ctx, stdout, setup, p)
}

type configUndo struct {
	rows
	consent
	Change int64 `arg:"" help:"Number of the change, from the history."`
}

// Run shows what becomes of everything that the change touched, asks, and does it.
func (c configUndo) Run(ctx context.Context, stdout io.Writer) error {
	setup, done, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, err := setup.PlanUndo(ctx, c.Change)
	if err != nil {
		return err
	}
	return c.carryOut(ctx, stdout, setup, p)
}

func (c consent) carryOut(ctx context.Context, stdout io.Writer, setup *journal.Setup, p journal.Plan) error {
	printPlan(stdout, p)
	if len(p.Changes) == 0 {
		return nil
	}
	if !c.Yes {
		if err := agreed(ctx, os.Stdin, stdout); err != nil {
			return err
		}
	}
	number, err := setup.Apply(ctx, c.name(), p)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Applied as change %d. It holds for the next call.\n", number)
	return nil
}

func (c consent) name() string {
	if c.Who == "" {
		if u, err := user.Current(); err == nil {
			c.Who = u.Username
		}
	}
	return cmp.Or(c.Who, "command line")
}

var (
	errNobody = errors.New("nothing was changed: there is nobody to ask; --yes applies without a question")
	errNo     = errors.New("nothing was changed")
)

// agreed asks a person at a terminal.
func agreed(ctx context.Context, in *os.File, out io.Writer) error {
	if !isatty.IsTerminal(in.Fd()) {
		return errNobody
	}
	fmt.Fprint(out, "Apply this? [y/N] ")
	answer := make(chan string, 1)
	go func() { // ends with the process when nobody answers
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case a := <-answer:
		if a == "y" || a == "yes" {
			return nil
		}
	case <-ctx.Done():
	}
	return errNo
}

type configHistory struct {
	rows
	Before int64 `help:"Only changes before this one."`
	Limit  int   `default:"20" help:"How many."`
}

// Run lists changes, newest first.
func (c configHistory) Run(ctx context.Context, stdout io.Writer) error {
	setup, done, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	entries, err := setup.History(ctx, c.Before, c.Limit)
	if err != nil {
		return err
	}
	for _, e := range entries {
		printEntry(stdout, e)
	}
	return nil
}
