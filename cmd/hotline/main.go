// Command hotline is the whole of Hotline in one binary: the server (serve), everything real on one machine (demo),
// the database's schema (migrate), lines and queues as a file (config), a test caller (call) and a check of what the server needs (doctor).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line. Everything else comes from the environment, see config.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the server. Configuration comes from HOTLINE_... variables."`
	Demo    demoCommand    `cmd:"" help:"Start Postgres, Redis, Asterisk and the server on loopback, with demo data."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables up to date."`
	Config  configCommand  `cmd:"" help:"Keep lines and queues in a file: export, plan, apply, history, undo."`
	Call    callCommand    `cmd:"" help:"Make a real SIP call, or wait for one."`
	Doctor  doctorCommand  `cmd:"" help:"Check what the server needs and tell the remedy."`
}

// errFailed ends the process with 1 without a further word: the command has said it all.
var errFailed = errors.New("failed")

// exit ends the process with this code, without a further word.
type exit int

func (e exit) Error() string { return fmt.Sprint("ends with ", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		if code := exit(0); errors.As(err, &code) {
			os.Exit(int(code))
		}
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(os.Stderr, "hotline:", err)
		}
		os.Exit(1)
	}
}

// run is main for tests: it takes what a process is given and returns when the command is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("hotline"), kong.Description("Contact centre and service desk: every call is a ticket before a phone rings."),
		kong.Writers(stdout, stderr), kong.UsageOnError())
	if err != nil {
		return err
	}
	line, err := parser.Parse(args)
	if err != nil {
		return err
	}
	line.BindTo(ctx, (*context.Context)(nil))
	line.BindTo(stdout, (*io.Writer)(nil))
	line.Bind(slog.New(slog.NewTextHandler(stderr, nil)))
	return line.Run()
}
