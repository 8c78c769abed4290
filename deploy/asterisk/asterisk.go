// Package asterisk holds the configuration of Asterisk 22 for Hotline: as templates, with the prompts that callers
// hear and the music they wait with.
//
// A run folder is complete and closed: configuration, sounds, recordings, database and control socket are in it, so
// several Asterisks run side by side and the machine's own /etc/asterisk is never touched.
//
//	DIR/etc        the configuration, rendered by Write
//	DIR/data       links to the installed data; data/sounds/{en,ru}/hotline are our own prompts
//	DIR/spool      recordings: spool/recording is what ARI calls "stored"
//	DIR/db, log, run, cache, moh
//
// What must stay true: ARI listens where Settings.ARI says, which is loopback or a private network; no password has a
// default; a caller always comes to something useful, also when no server of ours is there (see extensions.conf).
package asterisk

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
	"time"
)

// ErrSettings says what in the settings cannot be written down as a configuration.
var ErrSettings = errors.New("asterisk: settings")

//go:embed conf
var conf embed.FS

// Settings is what differs from one Asterisk to another.
type Settings struct {
	Installed Installed

	SIP         string   // host:port for trunk and desk phones
	ARI         string   // host:port of the REST interface: loopback or private network only
	RTP         string   // "20000-20999"
	External    string   // public address when behind NAT, else ""
	User        string   // of ARI
	Password    string   // of ARI
	App         string   // the ARI application that calls are given to; default "hotline"
	Node        string   // name of this Asterisk among several; default "hotline"
	Trunk       string   // host:port to which outbound calls go
	TrunkFrom   []string // addresses or networks whose calls are the carrier's
	TrunkUser   string   // for a carrier that wants a name and a password on our calls
	TrunkSecret string
	// TrunkRegister tells the carrier where we are, for one that does not know our address.
	TrunkRegister bool

	// Open takes a call to any number from anybody who reaches the SIP port, as the demo on loopback does.
	// Then TrunkFrom is not asked.
	Open bool

	Phones        []Phone
	PhonePassword string        // for phones without their own; "" asks for none, allowed on loopback only
	RTPTimeout    time.Duration // an answered party that sends nothing is hung up after this

	// Extra is configuration beside ours, by the name of its file ("queues.conf"): a new file, or lines at the end of one
	// that is there. It is for measuring beside Asterisk's own applications, and is taken as it is.
	Extra map[string]string
}

// Phone is an agent's desk phone. It registers, unless it has a contact.
type Phone struct {
	Name     string
	Contact  string // host:port
	Password string
}

// ParsePhones reads desk phones written as name:password.
func ParsePhones(list []string) ([]Phone, error) {
	var phones []Phone
	for _, text := range list {
		name, password, ok := strings.Cut(text, ":")
		if !ok || name == "" || password == "" {
			return nil, fmt.Errorf("%w: a desk phone is written name:password", ErrSettings)
		}
		phones = append(phones, Phone{Name: name, Password: password})
	}
	return phones, nil
}

// WithDefaults fills in what was left out.
func (s Settings) WithDefaults() Settings {
	s.App = cmp.Or(s.App, "hotline")
	s.Node = cmp.Or(s.Node, "hotline")
	s.RTP = cmp.Or(s.RTP, "20000-29999")
	s.RTPTimeout = cmp.Or(s.RTPTimeout, time.Minute)
	return s
}

// RecordingDir is where Asterisk keeps what ARI calls stored recordings.
func RecordingDir(dir string) string { return filepath.Join(dir, "spool", "recording") }

// Command runs the Asterisk of a run folder in the foreground.
func Command(dir string, s Settings) *exec.Cmd {
	args := append(append([]string{}, s.Installed.Command[1:]...), "-f", "-C", filepath.Join(dir, "etc", "asterisk.conf"))
	cmd := exec.Command(s.Installed.Command[0], args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C")
	return cmd
}

// Write renders the configuration into a run folder and links the installed data. It replaces what it wrote before
// and leaves recordings and database alone.
func Write(dir string, s Settings) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	s = s.WithDefaults()
	if err := s.check(); err != nil {
		return err
	}
	run, err := socketDir(dir)
	if err != nil {
		return err
	}
	for _, d := range []string{"etc", "data", "db", "log", "cache", "lib/keys", "moh", "spool/recording", "spool/tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o750); err != nil {
			return err
		}
	}
	if err := render(filepath.Join(dir, "etc"), values{Settings: s, Dir: dir, Run: run}); err != nil {
		return err
	}
	if err := linkData(s.Installed.Data, filepath.Join(dir, "data")); err != nil {
		return err
	}
	return writeMusic(filepath.Join(dir, "moh", "hold.wav"))
}

// values is what the templates see.
type values struct {
	Settings
	Dir, Run string
}

func (v values) ARIHost() string  { host, _, _ := net.SplitHostPort(v.ARI); return host }
func (v values) ARIPort() string  { _, port, _ := net.SplitHostPort(v.ARI); return port }
func (v values) SIPHost() string  { host, _, _ := net.SplitHostPort(v.SIP); return host }
func (v values) RTPFirst() string { first, _, _ := strings.Cut(v.RTP, "-"); return first }
func (v values) RTPLast() string  { _, last, _ := strings.Cut(v.RTP, "-"); return last }

// EntityID is the node's name in the only form that Asterisk takes: that of a network card's address.
func (v values) EntityID() string {
	h := fnv.New64a()
	h.Write([]byte(v.Node))
	b := h.Sum(nil)
	return fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4])
}

// SIPIsOne is true when SIP is bound to one address, which then also carries the audio.
func (v values) SIPIsOne() bool {
	ip := net.ParseIP(v.SIPHost())
	return ip != nil && !ip.IsUnspecified()
}

// Secret is what a phone is asked for; "" for nothing.
func (v values) Secret(p Phone) string { return cmp.Or(p.Password, v.PhonePassword) }

func (v values) Seconds(d time.Duration) int { return int(d.Round(time.Second).Seconds()) }

func (s Settings) check() error {
	if s.Password == "" || s.User == "" {
		return fmt.Errorf("%w: ARI wants a user and a password", ErrSettings)
	}
	for _, addr := range []string{s.SIP, s.ARI} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("%w: %w", ErrSettings, err)
		}
	}
	v := values{Settings: s}
	if s.Open && !loopback(v.SIPHost()) {
		return fmt.Errorf("%w: calls from anybody are taken on loopback only", ErrSettings)
	}
	if s.TrunkRegister && (s.Trunk == "" || s.TrunkUser == "") {
		return fmt.Errorf("%w: to register, the trunk wants an address and a user", ErrSettings)
	}
	for _, p := range s.Phones {
		if v.Secret(p) == "" && !loopback(v.SIPHost()) {
			return fmt.Errorf("%w: desk phone %s has no password", ErrSettings, p.Name)
		}
	}
	return s.checkWords()
}

// checkWords refuses what would become a line of its own in a configuration file.
func (s Settings) checkWords() error {
	words := []string{s.SIP, s.ARI, s.RTP, s.External, s.User, s.Password, s.App, s.Node, s.Trunk, s.TrunkUser, s.TrunkSecret, s.PhonePassword}
	words = append(words, s.TrunkFrom...)
	for _, p := range s.Phones {
		words = append(words, p.Name, p.Contact, p.Password)
	}
	for _, w := range words {
		if strings.ContainsAny(w, "\r\n;[]# ") {
			return fmt.Errorf("%w: a value holds a character that has a meaning in the configuration", ErrSettings)
		}
	}
	return nil
}

func loopback(host string) bool { ip := net.ParseIP(host); return ip != nil && ip.IsLoopback() }

// socketDir is DIR/run, or a folder with a short name: a socket's path may have 107 characters.
func socketDir(dir string) (string, error) {
	run := filepath.Join(dir, "run")
	if len(run) > 90 {
		h := fnv.New64a()
		h.Write([]byte(dir))
		run = filepath.Join(os.TempDir(), fmt.Sprintf("hotline-%x", h.Sum64()))
	}
	return run, os.MkdirAll(run, 0o700)
}

func render(etc string, v values) error {
	all, err := template.ParseFS(conf, "conf/*.conf")
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, t := range all.Templates() {
		var text bytes.Buffer
		if err := t.Execute(&text, v); err != nil {
			return fmt.Errorf("asterisk: render %s: %w", t.Name(), err)
		}
		files[t.Name()] = text.Bytes()
	}
	for name, text := range v.Extra {
		files[name] = append(files[name], text...)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(etc, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
