package records

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// endless are inputs of some MiB in which nothing, or next to nothing, is a record.
func endless() map[string]io.Reader {
	size := 4 << 20
	if testing.Short() {
		size = 1 << 20
	}
	input := func(head, text string) io.Reader {
		return io.MultiReader(strings.NewReader(head), &repeated{text: text, n: size})
	}
	return map[string]io.Reader{
		"one string":        input(`["`, "x"),
		"one number":        input(`[`, "1"),
		"nested arrays":     input(`[`, "["),
		"nested objects":    input(`[`, `{"a":`),
		"one object":        input(`[{"a":1`, `,"a":1`),
		"objects in one":    input(`[{"a":1},{"b":[1`, `,{"a":1}`),
		"damaged, then one": input(`[{"a":1},{"b" [1`, `,{"b":1}`),
		"space":             input(`[`, " "),
		"garbage":           input(`[`, "#"),
		"quotes":            input(`[x`, `"{"`),
		"backslashes":       input(`["`, `\`),
		"zeros":             input(``, "\x00"),
		"one CSV field":     input("a,b\n", "x"),
		"quoted CSV field":  input("a,b\n1,\"", "x"),
		"quoted CSV lines":  input("a,b\n1,\"", strings.Repeat("x", 1000)+"\n"),
	}
}

// Whatever comes, a reader takes memory for one record and no more, and it gets to the end in one pass or a few.
func TestMemoryIsBounded(t *testing.T) {
	const maxRecord = 32 << 10
	readers := map[string]func(r io.Reader) func() error{
		"lines": func(r io.Reader) func() error { return next(Lines(r, Options{MaxRecord: maxRecord})) },
		"array": func(r io.Reader) func() error { return next(JSONArray[struct{}](r, Options{MaxRecord: maxRecord})) },
		"CSV":   func(r io.Reader) func() error { return next(CSV[struct{ A string }](r, Options{MaxRecord: maxRecord})) },
	}
	for kind, open := range readers {
		for name := range endless() {
			t.Run(fmt.Sprintf("%s/%s", kind, name), func(t *testing.T) {
				next := open(endless()[name])
				var peak, before runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				n := 1
				for n < 1000 && next() == nil {
					n++
				}
				runtime.GC()
				runtime.ReadMemStats(&peak)
				runtime.KeepAlive(next)
				if held := int64(peak.HeapAlloc) - int64(before.HeapAlloc); held > 512<<10 {
					t.Errorf("%d KiB held", held>>10)
				}
				if taken := int(peak.TotalAlloc - before.TotalAlloc); taken > n<<20 {
					t.Errorf("%d KiB taken for %d records", taken>>10, n)
				}
			})
		}
	}
}

// next forgets the type of the records, and takes bad ones for records.
func next[T any](r Reader[T]) func() error {
	return func() error {
		_, _, err := r.Next()
		if _, bad := err.(*Error); bad {
			return nil
		}
		return err
	}
}

// The buffer never grows past the longest record and what is read beside it.
func TestWindowIsBounded(t *testing.T) {
	for _, limit := range []int{1, 100, 64 << 10, 1 << 20} {
		in := io.MultiReader(strings.NewReader(`[{},"`), &repeated{text: "x", n: 8 << 20})
		r := JSONArray[struct{}](in, Options{MaxRecord: limit}).(*arrayReader[struct{}])
		if _, err := read(t, r); err != nil {
			t.Fatal(err)
		}
		if most := limit + windowSlack; cap(r.w.buf) > most {
			t.Errorf("limit %d: a buffer of %d bytes, want at most %d", limit, cap(r.w.buf), most)
		}
	}
}
