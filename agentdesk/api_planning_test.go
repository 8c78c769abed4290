package agentdesk

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hotline/callqueue/erlang"
)

// plan asks a server behind its access check; planning needs no store. Who may ask is tried with all routes.
func plan(t *testing.T, query string) reply {
	t.Helper()
	w := httptest.NewRecorder()
	bare().mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/planning/"+query, nil))
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

const halfHour = "calls=100&interval=30m&aht=3m"

func TestPlanningAnswersWithTheFigures(t *testing.T) {
	for _, c := range []struct {
		query                                       string
		waiting, level, asa, occupancy, abandonment float64
	}{
		{"erlang?model=c&" + halfHour + "&agents=14&target=20s", 0.1741, 0.8884, 7.836, 0.7143, 0},
		{"erlang?" + halfHour + "&agents=14", 0.1741, 0.8884, 7.836, 0.7143, 0},
		{"erlang?model=c&" + halfHour + "&agents=14&target=20s&patience=2m", 0.1741, 0.8884, 7.836, 0.7143, 0},
		{"erlang?model=a&calls=48&interval=1m&aht=1m&agents=50&target=20s&patience=2m", 0.4678, 0.9430, 3.616, 0.9303, 0.0309},
	} {
		var f map[string]float64
		plan(t, c.query).read(t, http.StatusOK, &f)
		for name, want := range map[string]float64{"waiting_probability": c.waiting, "service_level": c.level, "asa_seconds": c.asa,
			"occupancy": c.occupancy, "abandonment": c.abandonment} {
			if is, there := f[name]; !there || math.Abs(is-want) > 6e-4 {
				t.Errorf("%s: %s is %v instead of %v", c.query, name, is, want)
			}
		}
		if f["offered_erlangs"] == 0 {
			t.Errorf("%s: no load in %v", c.query, f)
		}
	}
}

func TestStaffingShowsTheNeighbours(t *testing.T) {
	var v StaffingView
	plan(t, "staffing?"+halfHour+"&target=20s&service_level=0.8&shrinkage=0.3").read(t, http.StatusOK, &v)
	if v.Agents != 14 || v.Rostered != 20 || len(v.Choices) != 3 || v.Choices[0].Agents != 13 ||
		v.Choices[0].Figures.ServiceLevel >= 0.8 || v.Choices[1].Figures.ServiceLevel < 0.8 || v.Choices[2].Figures.ServiceLevel < v.Choices[1].Figures.ServiceLevel {
		t.Errorf("%+v", v)
	}
	v = StaffingView{}
	plan(t, "staffing?"+halfHour+"&service_level=0.1").read(t, http.StatusOK, &v)
	if v.Agents != 11 || !v.Choices[0].Unstable || v.Choices[0].Figures != nil {
		t.Errorf("one agent less than can do the work is not unstable: %+v", v)
	}
	v = StaffingView{}
	plan(t, "staffing?calls=0&interval=30m&aht=3m").read(t, http.StatusOK, &v)
	if v.Agents != 0 || len(v.Choices) != 1 || *v.Choices[0].Figures != (erlang.Figures{ServiceLevel: 1}) {
		t.Errorf("nobody calls: %+v", v)
	}
}

func TestPlanningRefusesInWords(t *testing.T) {
	for query, says := range map[string]string{
		"erlang?" + halfHour + "&agents=10":                          "unstable load",
		"staffing?calls=999999&interval=1h&aht=6m&service_level=0.8": "no number of agents",
	} {
		a := plan(t, query).read(t, http.StatusUnprocessableEntity, nil)
		if !strings.Contains(string(a.body), says) {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	for query, field := range map[string]string{
		"erlang?" + halfHour + "&agents=0":                                  "agents",
		"erlang?" + halfHour + "&agents=many":                               "agents",
		"erlang?" + halfHour:                                                "agents",
		"erlang?calls=NaN&interval=30m&aht=3m&agents=14":                    "calls",
		"erlang?calls=-1&interval=30m&aht=3m&agents=14":                     "calls",
		"erlang?calls=1e300&interval=30m&aht=3m&agents=14":                  "calls",
		"erlang?calls=100&interval=30&aht=3m&agents=14":                     "interval",
		"erlang?calls=100&interval=30m&aht=0s&agents=14":                    "aht",
		"erlang?" + halfHour + "&agents=14&target=-1s":                      "target",
		"erlang?" + halfHour + "&agents=14&model=a":                         "patience",
		"erlang?" + halfHour + "&agents=14&model=a&patience=0s":             "patience",
		"erlang?" + halfHour + "&agents=14&model=b":                         "model",
		"staffing?" + halfHour + "&service_level=1":                         "service_level",
		"staffing?" + halfHour + "&service_level=NaN":                       "service_level",
		"staffing?" + halfHour + "&shrinkage=1":                             "shrinkage",
		"staffing?" + halfHour + "&max_occupancy=2":                         "max_occupancy",
		"staffing?" + halfHour + "&model=a&patience=2m&max_abandonment=NaN": "max_abandonment",
	} {
		a := plan(t, query).read(t, http.StatusUnprocessableEntity, nil)
		var p struct {
			Field  string
			Errors []struct{ Location string }
		}
		if err := json.Unmarshal(a.body, &p); err != nil || p.Field != field && (len(p.Errors) != 1 || p.Errors[0].Location != "query."+field) {
			t.Errorf("%s: %s is not named in %s", query, field, a.body)
		}
	}
}
