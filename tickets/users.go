package tickets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
)

// Roles of users.
const (
	RoleAgent      = "agent"
	RoleSupervisor = "supervisor"
	RoleAdmin      = "admin"
)

// User is an account. Its password never leaves the database, not even as a hash.
type User struct {
	Username string    `json:"username"` // small letters, digits, . _ -
	Name     string    `json:"name"`
	Role     string    `json:"role"`
	Queues   []string  `json:"queues"`
	Device   string    `json:"device"`   // "webrtc" or "sip:agent1"
	Language string    `json:"language"` // of the page
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
}

// cost of one password check: memory for a thief's hardware, little enough for ours to let many people log in at once.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const userColumns = `select username, name, role, queues, device, language, disabled, created from users `

// Users lists all accounts by username.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	rows, err := s.db.Query(ctx, userColumns+`order by username`)
	list, err := collect(rows, err, pgx.RowToStructByPos[User])
	return list, wrap("list users", err)
}

// User reads one account, or ErrNotFound.
func (s *Store) User(ctx context.Context, username string) (User, error) {
	rows, err := s.db.Query(ctx, userColumns+`where username = $1`, Clean(username, maxKey))
	if err != nil {
		return User{}, wrap("user", err)
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[User])
	return u, wrap("user "+Clean(username, maxKey), err)
}

// CreateUser makes an account. ErrTaken: the username is another's.
func (s *Store) CreateUser(ctx context.Context, u User, password string) (User, error) {
	u, err := u.checked()
	if err != nil {
		return User{}, err
	}
	hash, err := hashed(password)
	if err != nil {
		return User{}, err
	}
	_, err = s.db.Exec(ctx, `insert into users (username, name, role, password, queues, device, language, disabled)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, u.Username, u.Name, u.Role, hash, u.Queues, u.Device, u.Language, u.Disabled)
	if broken(err, "users_pkey") {
		return User{}, fmt.Errorf("username %s: %w", u.Username, ErrTaken)
	}
	if err != nil {
		return User{}, wrap("create user", err)
	}
	return s.User(ctx, u.Username)
}

// PutUser makes an account with a password, or makes the one of that username like u and leaves its password alone.
func (s *Store) PutUser(ctx context.Context, u User, password string) (User, error) {
	changed, err := s.UpdateUser(ctx, u)
	if errors.Is(err, ErrNotFound) {
		return s.CreateUser(ctx, u, password)
	}
	return changed, err
}

// UpdateUser makes an account like u, all but its username, password and date. ErrNotFound when there is none.
func (s *Store) UpdateUser(ctx context.Context, u User) (User, error) {
	u, err := u.checked()
	if err != nil {
		return User{}, err
	}
	rows, err := s.db.Query(ctx, `update users set name = $2, role = $3, queues = $4, device = $5, language = $6, disabled = $7
		where username = $1 returning username, name, role, queues, device, language, disabled, created`,
		u.Username, u.Name, u.Role, u.Queues, u.Device, u.Language, u.Disabled)
	if err != nil {
		return User{}, wrap("update user", err)
	}
	u, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[User])
	return u, wrap("update user", err)
}

// SetPassword gives an account a new password.
func (s *Store) SetPassword(ctx context.Context, username, password string) error {
	hash, err := hashed(password)
	if err != nil {
		return err
	}
	tag, err := s.db.Exec(ctx, `update users set password = $2 where username = $1`, Clean(username, maxKey), hash)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return wrap("set password", err)
}

// Authenticate answers the account, or ErrCredentials. An unknown name, a wrong password and a disabled account look
// the same and take as long as each other.
func (s *Store) Authenticate(ctx context.Context, username, password string) (User, error) {
	if len(password) > maxPassword {
		return User{}, ErrCredentials
	}
	var u User
	var hash string
	err := s.db.QueryRow(ctx, `select username, name, role, queues, device, language, disabled, created, password
		from users where username = $1`, Clean(username, maxKey)).
		Scan(&u.Username, &u.Name, &u.Role, &u.Queues, &u.Device, &u.Language, &u.Disabled, &u.Created, &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = argon2id.CreateHash(password, cost) // the same work as comparing
		return User{}, errors.Join(ErrCredentials, err)
	}
	if err != nil {
		return User{}, wrap("authenticate", err)
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return User{}, wrap("authenticate", err)
	}
	if !match || u.Disabled || u.Username != username {
		return User{}, ErrCredentials
	}
	return u, nil
}

// A password may be any text; a very long one would only cost time.
const minPassword, maxPassword = 4, 1024

func hashed(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < minPassword || len(password) > maxPassword {
		return "", Invalid{Field: "password", Text: fmt.Sprintf("is not %d to %d characters", minPassword, maxPassword)}
	}
	return argon2id.CreateHash(password, cost)
}

var (
	username = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	device   = regexp.MustCompile(`^(webrtc|sip:[A-Za-z0-9._-]{1,64})$`)
)

func (u User) checked() (User, error) {
	if u.Device == "" {
		u.Device = "webrtc"
	}
	if u.Language == "" {
		u.Language = "en"
	}
	queues := []string{}
	for _, q := range u.Queues {
		q, err := needed("queues", q, maxKey)
		if err != nil {
			return u, err
		}
		if !slices.Contains(queues, q) {
			queues = append(queues, q)
		}
	}
	u.Queues = queues
	var err error
	u.Name, err = needed("name", u.Name, maxName)
	switch {
	case err != nil:
	case !username.MatchString(u.Username):
		err = Invalid{Field: "username", Text: "is not of small letters, digits, . _ and -"}
	case !slices.Contains([]string{RoleAgent, RoleSupervisor, RoleAdmin}, u.Role):
		err = Invalid{Field: "role", Text: "is not agent, supervisor or admin"}
	case !device.MatchString(u.Device):
		err = Invalid{Field: "device", Text: `is not "webrtc" or a desk phone such as "sip:agent1"`}
	case !isLanguage(u.Language):
		err = Invalid{Field: "language", Text: `is not a code such as "en"`}
	}
	return u, err
}
