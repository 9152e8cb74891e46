package records

import (
	"io"
	"strings"
	"testing"
)

type trip struct {
	Date  string `json:"date"`
	Delay int    `json:"delay"`
}

func TestJSONLines(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"nothing":        {"", ""},
		"records":        {"{\"date\":\"a\",\"delay\":1}\n{\"date\":\"b\"}\n", "{a 1} | {b 0}"},
		"CRLF, no end":   {"{\"delay\":1}\r\n{\"delay\":2}", "{ 1} | { 2}"},
		"blank lines":    {"\n{\"delay\":1}\n \t\r\n\n{\"delay\":2}\n\n", "{ 1} | { 2}"},
		"space around":   {"  {\"delay\":1} \n", "{ 1}"},
		"unknown member": {"{\"x\":[{}],\"delay\":1}\n", "{ 1}"},
		"no JSON":        {"nonsense\n{\"delay\":1}\n", "malformed | { 1}"},
		"two on a line":  {"{\"delay\":1} {\"delay\":2}\n{\"delay\":3}\n", "malformed | { 3}"},
		"cut off":        {"{\"delay\":1}\n{\"del\n{\"delay\":3}\n{\"de", "{ 1} | malformed | { 3} | malformed"},
		"wrong type":     {"{\"delay\":\"late\"}\n{\"delay\":1}\n", "bad_field | { 1}"},
		"another kind":   {"[1]\n5\nnull\n\"x\"\n{}\n", "malformed | malformed | malformed | malformed | { 0}"},
		"too long":       {"{\"date\":\"" + strings.Repeat("x", 100) + "\"}\n{\"delay\":1}\n", "too_long | { 1}"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, test.in, func(t *testing.T, r io.Reader) {
				if got := story(t, JSONLines[trip](r, Options{MaxRecord: 64})); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestJSONLinesDetail(t *testing.T) {
	in := "\xef\xbb\xbf{\"delay\":1}\n\n{\"delay\": \"late\"}\n{]\n" + strings.Repeat("x", 100)
	want := `line 3: field "delay": "late" does not fit int, at byte 26 | ` +
		`line 4: invalid character ']' looking for beginning of object key string, at byte 35 | ` +
		`line 5: longer than 64 bytes`
	if got := details(t, JSONLines[trip](strings.NewReader(in), Options{MaxRecord: 64})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
