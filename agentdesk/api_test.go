package agentdesk

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"hotline/recording"
	"hotline/telephony"
	"hotline/tickets"
)

func TestATicketFromItsMakingToItsConflict(t *testing.T) {
	h := open(t)
	one, two := h.token("agent1"), h.token("agent2")
	var tk ticketView
	h.do(one, "POST", "/api/v1/tickets", map[string]any{"subject": "Printer <script>", "caller": "+1 555 010 0001", "priority": "high"}).read(t, 201, &tk)
	path := fmt.Sprint("/api/v1/tickets/", tk.Number)
	if tk.Caller != "+15550100001" || tk.Recordings == nil || tk.State != "new" {
		t.Errorf("the ticket is %+v", tk)
	}
	var changed ticketView
	h.do(two, "PATCH", path, map[string]any{"version": tk.Version, "assignee": "agent2", "state": "open"}).read(t, 200, &changed)
	var late trouble
	a := h.do(one, "PATCH", path, map[string]any{"version": tk.Version, "priority": "low"}).read(t, 409, &late)
	if late.Current == nil || late.Current.Version != changed.Version || late.Current.Assignee != "agent2" || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the conflict says %s", a.body)
	}
	var wrong trouble
	h.do(one, "PATCH", path, map[string]any{"version": changed.Version, "assignee": "nobody-there"}).read(t, 422, &wrong)
	if wrong.Field != "assignee" {
		t.Errorf("the refusal names %q", wrong.Field)
	}
	h.do(one, "PATCH", path, map[string]any{"version": changed.Version, "no_such_field": 1}).read(t, 422, nil)
	h.do(one, "POST", path+"/comments", map[string]any{"text": "called back"}).read(t, 201, nil)
	h.do(one, "POST", path+"/comments", map[string]any{"text": "   "}).read(t, 422, nil)
	var line page[moment]
	h.do(one, "GET", path+"/timeline", nil).read(t, 200, &line)
	var kinds []string
	for _, m := range line.Items {
		kinds = append(kinds, m.Kind)
	}
	if strings.Join(kinds, " ") != "opened changed comment" || line.Items[2].Actor != "agent1" {
		t.Errorf("the timeline is %v", kinds)
	}
	for query, want := range map[string]int{"caller=%2B15550100001": 1, "caller=%2B15550100009": 0, "assignee=agent2": 1, "assignee=none": 0, "state=new": 0,
		"state=new,open": 1, "priority=high": 1, "priority=low,urgent": 0, "q=printer": 1, "callback=true": 0, "sort=-updated_at": 1} {
		var p page[ticketView]
		a := h.do(one, "GET", "/api/v1/tickets?"+query, nil).read(t, 200, &p)
		if len(p.Items) != want || !bytes.Contains(a.body, []byte(`"items":[`)) {
			t.Errorf("%s finds %d tickets", query, len(p.Items))
		}
	}
	for _, query := range []string{"state=bad", "cursor=xx", "limit=0", "limit=9999", "sort=password"} {
		h.do(one, "GET", "/api/v1/tickets?"+query, nil).read(t, 422, nil)
	}
	h.do(one, "GET", "/api/v1/tickets/999999", nil).read(t, 404, nil)
}

// TestATicketsTimelineHoldsItsCalls: what happened in the calls stands among what people wrote, without technicalities.
func TestATicketsTimelineHoldsItsCalls(t *testing.T) {
	h := open(t)
	token := h.token("agent1")
	b := h.tab(token)
	b.ask("presence.set", map[string]string{"state": "ready"})
	id := uuid.NewString()
	h.comes(id, "100", "+15550100001")
	var p pop
	b.until("call.offered", nil).read(t, &p)
	b.ask("pop.ack", about{id})
	b.until("call.answered", nil)
	b.ask("call.hangup", about{id})
	var line page[moment]
	h.do(token, "GET", fmt.Sprintf("/api/v1/tickets/%d/timeline", p.Ticket.Number), nil).read(t, 200, &line)
	var kinds []string
	for i, m := range line.Items {
		kinds = append(kinds, m.Kind)
		if i > 0 && m.At.Before(line.Items[i-1].At) {
			t.Error("the timeline is not in order")
		}
	}
	if got := strings.Join(kinds, " "); got != "opened matched hangup" {
		t.Errorf("the timeline is %s", got)
	}
	var all page[moment]
	h.do(token, "GET", "/api/v1/calls/"+id+"/timeline", nil).read(t, 200, &all)
	if len(all.Items) != 6 || all.Items[0].Kind != "came" { // came, ticket, matched, popped, leg_up, hangup
		t.Errorf("the call's own timeline is %+v", all.Items)
	}
	var c call
	h.do(token, "GET", "/api/v1/calls/"+id, nil).read(t, 200, &c)
	if c.Outcome != telephony.Answered || c.Agent != "agent1" || c.Ticket != p.Ticket.Number {
		t.Errorf("the call is %+v", c)
	}
	h.do(token, "GET", "/api/v1/calls/"+uuid.NewString(), nil).read(t, 404, nil)
	h.do(token, "GET", "/api/v1/calls/..%2f", nil).read(t, 404, nil)
}

func TestIdempotencyKeys(t *testing.T) {
	h := open(t)
	token := h.token("agent1")
	post := func(token, key, subject string) reply {
		return h.do(token, "POST", "/api/v1/tickets", map[string]string{"subject": subject}, "Idempotency-Key", key)
	}
	var first, second ticketView
	post(token, "k1", "one").read(t, 201, &first)
	a := post(token, "k1", "one").read(t, 201, &second)
	if first.Number != second.Number || a.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same request made %d and %d", first.Number, second.Number)
	}
	post(token, "k1", "another").read(t, 422, nil)
	post(h.token("agent2"), "k1", "theirs").read(t, 201, &second)
	if second.Number == first.Number {
		t.Error("another user's key is one's own")
	}
	post(token, "k2", "").read(t, 422, nil)
	post(token, "k2", "").read(t, 422, nil)
	post(token, strings.Repeat("k", 201), "x").read(t, 422, nil)

	numbers, refused := sync.Map{}, 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			a := post(token, "k3", "many at once")
			mu.Lock()
			defer mu.Unlock()
			switch a.status {
			case 201:
				var tk ticketView
				_ = json.Unmarshal(a.body, &tk)
				numbers.Store(tk.Number, true)
			case 409:
				refused++
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	n := 0
	numbers.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("20 requests with one key made %d tickets, %d were told to wait", n, refused)
	}
	_, err := h.Pool.Exec(context.Background(), `UPDATE idempotency SET created_at = now() - interval '25 hours'`)
	must(t, err)
	post(token, "k1", "a day later").read(t, 201, &second)
	if second.Number == first.Number {
		t.Error("the key is kept for ever")
	}
}

// wav is a second of silence as Asterisk writes it.
func wav(seconds int) []byte {
	data := make([]byte, seconds*16000)
	for i := 0; i < len(data); i += 40 {
		data[i] = byte(i)
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+len(data)))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size             uint32
		Format, Channels uint16
		Rate, Bytes      uint32
		Block, Bits      uint16
	}{16, 1, 1, 8000, 16000, 2, 16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

func TestRecordingsArePlayedInRangesAndWrittenDown(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	folder, err := recording.NewFolder(t.TempDir())
	must(t, err)
	h.Recordings = recording.New(h.Pool, folder, recording.Asterisk{
		Fetch: func(context.Context, string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(wav(3))), nil
		},
		Forget: func(context.Context, string) error { return nil }}, h.Log)
	token, id := h.token("agent1"), uuid.NewString()
	o, err := h.Tickets.Open(ctx, tickets.Opening{Call: id, Direction: "inbound", Line: "100", CallerRaw: "+15550100001", At: time.Now()})
	must(t, err)
	must(t, h.Recordings.Expect(ctx, recording.Item{Name: "vm~" + id + "~1", Call: id, Kind: recording.Voicemail}))
	r, err := h.Recordings.Keep(ctx, "vm~"+id+"~1", 0)
	must(t, err)
	var tk ticketView
	h.do(token, "GET", fmt.Sprint("/api/v1/tickets/", o.Ticket.Number), nil).read(t, 200, &tk)
	if len(tk.Recordings) != 1 || tk.Recordings[0].ID != r.ID {
		t.Fatalf("the ticket has %+v", tk.Recordings)
	}
	path := "/api/v1/recordings/" + r.ID
	all := h.do(token, "GET", path+"/audio", nil).read(t, 200, nil)
	if !bytes.HasPrefix(all.body, []byte("RIFF")) || all.header.Get("Content-Type") != "audio/wav" {
		t.Fatalf("%d bytes of %s", len(all.body), all.header.Get("Content-Type"))
	}
	part := h.do(token, "GET", path+"/audio", nil, "Range", "bytes=100-199").read(t, http.StatusPartialContent, nil)
	if !bytes.Equal(part.body, all.body[100:200]) {
		t.Error("the range is not that part")
	}
	h.do(token, "GET", path+"/audio", nil, "Range", "bytes=99999999-").read(t, 416, nil)
	other := h.token("agent2")
	h.do(other, "GET", path+"/audio", nil, "Range", "bytes=1-").read(t, 206, nil) // skipping the first byte hides nobody
	rows, err := h.Pool.Query(ctx, `SELECT who FROM recording_plays WHERE recording = $1 ORDER BY who`, r.ID)
	must(t, err)
	var who []string
	for rows.Next() {
		var w string
		must(t, rows.Scan(&w))
		who = append(who, w)
	}
	if strings.Join(who, " ") != "agent1 agent2" {
		t.Errorf("it is written down that %v listened", who)
	}
	var peaks peaksView
	h.do(token, "GET", path+"/peaks", nil).read(t, 200, &peaks)
	if peaks.Channels != 1 || len(peaks.Peaks) != 1 || len(peaks.Peaks[0]) == 0 {
		t.Errorf("peaks are %+v", peaks)
	}
	for _, bad := range []string{uuid.NewString(), "x", "..%2f..%2fetc%2fpasswd", r.ID + "x", strings.ToUpper(r.ID) + "%00"} {
		if a := h.do(token, "GET", "/api/v1/recordings/"+bad+"/audio", nil); a.status != 404 && a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	h.do("", "GET", path+"/audio", nil).read(t, 401, nil)
	h.do("0123456789", "GET", path+"/audio", nil).read(t, 401, nil)
}

func TestAgentsKeepToWhatIsTheirs(t *testing.T) {
	h := open(t)
	agent, boss := h.token("agent1"), h.token("supervisor")
	b := h.tab(agent)
	b.until("hello", nil)
	pause := map[string]string{"state": "pause", "reason": "lunch"}
	h.do(agent, "PUT", "/api/v1/agents/agent1/state", pause).read(t, 200, nil)
	h.do(agent, "GET", "/api/v1/agents/agent2/state", nil).read(t, 403, nil)
	h.do(agent, "PUT", "/api/v1/agents/agent2/state", pause).read(t, 403, nil)
	h.do(agent, "GET", "/api/v1/queues/sales/live", nil).read(t, 403, nil)
	h.do(agent, "GET", "/api/v1/queues/support/live", nil).read(t, 200, nil)
	h.do(boss, "PUT", "/api/v1/agents/agent1/state", map[string]string{"state": "pause"}).read(t, 200, nil)
	f := b.until("presence.changed", func(f frame) bool { return strings.Contains(string(f.Data), "supervisor") })
	if f.Type == "" {
		t.Error("the agent does not see who paused")
	}
	h.do(boss, "PUT", "/api/v1/agents/agent2/state", pause).read(t, 409, nil) // no desk
	h.do(boss, "PUT", "/api/v1/agents/agent1/state", map[string]string{"state": "talking"}).read(t, 422, nil)
	var mine boardView
	h.do(agent, "GET", "/api/v1/board", nil).read(t, 200, &mine)
	if len(mine.Queues) != 1 || mine.Queues[0].Name != "support" {
		t.Errorf("an agent's board has %+v", mine.Queues)
	}
	admin := h.token("admin")
	h.do(admin, "PUT", "/api/v1/users/admin", map[string]any{"name": "Admin", "role": "agent"}).read(t, 409, nil)
}

func TestLinesAndQueues(t *testing.T) {
	h := open(t)
	admin, boss := h.token("admin"), h.token("supervisor")
	var line map[string]any
	h.do(admin, "GET", "/api/v1/lines/100", nil).read(t, 200, &line)
	line["ring"], line["message"] = "15s", map[string]any{"max": "60s", "silence": "5s"}
	h.do(admin, "PUT", "/api/v1/lines/100", line).read(t, 200, nil)
	if r := h.Setup.Rules("100"); time.Duration(r.Ring) != 15*time.Second {
		t.Errorf("the line rings %v", time.Duration(r.Ring))
	}
	for field, bad := range map[string]any{"queue": "none", "language": "xx", "ring": "1h", "greeting": []string{"recording:../../x"}, "pop": 7,
		"menus": map[string]any{"main": map[string]any{"prompt": []string{"sound:a"}, "keys": map[string]any{"1": map[string]string{"queue": "none"}}}}} {
		was := line[field]
		line[field] = bad
		h.do(admin, "PUT", "/api/v1/lines/100", line).read(t, 422, nil)
		line[field] = was
	}
	h.do(boss, "PUT", "/api/v1/lines/100/closed", map[string]bool{"closed": true}).read(t, 200, nil)
	if !h.Setup.Rules("100").ClosedNow {
		t.Error("the emergency switch does nothing")
	}
	h.do(boss, "PUT", "/api/v1/lines/999/closed", map[string]bool{"closed": true}).read(t, 404, nil)
	h.do(boss, "PUT", "/api/v1/queues/support", map[string]string{"title": "Support", "wrapup": "30s", "target": "10s", "short": "3s"}).read(t, 200, nil)
	var v boardView
	h.do(boss, "GET", "/api/v1/board", nil).read(t, 200, &v)
	if v.Queues[1].Target != 10 {
		t.Errorf("the board's target is %v", v.Queues[1].Target)
	}
	title := map[string]string{"en": "Solved"}
	h.do(boss, "PUT", "/api/v1/queues/support/dispositions", map[string]any{"items": []any{map[string]any{"code": "solved", "title": title}}}).read(t, 200, nil)
	var list page[tickets.Disposition]
	h.do(boss, "GET", "/api/v1/queues/support/dispositions", nil).read(t, 200, &list)
	if len(list.Items) != 1 || list.Items[0].Code != "solved" {
		t.Errorf("dispositions are %+v", list.Items)
	}
}

func TestContactsAndContracts(t *testing.T) {
	h := open(t)
	agent, boss := h.token("agent1"), h.token("supervisor")
	var org tickets.Organisation
	h.do(boss, "POST", "/api/v1/organisations", map[string]string{"name": "Example Works"}).read(t, 201, &org)
	h.do(boss, "POST", "/api/v1/contracts", map[string]any{"organisation": org.ID, "title": "Gold", "priority_step": 1}).read(t, 201, nil)
	var c contactView
	h.do(agent, "POST", "/api/v1/contacts", map[string]any{"name": "Customer One", "numbers": []string{"555 010 0001", "+15550100002"}, "organisation": org.ID}).read(t, 201, &c)
	if c.Contract == nil || c.Contract.Title != "Gold" || c.OrganisationName != "Example Works" {
		t.Errorf("the contact is %+v", c)
	}
	h.do(agent, "POST", "/api/v1/contacts", map[string]any{"name": "Another", "numbers": []string{"+15550100002"}}).read(t, 409, nil)
	var found page[tickets.Contact]
	h.do(agent, "GET", "/api/v1/contacts?q=0100002", nil).read(t, 200, &found)
	if len(found.Items) != 1 {
		t.Errorf("found %+v", found.Items)
	}
	h.do(agent, "GET", "/api/v1/contacts/nobody", nil).read(t, 422, nil)
	h.do(agent, "GET", "/api/v1/contacts/"+uuid.NewString(), nil).read(t, 404, nil)
	h.do(boss, "PUT", "/api/v1/categories/printer", map[string]any{"title": map[string]string{"en": "Printer"}}).read(t, 200, nil)
	h.do(boss, "PUT", "/api/v1/categories/printer", map[string]any{"title": map[string]string{"ru": "Принтер"}}).read(t, 422, nil)
}

func TestPagesAndTheirHeaders(t *testing.T) {
	h := open(t)
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/tickets/1001": "text/html; charset=utf-8", "/api/docs": "text/html; charset=utf-8",
		"/api/openapi.json": "application/openapi+json", "/healthz": "text/plain; charset=utf-8", "/readyz": "text/plain; charset=utf-8", "/metrics": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"} {
		a := h.do("", "GET", path, nil).read(t, 200, nil)
		if a.header.Get("Content-Type") != kind || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'self'") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, a.header)
		}
	}
	h.do("", "GET", "/assets/none.js", nil).read(t, 404, nil)
	h.do("", "GET", "/api/none", nil).read(t, 404, nil)
	h.do("", "POST", "/tickets", nil).read(t, 405, nil)
	h.do("", "GET", "/metrics", nil, "X-Forwarded-For", "192.0.2.1").read(t, 401, nil)
	h.Ready = func(context.Context) error { return errors.New("database: secret host is away") }
	if a := h.do("", "GET", "/readyz", nil); a.status != 503 || string(a.body) != "not ready: database\n" {
		t.Errorf("not ready is %d %s", a.status, a.body)
	}
}

func TestLoggingIn(t *testing.T) {
	h := open(t)
	login := map[string]string{"username": "agent1", "password": "agent1"}
	a := h.do("", "POST", "/api/v1/session", login).read(t, 200, nil)
	var in loggedIn
	must(t, json.Unmarshal(a.body, &in))
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"hotline_session=" + in.Token, "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %s has no %s", cookie, part)
		}
	}
	h.do("", "GET", "/api/v1/session", nil, "Cookie", "hotline_session="+in.Token).read(t, 200, nil)
	var stored string
	must(t, h.Pool.QueryRow(context.Background(), `SELECT token FROM sessions`).Scan(&stored))
	if stored == in.Token {
		t.Error("the database knows the token itself")
	}

	// fixation: a token planted before log-in is worth nothing after it, and the session before is over
	b := h.do("", "POST", "/api/v1/session", login, "Cookie", "hotline_session=planted").read(t, 200, nil)
	h.do("planted", "GET", "/api/v1/session", nil).read(t, 401, nil)
	h.do("", "POST", "/api/v1/session", login, "Cookie", "hotline_session="+in.Token).read(t, 200, nil)
	h.do(in.Token, "GET", "/api/v1/session", nil).read(t, 401, nil)
	must(t, json.Unmarshal(b.body, &in))

	for _, wrong := range []map[string]string{{"username": "agent1", "password": "no"}, {"username": "nobody", "password": "agent1"}, {"username": "AGENT1", "password": "agent1"}} {
		h.do("", "POST", "/api/v1/session", wrong).read(t, 401, nil)
	}
	h.do("", "POST", "/api/v1/session", map[string]string{"username": strings.Repeat("x", 9000)}).read(t, 413, nil)
	h.do(in.Token, "POST", "/api/v1/tickets", map[string]string{"subject": strings.Repeat("x", largest)}).read(t, 413, nil)
	for i := range logIns + 1 {
		a := h.do("", "POST", "/api/v1/session", map[string]string{"username": "agent3", "password": "no"}, "X-Forwarded-For", "192.0.2.1")
		if want := map[bool]int{true: 429, false: 401}[i == logIns]; a.status != want {
			t.Errorf("attempt %d: %d instead of %d", i+1, a.status, want)
		}
	}
	if text := h.log.String(); strings.Contains(text, in.Token) || strings.Contains(text, "hotline_session") {
		t.Error("a token is in the log")
	}
}
