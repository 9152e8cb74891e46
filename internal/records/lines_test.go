package records

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"nothing":             {"", ""},
		"LF":                  {"a\nb\n", "a | b"},
		"CRLF":                {"a\r\nb\r\n", "a | b"},
		"no end":              {"a\nb", "a | b"},
		"CR at the end":       {"a\nb\r", "a | b"},
		"CR inside":           {"a\rb\n", "a\rb"},
		"two CRs":             {"a\r\r\n", "a\r"},
		"empty lines":         {"\n\na\n\n", " |  | a | "},
		"not UTF-8":           {"\x80\xff\n", "\x80\xff"},
		"as long as may be":   {"12345678\n1", "12345678 | 1"},
		"the same, CRLF":      {"12345678\r\n1", "12345678 | 1"},
		"the same, at end":    {"1\n12345678", "1 | 12345678"},
		"one too long":        {"123456789\n1", "too_long | 1"},
		"too long, CRLF":      {"123456789\r\n1", "too_long | 1"},
		"too long at the end": {"1\n123456789", "1 | too_long"},
		"far too long":        {strings.Repeat("x", 200_000) + "\n1", "too_long | 1"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, test.in, func(t *testing.T, r io.Reader) {
				if got := story(t, Lines(r, Options{MaxRecord: 8})); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestFailingInput(t *testing.T) {
	broken := errors.New("broken")
	failing := func(text string) io.Reader {
		return io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
	}
	for name, test := range map[string]struct {
		reader Reader[string]
		want   string
	}{
		"lines":                {Lines(failing("a\nb"), Options{}), "a | fatal"},
		"lines, too long":      {Lines(failing("a\nbbbbb"), Options{MaxRecord: 2}), "a | too_long | fatal"},
		"JSON lines":           {JSONLines[string](failing("\"a\"\n\"b\""), Options{}), "a | fatal"},
		"JSON array":           {JSONArray[string](failing(`["a","b`), Options{}), "a | fatal"},
		"JSON array, between":  {JSONArray[string](failing(`["a","b"`), Options{}), "a | b | fatal"},
		"JSON array, damaged":  {JSONArray[string](failing(`["a","b"x`), Options{}), "a | malformed | fatal"},
		"JSON array, too long": {JSONArray[string](failing(`["a","bbbbbbbbb`), Options{MaxRecord: 4}), "a | too_long | fatal"},
		"JSON array, at once":  {JSONArray[string](failing(``), Options{}), "fatal"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := story(t, test.reader); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if _, _, err := test.reader.Next(); !errors.Is(err, broken) {
				t.Errorf("ended with %v, want %v", err, broken)
			}
		})
	}
}

// A reader that gives nothing for ever is an error, as for bufio.
func TestNoProgress(t *testing.T) {
	if _, _, err := Lines(empty{}, Options{}).Next(); !errors.Is(err, io.ErrNoProgress) {
		t.Fatalf("got %v", err)
	}
}

type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, nil }

func TestOptionsCheck(t *testing.T) {
	for _, opt := range []Options{{}, {MaxRecord: 1}, {Comma: ';'}, {Comma: '\t'}} {
		if err := opt.Check(); err != nil {
			t.Errorf("%+v: %v", opt, err)
		}
	}
	for _, opt := range []Options{{MaxRecord: -1}, {Comma: '"'}, {Comma: '\n'}, {Comma: '\r'}, {Comma: 0xA7}} {
		if opt.Check() == nil {
			t.Errorf("%+v: no error", opt)
		}
		if got := story(t, CSV[struct{ A, B string }](strings.NewReader("a,b\n1,2\n"), opt)); got != "{1 2}" {
			t.Errorf("%+v: got %q, want the defaults", opt, got)
		}
	}
}
