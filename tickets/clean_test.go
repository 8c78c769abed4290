package tickets

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func FuzzWhatIsCleanedCanBeShown(f *testing.F) {
	for _, seed := range []string{"", "+15550100001", "a\x00b", "\xff\xfe", "\u202eабв", "<script>", "a\r\nb\tc", "👩‍💻", strings.Repeat("ы", 300)} {
		f.Add(seed, 80)
	}
	f.Fuzz(func(t *testing.T, text string, max int) {
		max &= 0xfff
		one, many := Clean(text, max), CleanText(text, max)
		for _, got := range []string{one, many} {
			if !utf8.ValidString(got) || utf8.RuneCountInString(got) > max || strings.TrimSpace(got) != got {
				t.Fatalf("%q became %q", text, got)
			}
		}
		for _, r := range one {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q kept %q", text, r)
			}
		}
		for _, r := range many {
			if !unicode.IsPrint(r) && r != '\n' {
				t.Fatalf("%q kept %q", text, r)
			}
		}
		if Clean(one, max) != one || CleanText(many, max) != many {
			t.Fatalf("%q is not clean after cleaning", text)
		}
	})
}

func FuzzANumberIsE164OrNothing(f *testing.F) {
	for _, seed := range []string{"+15550100001", "8 495 123 45 67", "anonymous", "sip:+1@x;y", "00442079460018", "+1-800-FLOWERS", "１２３４５６７８９０"} {
		f.Add(seed, "RU")
		f.Add(seed, "")
	}
	f.Add("0000000", "FI") // was another number when read again
	f.Fuzz(func(t *testing.T, raw, region string) {
		number := ParseNumber(raw, region)
		if number == "" {
			return
		}
		if len(number) < 6 || len(number) > 16 || number[0] != '+' || strings.Trim(number[1:], "0123456789") != "" || number[1] == '0' {
			t.Fatalf("%q became %q", raw, number)
		}
		if again := ParseNumber(number, region); again != number {
			t.Fatalf("%q became %q and then %q", raw, number, again)
		}
		_ = spoken(number)
	})
}

func TestAnExtensionIsNeverANumber(t *testing.T) {
	for _, raw := range []string{"101", "100", "9000", "112", "911", "123456", "*97", "#31#"} {
		for _, region := range []string{"", "RU", "US", "DE"} {
			if got := ParseNumber(raw, region); got != "" {
				t.Errorf("%s in %q became %s", raw, region, got)
			}
		}
	}
}
