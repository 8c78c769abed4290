package webrtc

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/ice/v4"
	pion "github.com/pion/webrtc/v4"
)

// ErrClosed says that the seat or the server has been closed.
var ErrClosed = errors.New("webrtc: closed")

// ErrOffer says that the browser's offer cannot be answered: not SDP, or without G.711 µ-law audio.
var ErrOffer = errors.New("webrtc: offer not usable")

// Config is where the audio passes.
type Config struct {
	// Listen is the UDP address of the one port that all browsers send to, "192.0.2.10:7000". With an empty or unspecified
	// host (":7000") it is that port on every address of the machine, loopback included; the port must then be given.
	Listen string
	// PublicIPs are advertised beside the machine's own addresses, for a server behind a one-to-one NAT.
	PublicIPs []netip.Addr
	// Media is this machine's address on the network towards Asterisk; 127.0.0.1 when not set.
	Media netip.Addr
	Log   *slog.Logger // slog.Default() when nil
}

// Server owns the UDP port and the certificate that all seats share.
type Server struct {
	media netip.Addr
	log   *slog.Logger
	mux   ice.UDPMux
	api   *pion.API
	certs []pion.Certificate

	mu     sync.Mutex
	seats  map[string]*Seat
	closed bool
}

// New opens the port. The certificate is made here: browsers learn its fingerprint from each answer, so it need not outlive us.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if !c.Media.IsValid() {
		c.Media = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if c.Media.IsUnspecified() {
		return nil, errors.New("webrtc: the media address is told to Asterisk and cannot be unspecified")
	}
	cert, err := newCertificate()
	if err != nil {
		return nil, fmt.Errorf("making the certificate: %w", err)
	}
	mux, err := listen(c.Listen, c.Log)
	if err != nil {
		return nil, fmt.Errorf("opening the browsers' port: %w", err)
	}
	api, err := newAPI(mux, c.PublicIPs, c.Log)
	if err != nil {
		return nil, errors.Join(err, mux.Close())
	}
	return &Server{media: c.Media, log: c.Log, mux: mux, api: api, certs: []pion.Certificate{*cert}, seats: map[string]*Seat{}}, nil
}

// Addrs are the addresses on which browsers reach the server.
func (s *Server) Addrs() []net.Addr { return s.mux.GetListenAddresses() }

// Seat opens the named agent's audio, or finds it: a second call with the same name gives the same seat, and the first
// call's callback stays. Events come one after the other in the order in which they happened, from a goroutine of their own.
func (s *Server) Seat(name string, on func(Event)) (*Seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if seat := s.seats[name]; seat != nil {
		return seat, nil
	}
	seat, err := newSeat(s, name, on)
	if err != nil {
		return nil, fmt.Errorf("opening the audio of %s: %w", name, err)
	}
	s.seats[name] = seat
	return seat, nil
}

// Close closes every seat, then the port, and returns when nothing of either runs any more.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	seats := make([]*Seat, 0, len(s.seats))
	for _, seat := range s.seats {
		seats = append(seats, seat)
	}
	s.mu.Unlock()
	for _, seat := range seats { // all begin to leave before we wait for the first
		seat.stop()
	}
	for _, seat := range seats {
		seat.Close()
	}
	return s.mux.Close()
}

func (s *Server) forget(seat *Seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seats[seat.name] == seat {
		delete(s.seats, seat.name)
	}
}
