package records

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func packed(t testing.TB, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestOpen(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	for name, test := range map[string]struct{ in, want string }{
		"plain":                   {"a,b\n", "a,b\n"},
		"empty":                   {"", ""},
		"one byte":                {"\x1f", "\x1f"},
		"half a mark":             {"\xef\xbb", "\xef\xbb"},
		"byte order mark":         {mark + "a", "a"},
		"two marks":               {mark + mark + "a", mark + "a"},
		"gzip":                    {packed(t, "text"), "text"},
		"gzip, several members":   {packed(t, "te", "", "xt"), "text"},
		"gzip of nothing":         {packed(t, ""), ""},
		"mark inside gzip":        {packed(t, mark+"text"), "text"},
		"gzip in gzip stays":      {packed(t, packed(t, "text")), packed(t, "text")},
		"a mark in the middle":    {"a" + mark, "a" + mark},
		"like gzip but one short": {"\x1f\x8a", "\x1f\x8a"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, test.in, func(t *testing.T, r io.Reader) {
				in, err := Open(r)
				if err != nil {
					t.Fatal(err)
				}
				if again, err := Open(in); again != in || err != nil {
					t.Fatalf("opened again: %p, %v; want %p", again, err, in)
				}
				got, err := io.ReadAll(in)
				if err != nil || string(got) != test.want {
					t.Fatalf("got %q, %v; want %q", got, err, test.want)
				}
			})
		})
	}
}

func TestOpenFails(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		in   string
		want error
	}{
		"reader fails":      {"", broken},
		"gzip header short": {"\x1f\x8b\x08", io.ErrUnexpectedEOF},
		"gzip header bad":   {"\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", gzip.ErrHeader},
		"UTF-16":            {"\xff\xfea\x00", errUTF16},
		"UTF-16, other end": {"\xfe\xff\x00a", errUTF16},
	} {
		t.Run(name, func(t *testing.T) {
			in := func() io.Reader { return io.MultiReader(strings.NewReader(test.in), iotest.ErrReader(broken)) }
			if test.want != broken {
				in = func() io.Reader { return strings.NewReader(test.in) }
			}
			if _, err := Open(in()); !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			_, n, err := Lines(in(), Options{}).Next()
			if !errors.Is(err, test.want) || n != 0 {
				t.Fatalf("a reader over it: record %d, %v", n, err)
			}
		})
	}
}

// A pipe that has sent something must not be waited for.
func TestOpenDoesNotWait(t *testing.T) {
	for _, first := range []string{"a\n", "\n", "{}\n"} {
		r, w := io.Pipe()
		lines := Lines(r, Options{})
		sent := make(chan error, 1)
		go func() {
			_, err := io.WriteString(w, first)
			sent <- err
		}()
		if v, _, err := lines.Next(); err != nil || v != strings.TrimSuffix(first, "\n") {
			t.Fatalf("got %q, %v", v, err)
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What was read before the input failed is given, and the failure is not taken for the end.
func TestTruncatedGzip(t *testing.T) {
	whole := packed(t, strings.Repeat("line of text\n", 10_000))
	all, err := read(t, Lines(strings.NewReader(whole[:len(whole)-20]), Options{}))
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(all) == 0 {
		t.Fatalf("%d lines, then %v", len(all), err)
	}
}
