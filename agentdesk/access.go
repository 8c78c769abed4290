package agentdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-chi/httprate"

	"hotline/tickets"
)

// caller is who sent a request, as its context carries it.
type caller struct {
	user  tickets.User
	token string
}

type callerKey struct{}

// callerOf gives who sent the request of this context; access has put it there.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

func userOf(ctx context.Context) tickets.User { return callerOf(ctx).user }

// access lets a request pass only when the table of paths allows its route to its sender. A route without an entry is
// denied to everybody.
func (s *Server) access(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := s.mux.Handler(r)
		roles := paths[pattern]
		if allowed(roles, "") || allowed(roles, local) && isLocal(r) {
			next.ServeHTTP(w, r)
			return
		}
		u, token, err := s.who(r)
		switch {
		case errors.Is(err, errNobody):
			problem(w, http.StatusUnauthorized, "log in first")
		case err != nil:
			s.Log.Error("session could not be read", "err", err)
			problem(w, http.StatusServiceUnavailable, "the database does not answer, try again")
		case !allowed(roles, u.Role):
			problem(w, http.StatusForbidden, "your role may not do this")
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{u, token})))
		}
	})
}

// isLocal reports whether a request comes from a program on this machine, not from a proxy for somebody else.
func isLocal(r *http.Request) bool {
	for _, h := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// ownOrigin refuses changes that another site's page asks a browser for.
func (s *Server) ownOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, o := range s.options.Origins {
		if err := p.AddTrustedOrigin(o); err != nil {
			s.Log.Error("origin is not of the form https://host", "origin", o)
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusForbidden, "that came from another site's page")
	}))
	return p.Handler(next)
}

const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// headers tell browsers what our pages never do.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
		h.Set("Cache-Control", "no-store") // pages and their assets say otherwise
		next.ServeHTTP(w, r)
	})
}

// largest is the size of a request's body.
const largest = 1 << 20

func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, largest)
		next.ServeHTTP(w, r)
	})
}

const (
	logIns      = 10  // a minute for one name from one address
	logInsOfAll = 100 // a minute from one address
	generous    = 30  // times as many from this machine: demos, tests and programs beside us
)

// limitLogIns makes guessing passwords slow.
func (s *Server) limitLogIns(next http.Handler) http.Handler {
	names := httprate.NewRateLimiter(logIns, time.Minute)
	addresses := httprate.NewRateLimiter(logInsOfAll, time.Minute)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/session" {
			next.ServeHTTP(w, r)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<10))
		if err != nil {
			problem(w, http.StatusRequestEntityTooLarge, "that is too long for a name and a password")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		var asked struct{ Username string }
		_ = json.Unmarshal(raw, &asked) // what is no JSON is refused further in
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		host = httprate.CanonicalizeIP(host)
		if over(addresses, w, r, host, logInsOfAll) || over(names, w, r, host+" "+asked.Username, logIns) {
			problem(w, http.StatusTooManyRequests, "too many attempts, wait a minute")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func over(l *httprate.RateLimiter, w http.ResponseWriter, r *http.Request, key string, limit int) bool {
	if isLocal(r) {
		limit *= generous
	}
	return l.OnLimit(w, r.WithContext(httprate.WithRequestLimit(r.Context(), limit)), key)
}
