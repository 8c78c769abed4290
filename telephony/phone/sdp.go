package phone

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"hotline/telephony/audio"
)

const (
	payloadULaw  = 0
	payloadALaw  = 8
	payloadEvent = 101 // what we offer for telephone events
)

var errNoSound = errors.New("no sound that both sides speak")

// farEnd is what the other side's session description says.
type farEnd struct {
	addr  netip.AddrPort
	law   audio.Law
	event uint8 // payload type of telephone events, 0 when it takes none
	deaf  bool  // it does not want our sound now: we are on hold
}

func payloadOf(law audio.Law) uint8 {
	if law == audio.ALaw {
		return payloadALaw
	}
	return payloadULaw
}

// describe writes a session description (RFC 4566) for one G.711 stream.
func describe(local netip.AddrPort, laws []audio.Law, session uint64) []byte {
	family := "IP4"
	if local.Addr().Is6() {
		family = "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=call\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP",
		session, session, family, local.Addr(), family, local.Addr(), local.Port())
	for _, law := range laws {
		fmt.Fprintf(&b, " %d", payloadOf(law))
	}
	fmt.Fprintf(&b, " %d\r\n", payloadEvent)
	for _, law := range laws {
		fmt.Fprintf(&b, "a=rtpmap:%d %s/8000\r\n", payloadOf(law), [...]string{"PCMU", "PCMA"}[law])
	}
	fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
		payloadEvent, payloadEvent)
	return []byte(b.String())
}

// understand reads the first audio stream of a session description and takes
// the first coding in it that is among ours.
func understand(body []byte, laws []audio.Law) (far farEnd, err error) {
	var host, payloads string
	var port uint64
	for line := range strings.Lines(string(body)) {
		kind, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		words := strings.Fields(value)
		switch {
		case kind == "m" && port != 0:
			return finished(far, host, port, payloads, laws) // only the first stream is ours
		case kind == "m" && len(words) > 3 && words[0] == "audio":
			port, _ = strconv.ParseUint(words[1], 10, 16)
			payloads = " " + strings.Join(words[3:], " ") + " "
		case kind == "c" && len(words) == 3:
			host = words[2]
		case kind == "a" && len(words) == 2 && strings.HasPrefix(strings.ToLower(words[1]), "telephone-event/8000"):
			event, _ := strconv.ParseUint(strings.TrimPrefix(words[0], "rtpmap:"), 10, 7)
			far.event = uint8(event)
		case kind == "a" && (value == "sendonly" || value == "inactive"):
			far.deaf = true
		}
	}
	return finished(far, host, port, payloads, laws)
}

func finished(far farEnd, host string, port uint64, payloads string, laws []audio.Law) (farEnd, error) {
	addr, err := netip.ParseAddr(host)
	if err != nil || port == 0 {
		return far, errNoSound
	}
	far.addr = netip.AddrPortFrom(addr.Unmap(), uint16(port))
	far.deaf = far.deaf || addr.IsUnspecified() // the old way to hold
	for _, payload := range strings.Fields(payloads) {
		i := slices.IndexFunc(laws, func(l audio.Law) bool { return strconv.Itoa(int(payloadOf(l))) == payload })
		if i >= 0 {
			far.law = laws[i]
			return far, nil
		}
	}
	return far, errNoSound
}
