// Package phone is a small real SIP phone: the customer's, the desk's or the
// trunk's end of a call, for tests and for people at a command line.
//
//	phone.New ── Dial ────────────▶ Call ── Wait(Answered), Play, SendDTMF, Heard, Hangup
//	         └─ Accept / Listen ──▶ Call ── Ring, Answer, Decline ...
//
// It speaks SIP over UDP and G.711 over RTP from one address, carries dozens of
// calls at once, and has no opinion: what the other side did is told as events
// and as End, what it sent can be heard sample by sample.
//
// What must stay true: every call ends in exactly one End; every call, and with
// it every goroutine and socket, is over when the context it was made with is
// done or when the phone is closed; what was heard has no gap (a packet that
// did not come is silence of its length).
package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"hotline/telephony/audio"
)

var (
	// ErrClosed: the phone is closed.
	ErrClosed = errors.New("phone is closed")
	// ErrEnded: the call is over; Call.End says how.
	ErrEnded = errors.New("call has ended")
	// ErrNoDTMF: the other side takes no telephone events.
	ErrNoDTMF = errors.New("the other side takes no DTMF")
	// ErrRefused: the registrar said no.
	ErrRefused = errors.New("registration refused")
)

// Config says who the phone is. Only Listen is needed.
type Config struct {
	Listen   string       // address of SIP, "127.0.0.1:0" for any free port; RTP uses the same host
	User     string       // name in the phone's own address, "phone" when empty
	Name     string       // display name of calls made
	Password string       // answers a challenge to a call; Register sets it too
	Laws     []audio.Law  // codings offered, best first; both when empty
	Deaf     bool         // keep nothing of what is heard (many long calls)
	Log      *slog.Logger // what the SIP library has to say; nothing when nil
}

// Phone is one SIP address with its calls.
type Phone struct {
	config Config
	addr   netip.AddrPort
	socket *net.UDPConn
	agent  *sipgo.UserAgent
	client *sipgo.Client
	life   context.Context // done when the phone is closed
	stop   context.CancelFunc
	work   sync.WaitGroup // calls and registrations
	over   atomic.Bool    // all calls are; nothing more is read
	served chan struct{}  // closed when the socket is read no more
	rang   chan *Call     // incoming calls that nobody has taken yet

	mu       sync.Mutex
	closed   bool
	password string
	user     string // who answers a challenge
	calls    map[dialog]*Call
}

// New opens the phone's address and answers on it until Close.
func New(config Config) (*Phone, error) {
	if config.User == "" {
		config.User = "phone"
	}
	if len(config.Laws) == 0 {
		config.Laws = []audio.Law{audio.ULaw, audio.ALaw}
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	p := &Phone{
		config: config, user: config.User, password: config.Password,
		calls: map[dialog]*Call{}, rang: make(chan *Call, 1024), served: make(chan struct{}),
	}
	p.life, p.stop = context.WithCancel(context.Background())
	if err := p.open(); err != nil {
		p.stop()
		return nil, fmt.Errorf("phone on %s: %w", config.Listen, err)
	}
	return p, nil
}

func (p *Phone) open() error {
	local, err := net.ResolveUDPAddr("udp", p.config.Listen)
	if err != nil {
		return err
	}
	if local.IP == nil || local.IP.IsUnspecified() {
		return errors.New("name one address, not all: the other side must know where to send")
	}
	if p.socket, err = net.ListenUDP("udp", local); err != nil {
		return err
	}
	p.addr = unmapped(p.socket.LocalAddr().(*net.UDPAddr).AddrPort())
	if err := p.sip(); err != nil {
		p.socket.Close()
		return err
	}
	return nil
}

// sip puts the library on our socket.
func (p *Phone) sip() (err error) {
	log := p.config.Log
	p.agent, err = sipgo.NewUA(
		sipgo.WithUserAgent(p.config.User),
		sipgo.WithUserAgentParser(sip.NewParser(sip.WithHeadersParsers(forgiving()))),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(log),
			sip.WithTransportLayerReadFilter(p.unlessOver)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(log),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})), // late ones
	)
	if err != nil {
		return err
	}
	p.client, err = sipgo.NewClient(p.agent, sipgo.WithClientLogger(log),
		sipgo.WithClientAddr(p.addr.String()), sipgo.WithClientNAT())
	if err != nil {
		return err
	}
	server, err := sipgo.NewServer(p.agent, sipgo.WithServerLogger(log))
	if err != nil {
		return err
	}
	p.routes(server)
	// Known to the library before it reads, so that the first request goes out
	// from this very socket.
	p.agent.TransportLayer().Pool("udp").Add(p.addr.String(),
		&sip.UDPConnection{PacketConn: p.socket, PacketAddr: p.addr.String(), Listener: true})
	go func() {
		defer close(p.served)
		_ = server.ServeUDP(p.socket) // ends when the socket is closed
	}()
	return nil
}

// Addr is where the phone listens, "host:port".
func (p *Phone) Addr() string { return p.addr.String() }

// URI is the phone's own address, "sip:user@host:port".
func (p *Phone) URI() string { return "sip:" + p.config.User + "@" + p.addr.String() }

// Calls are the calls that have not ended.
func (p *Phone) Calls() []*Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	return calls
}

// SendRaw sends bytes from the phone's address as they are: for what no proper
// phone would say.
func (p *Phone) SendRaw(to string, message []byte) error {
	addr, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		return err
	}
	_, err = p.socket.WriteToUDP(message, addr)
	return err
}

// Close hangs up every call, unregisters, and returns when all is over.
func (p *Phone) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	p.stop()
	p.work.Wait()
	p.over.Store(true)
	err := p.socket.Close()
	<-p.served
	err = errors.Join(err, p.agent.Close())
	// A request that the library was still looking at makes it open a socket of
	// its own for the answer. It tells nobody, so look again a little later.
	time.AfterFunc(100*time.Millisecond, func() { _ = p.agent.TransportLayer().Close() })
	return err
}

// unlessOver drops what comes while the phone closes: nobody would answer it.
func (p *Phone) unlessOver(_ sip.TransportReadProps, message []byte) ([]byte, error) {
	if p.over.Load() {
		return nil, nil
	}
	return message, nil
}

// add takes a call into the books, and its goroutine with it (work.Done is the
// goroutine's); false when the phone is closed.
func (p *Phone) add(c *Call) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.calls[c.dialog] = c
	p.work.Add(1)
	return true
}

func (p *Phone) remove(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, c.dialog)
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
