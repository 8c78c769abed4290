package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"time"

	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// errNotAnswered: the call took place, but nobody took it.
var errNotAnswered = errors.New("not answered")

// callCommand is `hotline call`: a real SIP phone for people and tests. What
// happens is told as JSON lines; the error is nil when the call was answered.
type callCommand struct {
	Number string        `arg:"" optional:"" help:"Number to call, such as 100; number@host:port calls elsewhere than --to."`
	To     string        `env:"HOTLINE_SIP" default:"127.0.0.1:5060" help:"Where to call: host:port of the SIP server."`
	From   string        `default:"+15550100001" help:"The caller's number."`
	Name   string        `help:"The caller's display name."`
	Play   string        `type:"path" help:"WAV file to play once answered (16-bit PCM or G.711, any rate); silence after its end."`
	Tone   int           `help:"Tone in Hz to play instead of a file."`
	Record string        `type:"path" help:"Write what was heard to this WAV file."`
	For    time.Duration `default:"30s" help:"Hang up this long after the answer."`
	Give   time.Duration `name:"give-up" default:"1m" help:"Hang up when nobody has answered by then."`
	DTMF   string        `name:"dtmf" help:"Keys to press once answered: 0-9 * # A-D, w waits half a second."`
	Listen string        `help:"Own SIP address, host:port; a free port on the way to --to when left out."`

	Wait        bool          `help:"Wait for one incoming call on --listen instead of calling."`
	AnswerAfter time.Duration `help:"With --wait: ring this long before the answer."`
	Decline     int           `help:"With --wait: refuse with this SIP status (486 busy, 603 declined) instead of answering."`
}

// Run makes or takes the call and tells stdout how it went.
func (cmd callCommand) Run(ctx context.Context, stdout io.Writer) error {
	sound, err := cmd.sound()
	if err != nil {
		return err
	}
	listen, err := cmd.address()
	if err != nil {
		return err
	}
	p, err := phone.New(phone.Config{Listen: listen, User: "caller"})
	if err != nil {
		return err
	}
	defer p.Close()
	life, hangup := context.WithCancel(ctx)
	defer hangup()
	lines := json.NewEncoder(stdout)
	lines.SetEscapeHTML(false)
	var call *phone.Call
	if cmd.Wait {
		call, err = cmd.take(life, p, lines)
	} else {
		call, err = cmd.dial(life, p)
	}
	if err != nil {
		return err
	}
	call.Play(sound)
	cmd.follow(life, hangup, call, lines)
	return cmd.close(call, lines)
}

// sound is what the other side will hear, at the telephone's rate.
func (cmd callCommand) sound() (audio.Source, error) {
	switch {
	case cmd.Play != "" && cmd.Tone != 0:
		return nil, errors.New("--play and --tone: choose one")
	case cmd.Tone < 0 || cmd.Tone > 3800:
		return nil, errors.New("--tone: a telephone carries 1 to 3800 Hz")
	case cmd.Tone > 0:
		return audio.ToneSource(cmd.Tone), nil
	case cmd.Play == "":
		return audio.Silence(), nil
	}
	file, err := audio.ReadFile(cmd.Play)
	if err != nil {
		return nil, fmt.Errorf("--play: %w", err)
	}
	return audio.Once(audio.Resample(file.Mono(), file.Rate, audio.Rate)), nil
}

// address is where the phone listens: as told, or on the interface that leads
// to the server, so that the server's answer finds the way back.
func (cmd callCommand) address() (string, error) {
	switch {
	case cmd.Listen != "":
		return cmd.Listen, nil
	case cmd.Wait:
		return "", errors.New("--wait needs --listen, such as 127.0.0.1:5070")
	case cmd.Number == "":
		return "", errors.New("which number? For example: hotline call 100")
	}
	way, err := net.Dial("udp", cmd.server())
	if err != nil {
		return "", fmt.Errorf("--to: %w", err)
	}
	defer way.Close()
	host, _, err := net.SplitHostPort(way.LocalAddr().String())
	return net.JoinHostPort(host, "0"), err
}

func (cmd callCommand) server() string {
	if _, host, ok := strings.Cut(cmd.Number, "@"); ok {
		return host
	}
	return cmd.To
}

func (cmd callCommand) dial(life context.Context, p *phone.Phone) (*phone.Call, error) {
	number, _, _ := strings.Cut(cmd.Number, "@")
	target := "sip:" + number + "@" + cmd.server()
	return p.Dial(life, target, phone.Caller{Number: cmd.From, Name: cmd.Name})
}

// take waits for a call, and rings it or refuses it.
func (cmd callCommand) take(life context.Context, p *phone.Phone, lines *json.Encoder) (*phone.Call, error) {
	_ = lines.Encode(callLine{Event: "waiting", At: time.Now(), Address: p.URI()})
	call, err := p.Accept(life)
	if err != nil {
		return nil, fmt.Errorf("no call came: %w", err)
	}
	number, name := call.From()
	_ = lines.Encode(callLine{Event: "incoming", At: time.Now(), From: number, Name: name, Dialled: call.Dialled()})
	if cmd.Decline != 0 {
		_ = call.Decline(cmd.Decline) // its events and its end say what came of it
		return call, nil
	}
	_ = call.Ring()
	time.AfterFunc(cmd.AnswerAfter, func() { _ = call.Answer(life) })
	return call, nil
}

// follow tells the call's events until it is over.
func (cmd callCommand) follow(life context.Context, hangup func(), call *phone.Call, lines *json.Encoder) {
	limit := time.AfterFunc(cmd.Give, func() { _ = call.Hangup(life) })
	defer func() { limit.Stop() }()
	for ev := range call.Events() {
		switch ev.Kind {
		case phone.Ended:
			continue // told by close, with all that is known then
		case phone.Answered:
			limit.Stop()
			limit = time.AfterFunc(cmd.For, hangup)
			go cmd.press(life, call)
		}
		_ = lines.Encode(callLine{Event: string(ev.Kind), At: ev.At, Code: ev.Code, Digit: ev.Digit})
	}
}

// press ends by itself when the call does.
func (cmd callCommand) press(life context.Context, call *phone.Call) {
	if err := call.SendDTMF(life, cmd.DTMF); err != nil && life.Err() == nil && !errors.Is(err, phone.ErrEnded) {
		fmt.Fprintln(os.Stderr, "--dtmf:", err)
	}
}

// close keeps what was heard and tells how the call ended.
func (cmd callCommand) close(call *phone.Call, lines *json.Encoder) error {
	<-call.Done()
	end, heard := call.End(), audio.WAV{Rate: audio.Rate, Channels: 1, Samples: call.Heard()}
	if len(heard.Samples) > 0 {
		level := callLevel(heard.Samples)
		_ = lines.Encode(callLine{Event: "heard", At: time.Now(), Seconds: callSeconds(heard.Duration()),
			Missing: callSeconds(call.Traffic().Missing), Level: &level})
	}
	_ = lines.Encode(callLine{Event: "ended", At: time.Now(), Code: end.Status, By: string(end.By), Cause: end.Cause,
		Reason: end.Reason, Answered: &end.Answered, Seconds: callSeconds(end.Talk)})
	if cmd.Record != "" {
		if err := heard.WriteFile(cmd.Record); err != nil {
			return fmt.Errorf("--record: %w", err)
		}
	}
	if !end.Answered {
		return fmt.Errorf("%w: %s", errNotAnswered, end.Reason)
	}
	return nil
}

// callLine is one line of output. Levels are dBFS, times seconds.
type callLine struct {
	Event    string    `json:"event"` // waiting incoming trying ringing early_media answered changed digit heard ended
	At       time.Time `json:"at"`
	Address  string    `json:"address,omitempty"`
	From     string    `json:"from,omitempty"`
	Name     string    `json:"name,omitempty"`
	Dialled  string    `json:"dialled,omitempty"`
	Code     int       `json:"code,omitempty"` // SIP status
	Digit    string    `json:"digit,omitempty"`
	Answered *bool     `json:"answered,omitempty"`
	By       string    `json:"by,omitempty"`    // local, remote, network
	Cause    int       `json:"cause,omitempty"` // Q.850
	Reason   string    `json:"reason,omitempty"`
	Seconds  float64   `json:"seconds,omitempty"` // heard, or talked
	Missing  float64   `json:"missing,omitempty"` // seconds of it that did not come
	Level    *float64  `json:"level,omitempty"`
}

func callSeconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// callLevel is the level of the whole, -96 for silence.
func callLevel(samples []int16) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	rms := math.Sqrt(sum/float64(len(samples))) / math.MaxInt16
	return math.Round(10*max(-96, 20*math.Log10(rms))) / 10
}
