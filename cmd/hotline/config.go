package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// config is what `hotline serve` takes from the environment. No secret has a default.
type config struct {
	DatabaseURL string `env:"HOTLINE_DATABASE_URL,required,notEmpty"` // postgres://user:password@host/database
	RedisURL    string `env:"HOTLINE_REDIS_URL,required,notEmpty"`    // redis://host:6379/0
	ARIURL      string `env:"HOTLINE_ARI_URL,required,notEmpty"`      // http://127.0.0.1:8088/ari
	ARIUser     string `env:"HOTLINE_ARI_USER,required,notEmpty"`
	ARIPassword string `env:"HOTLINE_ARI_PASSWORD,required,notEmpty"`

	HTTP       string         `env:"HOTLINE_HTTP" envDefault:"127.0.0.1:8080"`
	WebRTC     string         `env:"HOTLINE_WEBRTC" envDefault:"127.0.0.1:0"` // UDP address for browsers' audio
	PublicIPs  []netip.Addr   `env:"HOTLINE_PUBLIC_IPS"`                      // advertised to browsers beside the own ones
	MediaIP    netip.Addr     `env:"HOTLINE_MEDIA_IP" envDefault:"127.0.0.1"` // own address on the network towards Asterisk
	Recordings string         `env:"HOTLINE_RECORDINGS" envDefault:"/var/lib/hotline/recordings"`
	Node       string         `env:"HOTLINE_NODE" envDefault:"hotline"` // ARI application of this server
	System     string         `env:"HOTLINE_SYSTEM" envDefault:"hotline"`
	Region     string         `env:"HOTLINE_REGION"` // for numbers without a country: "DE", "RU"
	Zone       *time.Location `env:"HOTLINE_ZONE" envDefault:"UTC"`
	Origins    []string       `env:"HOTLINE_ORIGINS"`                  // other origins that may open desks: https://desk.example.org
	Secure     bool           `env:"HOTLINE_SECURE" envDefault:"true"` // cookies over HTTPS only
}

// readConfig says in one line what is wrong, naming the variable.
func readConfig() (config, error) {
	c, err := env.ParseAs[config]()
	var many env.AggregateError
	if errors.As(err, &many) {
		err = many.Errors[0]
	}
	var parse env.ParseError
	if errors.As(err, &parse) {
		field, _ := reflect.TypeFor[config]().FieldByName(parse.Name)
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		return c, fmt.Errorf("configuration: %s: %w", name, parse.Err)
	}
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	for name, value := range map[string]string{"HOTLINE_DATABASE_URL": c.DatabaseURL, "HOTLINE_REDIS_URL": c.RedisURL, "HOTLINE_ARI_URL": c.ARIURL} {
		if u, err := url.Parse(value); err != nil || u.Scheme == "" {
			return c, fmt.Errorf("configuration: %s is not a URL", name)
		}
	}
	for name, value := range map[string]string{"HOTLINE_HTTP": c.HTTP, "HOTLINE_WEBRTC": c.WebRTC} {
		if _, _, err := net.SplitHostPort(value); err != nil {
			return c, fmt.Errorf("configuration: %s is not host:port: %q", name, value)
		}
	}
	return c, nil
}
