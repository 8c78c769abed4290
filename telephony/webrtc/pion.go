package webrtc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	pion "github.com/pion/webrtc/v4"
)

const (
	// A browser whose tab is killed says nothing: these decide how soon an agent whose audio is gone stops being offered calls.
	// The keep-alive is answered by the browser even when its microphone is off.
	keepAlive         = 500 * time.Millisecond
	disconnectedAfter = 2 * time.Second
	failedAfter       = 8 * time.Second // and this much later the peer is given up

	// connectWithin is how long a browser may take from our answer to running audio.
	connectWithin = 15 * time.Second

	// socketBuffer holds about half a second of 150 seats' packets when we get no CPU (the kernel may grant less).
	socketBuffer = 4 << 20
)

// codecs are G.711 µ-law and keys only: if Opus were there the browser would choose it, and Asterisk would have to transcode.
// Without telephone-event the page has no DTMF sender.
func codecs() []pion.RTPCodecParameters {
	keys := pion.RTPCodecCapability{MimeType: "audio/telephone-event", ClockRate: clockRate}
	return []pion.RTPCodecParameters{{RTPCodecCapability: pcmu(), PayloadType: payloadPCMU}, {RTPCodecCapability: keys, PayloadType: 126}}
}

func pcmu() pion.RTPCodecCapability {
	return pion.RTPCodecCapability{MimeType: pion.MimeTypePCMU, ClockRate: clockRate}
}

func newAPI(mux ice.UDPMux, public []netip.Addr, log *slog.Logger) (*pion.API, error) {
	media := &pion.MediaEngine{}
	for _, codec := range codecs() {
		if err := media.RegisterCodec(codec, pion.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("registering %s: %w", codec.MimeType, err)
		}
	}
	// Sender reports are pion's; receiver reports are ours (reception.go): pion's counts again what we count, with a map and a
	// header allocated for every packet.
	reports := &interceptor.Registry{}
	sender, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, fmt.Errorf("registering the reports: %w", err)
	}
	reports.Add(sender)
	settings := pion.SettingEngine{LoggerFactory: pionLog{log}}
	settings.SetICEUDPMux(mux)
	settings.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4, pion.NetworkTypeUDP6})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICETimeouts(disconnectedAfter, failedAfter, keepAlive)
	if len(public) > 0 {
		rule := pion.ICEAddressRewriteRule{Mode: pion.ICEAddressRewriteAppend, AsCandidateType: pion.ICECandidateTypeHost}
		for _, ip := range public {
			rule.External = append(rule.External, ip.String())
		}
		if err := settings.SetICEAddressRewriteRules(rule); err != nil {
			return nil, fmt.Errorf("advertising the public addresses: %w", err)
		}
	}
	return pion.NewAPI(pion.WithMediaEngine(media), pion.WithInterceptorRegistry(reports), pion.WithSettingEngine(settings)), nil
}

func newCertificate() (*pion.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return pion.GenerateCertificate(key)
}

// listen opens one socket, or with an unspecified host one per address of the machine, all on the same port: a single
// unspecified socket would answer from whatever address the kernel likes, which ICE takes for another candidate.
func listen(address string, log *slog.Logger) (ice.UDPMux, error) {
	udp, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, err
	}
	logger := pionLog{log}.NewLogger("ice")
	if udp.IP == nil || udp.IP.IsUnspecified() {
		if udp.Port == 0 {
			return nil, fmt.Errorf("%q needs a port", address)
		}
		return ice.NewMultiUDPMuxFromPort(udp.Port, ice.UDPMuxFromPortWithLoopback(),
			ice.UDPMuxFromPortWithReadBufferSize(socketBuffer), ice.UDPMuxFromPortWithLogger(logger))
	}
	conn, err := net.ListenUDP("udp", udp)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer) // more than the kernel allows is cut, which is no reason not to start
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: logger}), nil
}

// pionLog lets what pion complains about into our log as detail; what matters of it reaches us as errors and states anyway.
type pionLog struct{ log *slog.Logger }

func (p pionLog) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{p.log.With("part", scope)}
}

type pionLogger struct{ log *slog.Logger }

func (pionLogger) Trace(string)          {}
func (pionLogger) Tracef(string, ...any) {}
func (pionLogger) Debug(string)          {}
func (pionLogger) Debugf(string, ...any) {}
func (pionLogger) Info(string)           {}
func (pionLogger) Infof(string, ...any)  {}

func (l pionLogger) Warn(text string) { l.log.Debug("webrtc detail", "text", text) }
func (l pionLogger) Warnf(f string, args ...any) {
	l.log.Debug("webrtc detail", "text", fmt.Sprintf(f, args...))
}
func (l pionLogger) Error(text string)            { l.Warn(text) }
func (l pionLogger) Errorf(f string, args ...any) { l.Warnf(f, args...) }
