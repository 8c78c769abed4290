package agentdesk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
)

// idempotent gives a POST with an Idempotency-Key the answer that the same request got before, for a day. Sessions are
// left out: their answer is a secret that is not stored.
func (s *Server) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, user := r.Header.Get("Idempotency-Key"), userOf(r.Context()).Username
		if r.Method != http.MethodPost || key == "" || user == "" {
			next.ServeHTTP(w, r)
			return
		}
		if len(key) > 200 {
			problem(w, http.StatusUnprocessableEntity, "an Idempotency-Key has at most 200 characters")
			return
		}
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			problem(w, http.StatusRequestEntityTooLarge, "the body is too large")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		sum := sha256.Sum256([]byte(r.Method + " " + r.URL.Path + "\n" + string(raw)))
		earlier, first, err := s.claim(r.Context(), user, key, sum[:])
		switch {
		case err != nil:
			t := s.refuse("Idempotency-Key", err)
			problem(w, t.Status, t.Detail)
		case first:
			s.answerOnce(w, r, next, user, key)
		case !bytes.Equal(earlier.request, sum[:]):
			problem(w, http.StatusUnprocessableEntity, "this Idempotency-Key was used with another request")
		case earlier.status == nil:
			problem(w, http.StatusConflict, "the first request with this Idempotency-Key is still under way")
		default:
			earlier.write(w)
		}
	})
}

// kept is an answer as it is stored; no status while the request is under way.
type kept struct {
	request []byte
	status  *int
	kind    *string
	body    []byte
}

func (k kept) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", *k.kind)
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(*k.status)
	_, _ = w.Write(k.body)
}

// claim makes the key ours, or gives what its first request was answered. A key is free again after a day, and after
// a minute when its request has no answer: the server that worked on it died.
func (s *Server) claim(ctx context.Context, user, key string, request []byte) (kept, bool, error) {
	tag, err := s.Pool.Exec(ctx, `INSERT INTO idempotency AS i (username, key, request) VALUES ($1, $2, $3)
		ON CONFLICT (username, key) DO UPDATE SET request = $3, status = NULL, kind = NULL, body = NULL, created_at = now()
		WHERE i.created_at < now() - interval '1 day' OR i.status IS NULL AND i.created_at < now() - interval '1 minute'`, user, key, request)
	if err != nil || tag.RowsAffected() == 1 {
		return kept{}, err == nil, err
	}
	var k kept
	err = s.Pool.QueryRow(ctx, `SELECT request, status, kind, body FROM idempotency WHERE username = $1 AND key = $2`, user, key).
		Scan(&k.request, &k.status, &k.kind, &k.body)
	if errors.Is(err, pgx.ErrNoRows) { // the first request failed at this moment and may be made again
		return kept{request: request}, false, nil
	}
	return k, false, err
}

// answerOnce keeps the answer for the next time before it is sent. A failure of ours is forgotten, so that it can be
// tried again.
func (s *Server) answerOnce(w http.ResponseWriter, r *http.Request, next http.Handler, user, key string) {
	a := &answered{ResponseWriter: w, status: http.StatusInternalServerError}
	defer func() { // after a panic too
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		defer cancel()
		if err := s.keepAnswer(ctx, user, key, a); err != nil {
			s.Log.Warn("answer could not be kept", "err", err)
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body.Bytes())
	}()
	next.ServeHTTP(a, r)
}

func (s *Server) keepAnswer(ctx context.Context, user, key string, a *answered) error {
	if a.status >= http.StatusInternalServerError {
		_, err := s.Pool.Exec(ctx, `DELETE FROM idempotency WHERE username = $1 AND key = $2`, user, key)
		return err
	}
	_, err := s.Pool.Exec(ctx, `UPDATE idempotency SET status = $3, kind = $4, body = $5 WHERE username = $1 AND key = $2`,
		user, key, a.status, a.Header().Get("Content-Type"), a.body.Bytes())
	return err
}

// answered is a response that is kept back.
type answered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *answered) WriteHeader(status int) { a.status = status }

func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }
