package webrtc

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// What the load process and the benchmark say to each other, one JSON value a time.
type (
	legOffer  struct{ Offer, Asterisk string }
	legAnswer struct{ Answer, Media string }
	loadDone  struct {
		Sent, Arrived [2]int // to the browser, to Asterisk
		Delays        [2][]time.Duration
	}
)

const loadLegs, loadTime = 150, 10 * time.Second

// BenchmarkRelay runs 150 two-way legs at 50 packets a second, with the browsers and Asterisk's side in another process so that
// the CPU and the allocations measured are the relay's alone. One iteration takes 10 s: run it with -benchtime=1x.
func BenchmarkRelay(b *testing.B) {
	s := openServer(b)
	for b.Loop() {
		load, say, hear := startLoad(b)
		for i := range loadLegs {
			answerLeg(b, s, fmt.Sprint("agent", i), say, hear)
		}
		next[bool](b, hear) // all are connected
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		cpu := cpuTime()
		must(b, say.Encode(true))
		done := next[loadDone](b, hear)
		cpu = cpuTime() - cpu
		runtime.ReadMemStats(&after)
		packets := done.Arrived[0] + done.Arrived[1]
		b.ReportMetric(float64(cpu.Microseconds())/float64(packets), "cpu-µs/packet")
		b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(packets), "allocs/packet")
		b.ReportMetric(100*cpu.Seconds()/loadTime.Seconds()/loadLegs, "%core/leg")
		for way, name := range []string{"browser", "asterisk"} {
			d := done.Delays[way]
			slices.Sort(d)
			b.ReportMetric(ms(d[len(d)/2]), "ms-p50-to-"+name)
			b.ReportMetric(ms(d[len(d)*99/100]), "ms-p99-to-"+name)
			b.ReportMetric(100*float64(done.Sent[way]-done.Arrived[way])/float64(done.Sent[way]), "%lost-to-"+name)
		}
		must(b, load.Wait())
	}
}

func startLoad(b *testing.B) (*exec.Cmd, *json.Encoder, *json.Decoder) {
	b.Helper()
	theirIn, ourOut, err := os.Pipe()
	must(b, err)
	ourIn, theirOut, err := os.Pipe()
	must(b, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestLoadProcess$")
	cmd.Env = append(os.Environ(), "WEBRTC_LOAD=1")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	cmd.Stderr = os.Stderr
	must(b, cmd.Start())
	_, _ = theirIn.Close(), theirOut.Close()
	b.Cleanup(func() { _, _ = ourOut.Close(), ourIn.Close() })
	return cmd, json.NewEncoder(ourOut), json.NewDecoder(ourIn)
}

func answerLeg(b *testing.B, s *Server, name string, say *json.Encoder, hear *json.Decoder) {
	b.Helper()
	offer := next[legOffer](b, hear)
	seat, err := s.Seat(name, nil)
	must(b, err)
	answer, err := seat.Offer(b.Context(), offer.Offer)
	must(b, err)
	seat.Attach(netip.MustParseAddrPort(offer.Asterisk))
	must(b, say.Encode(legAnswer{answer, seat.MediaHost()}))
}

// TestLoadProcess is the other process of BenchmarkRelay.
func TestLoadProcess(t *testing.T) {
	if os.Getenv("WEBRTC_LOAD") == "" {
		t.Skip("runs within BenchmarkRelay")
	}
	hear, say := json.NewDecoder(os.NewFile(3, "in")), json.NewEncoder(os.NewFile(4, "out"))
	var l load
	legs := make([]*loadLeg, loadLegs)
	for i := range legs {
		legs[i] = l.open(t)
		must(t, say.Encode(legOffer{legs[i].b.offer(), legs[i].a.addr().String()}))
		answer := next[legAnswer](t, hear)
		legs[i].media = net.UDPAddrFromAddrPort(netip.MustParseAddrPort(answer.Media))
		legs[i].b.accept(answer.Answer)
		<-legs[i].b.up
	}
	must(t, say.Encode(true))
	next[bool](t, hear)
	var running sync.WaitGroup
	for i, leg := range legs {
		time.Sleep(packetTime / loadLegs) // spread over one packet time, as agents are
		running.Go(func() { leg.run(uint32(i)) })
	}
	running.Wait()
	time.Sleep(10 * packetTime) // what is still under way
	must(t, say.Encode(l.sum(legs)))
}

// load counts what arrives; the delay is from the time written into each payload.
type load struct {
	mu   sync.Mutex
	done loadDone
}

type loadLeg struct {
	b     *browser
	a     *asterisk
	media *net.UDPAddr
	sent  int
}

func (l *load) open(t *testing.T) *loadLeg {
	leg := &loadLeg{b: openBrowser(t), a: openAsterisk(t)}
	leg.b.heard.instead = func(p *rtp.Packet) { l.arrive(0, p) }
	leg.a.heard.instead = func(p *rtp.Packet) { l.arrive(1, p) }
	return leg
}

func (l *load) arrive(way int, p *rtp.Packet) {
	sent := int64(binary.BigEndian.Uint64(p.Payload))
	if sent == -1 { // silence
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done.Arrived[way]++
	l.done.Delays[way] = append(l.done.Delays[way], time.Duration(time.Now().UnixNano()-sent))
}

func (g *loadLeg) run(ssrc uint32) {
	ticker := time.NewTicker(packetTime)
	defer ticker.Stop()
	p := &rtp.Packet{Header: rtp.Header{Version: 2, SSRC: ssrc}, Payload: make([]byte, packetSamples)}
	for end := time.Now().Add(loadTime); time.Now().Before(end); <-ticker.C {
		p.Timestamp += packetSamples
		binary.BigEndian.PutUint64(p.Payload, uint64(time.Now().UnixNano()))
		_ = g.b.mic.send(p)
		p.SSRC = ssrc
		binary.BigEndian.PutUint64(p.Payload, uint64(time.Now().UnixNano()))
		wire, _ := p.Marshal()
		_, _ = g.a.conn.WriteToUDP(wire, g.media)
		g.sent++
	}
}

func (l *load) sum(legs []*loadLeg) loadDone {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, leg := range legs {
		l.done.Sent[0] += leg.sent
		l.done.Sent[1] += leg.sent
	}
	return l.done
}

func next[T any](t testing.TB, from *json.Decoder) (v T) {
	t.Helper()
	must(t, from.Decode(&v))
	return v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLeg is our own work on a packet from the microphone, with the sending of it.
func BenchmarkLeg(b *testing.B) {
	l, err := newLeg(netip.MustParseAddr("127.0.0.1"), openServer(b).log)
	must(b, err)
	defer l.close()
	sink, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(b, err)
	defer sink.Close()
	l.attach(sink.LocalAddr().(*net.UDPAddr).AddrPort())
	h, payload := &rtp.Header{SSRC: 1}, make([]byte, packetSamples)
	b.ReportAllocs()
	for b.Loop() {
		h.SequenceNumber++
		h.Timestamp += packetSamples
		l.send(h, payload)
	}
}
