package records

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSniff(t *testing.T) {
	for in, want := range map[string]Format{
		"":                            FormatEmpty,
		" \n\t":                       FormatEmpty,
		"[]":                          FormatJSONArray,
		" \n [":                       FormatJSONArray,
		"{\"a\":1}\n":                 FormatJSONLines,
		"a,b\n":                       FormatCSV,
		"\"a\",b\n":                   FormatCSV,
		"\xef\xbb\xbf[1]":             FormatJSONArray,
		packed(t, "{}\n"):             FormatJSONLines,
		packed(t, "\xef\xbb\xbfa,b"):  FormatCSV,
		strings.Repeat(" ", 99) + "[": FormatJSONArray,
	} {
		everyWay(t, in, func(t *testing.T, r io.Reader) {
			got, input, err := Sniff(r)
			if err != nil || got != want {
				t.Fatalf("%.20q: got %q, %v; want %q", in, got, err, want)
			}
			whole, _ := Open(strings.NewReader(in))
			all, _ := io.ReadAll(whole)
			if rest, err := io.ReadAll(input); err != nil || string(rest) != string(all) {
				t.Fatalf("%.20q: %q is left, %v", in, rest, err)
			}
		})
	}
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"reader fails":   iotest.ErrReader(broken),
		"later":          io.MultiReader(strings.NewReader("  "), iotest.ErrReader(broken)),
		"binary":         strings.NewReader("\x00\x01"),
		"too much space": strings.NewReader(strings.Repeat(" ", 10_000) + "["),
	} {
		if got, _, err := Sniff(r); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// What Sniff gives is read on by the reader for it, with its offsets.
func TestSniffThenRead(t *testing.T) {
	_, in, err := Sniff(strings.NewReader("\xef\xbb\xbf [5x]"))
	if err != nil {
		t.Fatal(err)
	}
	if got := details(t, JSONArray[int](in, Options{})); !strings.Contains(got, "at byte 6") {
		t.Errorf("got %s", got)
	}
}
