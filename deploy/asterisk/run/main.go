// Command run is an Asterisk for Hotline in production: it renders the configuration from its environment into a run
// folder and becomes Asterisk, in the foreground. It knows nothing of Hotline's server; a systemd unit or a container
// starts one per machine.
//
//	HOTLINE_ASTERISK_DIR=/var/lib/hotline/asterisk HOTLINE_ARI_PASSWORD=... HOTLINE_TRUNK=sip.carrier.example:5060 ... run
package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/caarlos0/env/v11"

	"hotline/deploy/asterisk"
)

// settings is the environment. What has no default and is required is named in the error when it is missing.
type settings struct {
	Dir           string        `env:"HOTLINE_ASTERISK_DIR,required"`
	SIP           string        `env:"HOTLINE_SIP" envDefault:"0.0.0.0:5060"`
	RTP           string        `env:"HOTLINE_RTP" envDefault:"20000-29999"`
	External      string        `env:"HOTLINE_EXTERNAL_ADDRESS"`
	ARI           string        `env:"HOTLINE_ARI_LISTEN" envDefault:"127.0.0.1:8088"`
	User          string        `env:"HOTLINE_ARI_USER" envDefault:"hotline"`
	Password      string        `env:"HOTLINE_ARI_PASSWORD,required,notEmpty,unset"`
	App           string        `env:"HOTLINE_ARI_APP" envDefault:"hotline"`
	Node          string        `env:"HOTLINE_NODE" envDefault:"hotline"`
	Trunk         string        `env:"HOTLINE_TRUNK"`
	TrunkFrom     []string      `env:"HOTLINE_TRUNK_FROM"` // addresses or networks of the carrier
	TrunkUser     string        `env:"HOTLINE_TRUNK_USER"`
	TrunkSecret   string        `env:"HOTLINE_TRUNK_PASSWORD,unset"`
	TrunkRegister bool          `env:"HOTLINE_TRUNK_REGISTER"`
	Phones        []string      `env:"HOTLINE_PHONES"` // agents with a desk phone, as name:password
	RTPTimeout    time.Duration `env:"HOTLINE_RTP_TIMEOUT" envDefault:"60s"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "asterisk:", err)
		os.Exit(1)
	}
}

// run does not return when all is well: the process has become Asterisk.
func run() error {
	s, err := env.ParseAs[settings]()
	if err != nil {
		return err
	}
	installed, err := asterisk.Find()
	if err != nil {
		return err
	}
	phones, err := asterisk.ParsePhones(s.Phones)
	if err != nil {
		return err
	}
	written := asterisk.Settings{
		Installed: installed, SIP: s.SIP, ARI: s.ARI, RTP: s.RTP, External: s.External,
		User: s.User, Password: s.Password, App: s.App, Node: s.Node, Trunk: s.Trunk, TrunkFrom: s.TrunkFrom,
		TrunkUser: s.TrunkUser, TrunkSecret: s.TrunkSecret, TrunkRegister: s.TrunkRegister,
		Phones: phones, RTPTimeout: s.RTPTimeout,
	}
	if err := asterisk.Prompts(context.Background(), s.Dir); err != nil {
		return err
	}
	if err := asterisk.Write(s.Dir, written); err != nil {
		return err
	}
	cmd := asterisk.Command(s.Dir, written)
	return syscall.Exec(cmd.Path, cmd.Args, cmd.Env)
}
