package ari

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v5"

	"hotline/telephony"
)

const ringing = 60 * time.Second // longest, when the call has no deadline of its own

var (
	dialable = regexp.MustCompile(`^\+?[0-9]{1,20}$`)       // nothing else may reach the trunk: no "&", "/", "@"
	username = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`) // of a desk phone
)

// ErrNumber says that a number cannot be dialled.
var ErrNumber = errors.New("not a number that can be dialled")

// ringPhone calls an agent's desk phone and shows it the customer.
func (m *Media) ringPhone(ctx context.Context, c telephony.Call, a telephony.Action) (telephony.Event, bool, error) {
	name := strings.TrimPrefix(a.Device, "sip:")
	if !username.MatchString(name) {
		return legGone(a, "unregistered")
	}
	err := m.client.Originate(ctx, ari.OriginateRequest{
		Endpoint: "PJSIP/" + name, ChannelID: a.Leg, CallerID: callerID(c.Caller),
		Timeout: left(c), Variables: map[string]string{Variable: c.ID},
	})
	switch {
	case errors.Is(err, errInside): // "Allocation failed": the phone is not registered
		return legGone(a, "unregistered")
	case err == nil && m.died(ctx, a.Leg):
		return legGone(a, "rejected")
	}
	return wrap(telephony.RingPhone, err)
}

func legGone(a telephony.Action, why string) (telephony.Event, bool, error) {
	return telephony.Event{Kind: telephony.LegGone, Leg: a.Leg, Cause: why}, true, nil
}

// died looks whether a channel that was just dialled is gone already. Asterisk lets our application hear of the channel only
// after it has sent the INVITE: a phone that declines within milliseconds ("do not disturb") would never be heard of.
func (m *Media) died(ctx context.Context, channel string) bool {
	_, err := m.client.Channel(ctx, channel)
	return errors.Is(err, ErrNotFound)
}

func wrap(do telephony.Do, err error) (telephony.Event, bool, error) {
	if err != nil {
		err = fmt.Errorf("%s: %w", do, err)
	}
	return telephony.Event{}, false, err
}

// callOut dials the customer on the trunk.
func (m *Media) callOut(ctx context.Context, c telephony.Call) (telephony.Event, bool, error) {
	number := c.Caller.Number
	if number == "" {
		number = c.Caller.Raw
	}
	if !dialable.MatchString(number) {
		return wrap(telephony.CallOut, fmt.Errorf("%w: %q", ErrNumber, number))
	}
	r := ari.OriginateRequest{
		Endpoint: "PJSIP/" + number + "@" + m.trunk, ChannelID: telephony.Name(telephony.RoleCust, c.ID),
		Timeout: left(c), Variables: map[string]string{Variable: c.ID},
	}
	if dialable.MatchString(c.Line) {
		r.CallerID = c.Line
	}
	err := m.client.Originate(ctx, r)
	if err == nil && m.died(ctx, r.ChannelID) {
		return telephony.Event{Kind: telephony.Left, Channel: r.ChannelID, Cause: "rejected"}, true, nil
	}
	return wrap(telephony.CallOut, err)
}

// callerID is what a desk phone shows: "name" <number>, without the marks that would end it.
func callerID(c telephony.Caller) string {
	number := c.Number
	if number == "" {
		number = c.Raw
	}
	strip := strings.NewReplacer(`"`, "", `\`, "", "<", "", ">", "", ",", " ")
	return fmt.Sprintf(`"%s" <%s>`, strip.Replace(c.Name), strip.Replace(number))
}

// left is how long to ring, in whole seconds. It is a little more than the call's own deadline, which comes first.
func left(c telephony.Call) int {
	d := time.Until(c.Deadline) + 2*time.Second
	if c.Deadline.IsZero() || d > ringing+2*time.Second {
		d = ringing
	}
	return max(int(d/time.Second), 1)
}

// connect makes the channel of an agent's browser: plain RTP between Asterisk and the relay, which the browser
// is connected to since the agent logged in.
func (m *Media) connect(ctx context.Context, c telephony.Call, a telephony.Action) error {
	if m.browser == nil {
		return errors.New("no browser audio in this server")
	}
	host, err := m.browser.MediaHost(a.Agent)
	if err != nil {
		return err
	}
	ch, err := m.client.ExternalMedia(ctx, ari.ExternalMediaOptions{
		ChannelID: a.Leg, ExternalHost: host, Format: "ulaw", Variables: map[string]string{Variable: c.ID},
	})
	if errors.Is(err, errInside) && m.reconnect(ctx, a) == nil { // made before, and the answer was lost
		return nil
	}
	if err != nil {
		return err
	}
	return m.attach(a, ch.ChannelVars[localAddress], ch.ChannelVars[localPort])
}

const (
	localAddress = "UNICASTRTP_LOCAL_ADDRESS"
	localPort    = "UNICASTRTP_LOCAL_PORT"
)

func (m *Media) reconnect(ctx context.Context, a telephony.Action) error {
	address, err := m.client.Variable(ctx, a.Leg, localAddress)
	if err != nil {
		return err
	}
	port, err := m.client.Variable(ctx, a.Leg, localPort)
	if err != nil {
		return err
	}
	return m.attach(a, address, port)
}

func (m *Media) attach(a telephony.Action, address, port string) error {
	remote, err := netip.ParseAddrPort(address + ":" + port)
	if err != nil {
		return fmt.Errorf("address of the leg: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attached[a.Agent] = a.Leg
	return m.browser.Attach(a.Agent, remote)
}

func (m *Media) detach(a telephony.Action) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.attached[a.Agent] != a.Leg {
		return nil
	}
	delete(m.attached, a.Agent)
	return m.browser.Detach(a.Agent)
}

// detachAll ends the part of a browser in the call, whichever leg it had.
func (m *Media) detachAll(c telephony.Call) error {
	m.mu.Lock()
	leg := m.attached[c.Agent]
	m.mu.Unlock()
	if ours(leg, telephony.RoleLeg) != c.ID {
		return nil
	}
	return m.detach(telephony.Action{Agent: c.Agent, Leg: leg})
}

// dropLeg ends an agent's channel.
func (m *Media) dropLeg(ctx context.Context, a telephony.Action) error {
	return errors.Join(m.client.Hangup(ctx, a.Leg, "normal"), m.detach(a))
}
