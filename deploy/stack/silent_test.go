package stack_test

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"

	"hotline/deploy/stack"
)

// silentCaller sends an INVITE from a bare socket and never any sound; the returned function closes the socket.
func silentCaller(ctx context.Context, t *testing.T, s *stack.Stack) func() {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", s.SIPAddr)
	if err != nil {
		t.Fatal(err)
	}
	from := conn.LocalAddr().String()
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
	head := "Via: SIP/2.0/UDP %[2]s;branch=z9hG4bKsilent%[4]d\r\nFrom: <sip:1@%[2]s>;tag=s\r\nTo: <sip:100@%[1]s>%[3]s\r\n" +
		"Call-ID: silent\r\nCSeq: 1 %[5]s\r\nContact: <sip:1@%[2]s>\r\nMax-Forwards: 70\r\n"
	fmt.Fprintf(conn, "INVITE sip:100@%[1]s SIP/2.0\r\n"+head+"Content-Type: application/sdp\r\nContent-Length: %[6]d\r\n\r\n%[7]s",
		s.SIPAddr, from, "", 1, "INVITE", len(sdp), sdp)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		packet := make([]byte, 4096)
		for {
			n, err := conn.Read(packet)
			if err != nil {
				return
			}
			if tag, ok := toTag(string(packet[:n])); ok {
				fmt.Fprintf(conn, "ACK sip:100@%[1]s SIP/2.0\r\n"+head+"Content-Length: 0\r\n\r\n", s.SIPAddr, from, ";tag="+tag, 2, "ACK")
				return
			}
		}
	}()
	return func() { <-answered; conn.Close() }
}

var toLine = regexp.MustCompile(`(?m)^To:.*;tag=([^;\s]+)`)

// toTag is the tag that the other side gave the call in its 200.
func toTag(message string) (string, bool) {
	if found := toLine.FindStringSubmatch(message); found != nil && strings.HasPrefix(message, "SIP/2.0 200") {
		return found[1], true
	}
	return "", false
}
