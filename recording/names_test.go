package recording

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

const someCall = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

func TestNamesOfMessagesOfTheDialplan(t *testing.T) {
	got, ok := ParseFallback("fallback~1795365731~200~+15550100001~" + someCall)
	if want := (Fallback{time.Unix(1795365731, 0).UTC(), "200", "+15550100001", someCall}); !ok || got != want {
		t.Errorf("%+v", got)
	}
	for name, want := range map[string]bool{
		"fallback~1795365731~200~~" + someCall:                          true, // anonymous
		"fallback~1795365731~~~" + someCall:                             true, // dialled nonsense too
		"fallback~1795365731~200~anonymous~" + someCall:                 true,
		"fallback~1795365731~200~1~2~" + someCall:                       false,
		"fallback~1795365731~200~1~" + strings.ToUpper(someCall):        false,
		"fallback~0795365731~200~1~" + someCall:                         false,
		"fallback~-795365731~200~1~" + someCall:                         false,
		"fallback~99999999999999999999~200~1~" + someCall:               false,
		"fallback~1795365731~../etc~1~" + someCall:                      false,
		"fallback~1795365731~200~1;rm~" + someCall:                      false,
		"fallback~1795365731~200~1\n~" + someCall:                       false,
		"fallback~1795365731~200~" + someCall:                           false,
		"fallback~1795365731~200~1~" + someCall + "\x00":                false,
		"fallback~1795365731~200~" + strings.Repeat("1", 41) + someCall: false,
		"vm~" + someCall + "~1":                                         false,
		"":                                                              false,
	} {
		if _, ok := ParseFallback(name); ok != want {
			t.Errorf("%q: %v", name, ok)
		}
	}
}

func TestEveryFileOfOursHasAnItem(t *testing.T) {
	for file, want := range map[string]Item{
		"rec~" + someCall + "~in":  {Name: "rec~" + someCall, Call: someCall, Kind: Talk},
		"rec~" + someCall + "~out": {Name: "rec~" + someCall, Call: someCall, Kind: Talk},
		"vm~" + someCall + "~12":   {Name: "vm~" + someCall + "~12", Call: someCall, Kind: Voicemail},
		"rec~" + someCall:          {},
		"vm~" + someCall + "~in":   {},
		"rec~../../x~in":           {},
		"anything":                 {},
	} {
		if got, ok := ItemOf(file); got != want || ok != (want != Item{}) {
			t.Errorf("%s: %+v", file, got)
		}
	}
}

// What is taken apart can be put together again to the same name, and is a name that may be expected.
func FuzzParseFallback(f *testing.F) {
	f.Add("fallback~1795365731~200~+15550100001~" + someCall)
	f.Add("fallback~1795365731~~~" + someCall)
	f.Fuzz(func(t *testing.T, name string) {
		got, ok := ParseFallback(name)
		if !ok {
			return
		}
		again := strings.Join([]string{"fallback", strconv.FormatInt(got.At.Unix(), 10), got.Line, got.Number, got.Call}, "~")
		if again != name || !namePattern.MatchString(name) {
			t.Errorf("%q is %+v", name, got)
		}
	})
}
