package agentdesk

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/tickets"
)

const cookieName = "hotline_session"

// newSessions keeps sessions in Postgres under hashes of their tokens. They end at a fixed time after log-in.
func newSessions(pool *pgxpool.Pool, o Options) *scs.SessionManager {
	return &scs.SessionManager{ // scs.New would start a goroutine for a store that we replace
		Store:            pgxstore.NewWithCleanupInterval(pool, 0), // sweep removes what has expired
		Codec:            scs.GobCodec{},
		HashTokenInStore: true,
		Lifetime:         o.Lifetime,
		Cookie:           scs.SessionCookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: o.Secure, Persist: true},
	}
}

// errNobody says that a request has no session that counts.
var errNobody = errors.New("nobody is logged in")

// sessionUser is the key under which a session says whose it is.
const sessionUser = "user"

// session tells who sent a request.
func (s *Server) session(r *http.Request) (tickets.User, string, bool) {
	u, token, err := s.who(r)
	return u, token, err == nil
}

// who is session with the reason: errNobody, or that the database did not answer. The account is read afresh, so that a
// disabled one can do nothing more.
func (s *Server) who(r *http.Request) (tickets.User, string, error) {
	token := tokenOf(r)
	if token == "" {
		return tickets.User{}, "", errNobody
	}
	ctx, err := s.sessions.Load(r.Context(), token)
	if err != nil {
		return tickets.User{}, "", err
	}
	username := s.sessions.GetString(ctx, sessionUser)
	if username == "" {
		return tickets.User{}, "", errNobody
	}
	u, err := s.Tickets.User(ctx, username)
	if errors.Is(err, tickets.ErrNotFound) || err == nil && u.Disabled {
		return tickets.User{}, "", errNobody
	}
	return u, token, err
}

// tokenOf takes the token from the header, else from the cookie. No real one is longer than 128.
func tokenOf(r *http.Request) string {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		c, err := r.Cookie(cookieName)
		if err != nil {
			return ""
		}
		token = c.Value
	}
	if token = strings.TrimSpace(token); len(token) > 128 {
		return ""
	}
	return token
}

// logIn checks the password and makes a session with a token that nobody knew before.
func (s *Server) logIn(ctx context.Context, old, username, password string) (tickets.User, string, time.Time, error) {
	select { // one check costs 19 MiB: many at once must not take the memory of the calls
	case s.checks <- struct{}{}:
		defer func() { <-s.checks }()
	case <-ctx.Done():
		return tickets.User{}, "", time.Time{}, ctx.Err()
	}
	u, err := s.Tickets.Authenticate(ctx, username, password)
	if err != nil {
		return tickets.User{}, "", time.Time{}, err
	}
	if ctx, err = s.sessions.Load(ctx, old); err == nil {
		err = errors.Join(s.sessions.Clear(ctx), s.sessions.RenewToken(ctx))
	}
	if err != nil {
		return tickets.User{}, "", time.Time{}, err
	}
	s.sessions.Put(ctx, sessionUser, u.Username)
	token, expiry, err := s.sessions.Commit(ctx)
	if err == nil && old != "" {
		s.closeDesks(func(d *desk) bool { return d.token == old })
	}
	return u, token, expiry, err
}

// logOut ends a session and closes its desk.
func (s *Server) logOut(ctx context.Context, token string) error {
	ctx, err := s.sessions.Load(ctx, token)
	if err == nil {
		err = s.sessions.Destroy(ctx)
	}
	s.closeDesks(func(d *desk) bool { return d.token == token })
	return err
}

// expel ends all sessions of a user: the account was disabled, or has another role or password.
func (s *Server) expel(ctx context.Context, username string) error {
	rows, err := s.Pool.Query(ctx, `SELECT token, data FROM sessions`)
	if err != nil {
		return err
	}
	var theirs []string
	var token string
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&token, &data}, func() error {
		if _, values, err := s.sessions.Codec.Decode(data); err == nil && values[sessionUser] == username {
			theirs = append(theirs, token)
		}
		return nil
	})
	if err == nil {
		_, err = s.Pool.Exec(ctx, `DELETE FROM sessions WHERE token = ANY($1)`, theirs)
	}
	s.closeDesks(func(d *desk) bool { return d.user.Username == username })
	return err
}

func (s *Server) closeDesks(whose func(*desk) bool) {
	for _, d := range s.all() {
		if whose(d) {
			d.close(closeLoggedOut, "the session has ended")
		}
	}
}

const sweepEvery = 15 * time.Second

// sweep removes what has expired, and closes desks whose session ended by time or on another node, until ctx ends.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.sweepOnce(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("sessions could not be swept", "err", err)
			}
		}
	}
}

func (s *Server) sweepOnce(ctx context.Context) error {
	_, err := s.Pool.Exec(ctx, `WITH old AS (DELETE FROM idempotency WHERE created_at < now() - interval '1 day')
		DELETE FROM sessions WHERE expiry < now()`)
	if err != nil {
		return err
	}
	desks := s.all()
	var held []string
	for _, d := range desks {
		held = append(held, hashed(d.token))
	}
	rows, err := s.Pool.Query(ctx, `SELECT token FROM sessions WHERE token = ANY($1)`, held)
	if err != nil {
		return err
	}
	valid := map[string]bool{}
	var token string
	if _, err := pgx.ForEachRow(rows, []any{&token}, func() error { valid[token] = true; return nil }); err != nil {
		return err
	}
	for i, d := range desks {
		if !valid[held[i]] {
			d.close(closeLoggedOut, "the session has ended")
		}
	}
	return nil
}

// hashed is a token as the session library stores it.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
