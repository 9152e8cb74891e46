package records

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// outcome is what one Next gave.
type outcome[T any] struct {
	record int64
	value  T
	bad    *Error
}

// read drains a reader. It checks what holds for all of them: numbers from 1 without gaps, errors with their number and a
// bounded excerpt, an end that is sticky. fatal is nil after io.EOF.
func read[T any](t testing.TB, r Reader[T]) (all []outcome[T], fatal error) {
	t.Helper()
	for {
		v, n, err := r.Next()
		var bad *Error
		if err != nil && !errors.As(err, &bad) {
			if _, _, again := r.Next(); again != err {
				t.Fatalf("after %v came %v: the end is not sticky", err, again)
			}
			if n != int64(len(all)) {
				t.Fatalf("the end came with record %d after %d records", n, len(all))
			}
			if err == io.EOF {
				err = nil
			}
			return all, err
		}
		if n != int64(len(all))+1 {
			t.Fatalf("record %d came after %d records", n, len(all))
		}
		if bad != nil && (bad.Record != n || bad.Detail == "" || len(bad.Raw) > 256) {
			t.Fatalf("record %d: %+v", n, bad)
		}
		all = append(all, outcome[T]{n, v, bad})
	}
}

// story tells the outcomes in a line: values as they print, bad records as their reasons, a fatal error as its text.
func story[T any](t testing.TB, r Reader[T]) string {
	t.Helper()
	all, fatal := read(t, r)
	var parts []string
	for _, o := range all {
		if o.bad != nil {
			parts = append(parts, string(o.bad.Reason))
		} else {
			parts = append(parts, fmt.Sprint(o.value))
		}
	}
	if fatal != nil {
		parts = append(parts, "fatal")
	}
	return strings.Join(parts, " | ")
}

// details are those of the bad records.
func details[T any](t testing.TB, r Reader[T]) string {
	t.Helper()
	all, _ := read(t, r)
	var parts []string
	for _, o := range all {
		if o.bad != nil {
			parts = append(parts, o.bad.Detail)
		}
	}
	return strings.Join(parts, " | ")
}

// everyWay runs a test on an input read at once and byte by byte: the outcome must be the same.
func everyWay(t *testing.T, input string, test func(t *testing.T, r io.Reader)) {
	t.Helper()
	t.Run("at once", func(t *testing.T) { test(t, strings.NewReader(input)) })
	t.Run("by byte", func(t *testing.T) { test(t, iotest.OneByteReader(strings.NewReader(input))) })
	t.Run("end with data", func(t *testing.T) { test(t, iotest.DataErrReader(strings.NewReader(input))) })
}

// repeated gives the same text over and over, n bytes in all: an input too large to be held.
type repeated struct {
	text string
	n    int
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), r.n)]
	for n := 0; n < len(p); {
		c := copy(p[n:], r.text[r.at:])
		r.at = (r.at + c) % len(r.text)
		n += c
	}
	r.n -= len(p)
	return len(p), nil
}
