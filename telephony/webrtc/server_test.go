package webrtc

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestOnePortOnEveryAddressAndThePublicOne(t *testing.T) {
	probe, err := net.ListenUDP("udp", nil)
	must(t, err)
	port := probe.LocalAddr().(*net.UDPAddr).Port
	_ = probe.Close()
	s, err := New(Config{Listen: fmt.Sprint(":", port), PublicIPs: []netip.Addr{netip.MustParseAddr("203.0.113.7")}})
	must(t, err)
	defer s.Close()
	seat, events := openSeat(t, s, "agent1")
	b := openBrowser(t)
	answer, err := seat.Offer(t.Context(), b.offer())
	must(t, err)
	for _, candidate := range []string{"127.0.0.1", "203.0.113.7"} {
		if !strings.Contains(answer, fmt.Sprintf("%s %d typ host", candidate, port)) {
			t.Errorf("no candidate %s:%d in %s", candidate, port, answer)
		}
	}
	b.accept(answer)
	await(t, events, Connected)
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	for name, c := range map[string]Config{
		"no port on every address": {Listen: "0.0.0.0:0"},
		"not an address":           {Listen: "nonsense"},
		"not our address":          {Listen: "203.0.113.7:7000"},
		"unspecified media":        {Listen: "127.0.0.1:0", Media: netip.IPv4Unspecified()},
	} {
		if s, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
			_ = s.Close()
		}
	}
}
