package stack

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"hotline/deploy/asterisk"
)

// asteriskServer is one Asterisk in a folder.
type asteriskServer struct {
	dir      string
	settings asterisk.Settings
	lock     *os.File
}

func newAsterisk(dir string, c Config, password string, lock *os.File) (*asteriskServer, error) {
	installed, err := asterisk.Find()
	if err != nil {
		return nil, err
	}
	sip, err := addrOrFree(c.SIP)
	if err != nil {
		return nil, fmt.Errorf("SIP address: %w", err)
	}
	ari, err := addrOrFree(c.ARI)
	if err != nil {
		return nil, fmt.Errorf("ARI address: %w", err)
	}
	phones := cmp.Or(c.Phones, 9)
	settings := asterisk.Settings{
		Installed: installed, SIP: sip, ARI: ari, RTP: cmp.Or(c.RTP, someRTP()), App: c.App,
		User: "hotline", Password: password,
		Trunk: cmp.Or(c.Trunk, "127.0.0.1:5070"), Open: true,
		PhonePassword: c.PhonePassword, RTPTimeout: cmp.Or(c.RTPTimeout, time.Minute), Extra: c.Extra,
	}
	for n := range phones {
		name := fmt.Sprintf("agent%d", n+1)
		settings.Phones = append(settings.Phones, asterisk.Phone{Name: name, Contact: c.PhoneContacts[name]})
	}
	return &asteriskServer{dir: dir, settings: settings.WithDefaults(), lock: lock}, nil
}

// someRTP is a range of 1,000 ports. Two stacks may meet in it: Asterisk then takes the next port that is free.
func someRTP() string {
	first := 20000 + 1000*randomInt(12)
	return fmt.Sprintf("%d-%d", first, first+999)
}

func (a *asteriskServer) child(logPath string) *Child {
	return &Child{Name: "asterisk", readyLine: "Asterisk Ready", logPath: logPath,
		stopWith: syscall.SIGTERM, dieWith: syscall.SIGKILL,
		command: func() (*exec.Cmd, error) {
			cmd := asterisk.Command(a.dir, a.settings)
			if lock, err := dup(a.lock); err == nil {
				cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
			}
			return cmd, nil
		}}
}
