package source_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

type city struct {
	Name   string `csv:"name" json:"name"`
	People int    `csv:"people" json:"people"`
}

// text is an opener of what is in memory.
func text(s string) source.Opener {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// write makes a file and returns its path.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRecords(t *testing.T) {
	cities := []city{{"Ulm", 126}, {"Bonn", 332}}
	for name, test := range map[string]struct {
		in   string
		from func(source.Opener) stage.Source[city]
		want []city
	}{
		"CSV":        {"name,people\nUlm,126\nBonn,332\n", func(o source.Opener) stage.Source[city] { return source.CSV[city](o) }, cities},
		"JSON lines": {`{"name":"Ulm","people":126}` + "\n\n" + `{"name":"Bonn","people":332}`, func(o source.Opener) stage.Source[city] { return source.JSONLines[city](o) }, cities},
		"JSON array": {`[{"name":"Ulm","people":126},{"name":"Bonn","people":332}]`, func(o source.Opener) stage.Source[city] { return source.JSONArray[city](o) }, cities},
		"CSV, another comma": {"name;people\nUlm;126\nBonn;332\n", func(o source.Opener) stage.Source[city] {
			return source.CSVWith[city](o, source.RecordOptions{Comma: ';'})
		}, cities},
		"CSV, header only":       {"name,people\n", func(o source.Opener) stage.Source[city] { return source.CSV[city](o) }, nil},
		"JSON array, empty":      {" [ ] ", func(o source.Opener) stage.Source[city] { return source.JSONArray[city](o) }, nil},
		"by content, CSV":        {"name,people\nUlm,126\nBonn,332\n", func(o source.Opener) stage.Source[city] { return source.Records[city](o) }, cities},
		"by content, JSON lines": {"\n" + `{"name":"Ulm","people":126}` + "\n" + `{"name":"Bonn","people":332}`, func(o source.Opener) stage.Source[city] { return source.Records[city](o) }, cities},
		"by content, JSON array": {` [{"name":"Ulm","people":126},{"name":"Bonn","people":332}]`, func(o source.Opener) stage.Source[city] { return source.Records[city](o) }, cities},
		"by content, nothing":    {" \n", func(o source.Opener) stage.Source[city] { return source.Records[city](o) }, nil},
	} {
		for packing, content := range map[string]string{"plain": test.in, "gzip": gzipped(test.in)} {
			for from, opener := range map[string]source.Opener{
				"memory": text(content),
				"file":   source.File(write(t, "cities", content)),
				"reader": source.Reader(oneByte{strings.NewReader(content)}),
			} {
				t.Run(name+", "+packing+", "+from, func(t *testing.T) {
					got, err := flow.Collect(t.Context(), flow.From(test.from(opener)))
					if err != nil || !slices.Equal(got, test.want) {
						t.Errorf("got %v, %v; want %v", got, err, test.want)
					}
				})
			}
		}
	}
}

// oneByte gives a byte a read, so that nothing is taken for steady.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func TestLines(t *testing.T) {
	got, err := flow.Collect(t.Context(), flow.From(source.Lines(text("one\r\n\ntwo"))))
	if err != nil || !slices.Equal(got, []string{"one", "", "two"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

const damaged = "name,people\nUlm,126\nBonn,many\nKiel\nHof," + tooLong + "\nTrier,112\n"
const tooLong = "1000000000000000000000000000000000000000000"

var limited = source.RecordOptions{MaxRecord: 30}

// By default the first bad record fails the stream, behind those before; the
// error names the file, the record and the reason.
func TestBadRecordFails(t *testing.T) {
	path := write(t, "cities.csv", damaged)
	got, err := flow.Collect(t.Context(), flow.From(source.CSVWith[city](source.File(path), limited)))
	if !slices.Equal(got, []city{{"Ulm", 126}}) {
		t.Errorf("got %v before the error", got)
	}
	var at *stage.Error
	var bad *source.RecordError
	if !errors.As(err, &at) || !errors.As(err, &bad) {
		t.Fatalf("got %v", err)
	}
	if at.Stage != "csv" || at.Source != path || at.Record != 2 || bad.Reason != source.BadField || !strings.Contains(bad.Detail, "many") {
		t.Errorf("got stage %q, input %q, record %d: %v", at.Stage, at.Source, at.Record, bad)
	}
	want := fmt.Sprintf("weir: stage %q: %s: record 2: bad_field: line 3: ", "csv", path)
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %q, want it to begin with %q", err, want)
	}
}

func TestBadRecordsSkipped(t *testing.T) {
	var got []city
	r, err := flow.From(source.CSVWith[city](text(damaged), limited, stage.OnError(stage.Skip()))).To(sink.Slice(&got)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil || !slices.Equal(got, []city{{"Ulm", 126}, {"Trier", 112}}) {
		t.Errorf("got %v, %v", got, err)
	}
	s, _ := r.Snapshot().Stage("csv")
	if s.Out != 2 || s.Failed != 3 || s.Dropped[demand.ReasonSkipped] != 3 {
		t.Errorf("out %d, failed %d, dropped %v", s.Out, s.Failed, s.Dropped)
	}
}

// letter is what matters of a stage.Letter.
type letter struct {
	Stage, Source string
	Record        int64
	Element       any
	Reason        source.Reason
}

// lettered returns a dead-letter policy and where its letters go.
func lettered(to *[]letter) stage.Policy {
	return stage.DeadLetter(sink.ForEach(func(l stage.Letter) error {
		var bad *source.RecordError
		reason := source.Reason("other")
		if errors.As(l.Err, &bad) {
			reason = bad.Reason
		}
		*to = append(*to, letter{l.Stage, l.Source, l.Record, l.Element, reason})
		return nil
	}))
}

func TestBadRecordsToDeadLetters(t *testing.T) {
	var letters []letter
	open := source.Named("cities.csv", text(damaged))
	got, err := flow.Collect(t.Context(), flow.From(source.CSVWith[city](open, limited, stage.OnError(lettered(&letters)))))
	if err != nil || !slices.Equal(got, []city{{"Ulm", 126}, {"Trier", 112}}) {
		t.Errorf("got %v, %v", got, err)
	}
	want := []letter{
		{"csv", "cities.csv", 2, "Bonn,many", source.BadField},
		{"csv", "cities.csv", 3, "Kiel", source.Malformed},
		{"csv", "cities.csv", 4, "Hof," + tooLong, source.TooLong},
	}
	if diff := cmp.Diff(want, letters); diff != "" {
		t.Error(diff)
	}
}

// A stage further down knows where its element was read, whatever lies between:
// bad records, filters, links, several files.
func TestRecordsAreNumbered(t *testing.T) {
	for name, via := range map[string]func(flow.Flow[city]) flow.Flow[city]{
		"fused":  func(f flow.Flow[city]) flow.Flow[city] { return f },
		"linked": func(f flow.Flow[city]) flow.Flow[city] { return f.Via(operators.Async[city](3)) },
		"filtered": func(f flow.Flow[city]) flow.Flow[city] {
			return f.Via(operators.Filter(func(c city) bool { return c.People%2 == 0 }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var first, second strings.Builder
			want := []letter(nil)
			for _, b := range []*strings.Builder{&first, &second} {
				b.WriteString("name,people\n")
			}
			for n := 1; n <= 2000; n++ {
				fmt.Fprintf(&first, "city,%d\n", n)
				if n%7 == 0 {
					fmt.Fprintf(&first, "bad,row,%d\n", n) // takes a number too
				}
				fmt.Fprintf(&second, "city,%d\n", -n)
			}
			for n := 500; n <= 2000; n += 500 {
				want = append(want, letter{"check", "first", int64(n + (n-1)/7), city{"city", n}, "other"})
			}
			for n := 500; n <= 2000; n += 500 {
				want = append(want, letter{"check", "second", int64(n), city{"city", -n}, "other"})
			}
			f := flow.Concat(
				flow.From(source.CSV[city](source.Named("first", text(first.String())), stage.OnError(stage.Skip()))),
				flow.From(source.CSV[city](source.Named("second", text(second.String())))),
			)
			var letters []letter
			check := operators.MapErr(func(c city) (city, error) {
				if c.People%500 == 0 {
					return c, errBoom
				}
				return c, nil
			}, stage.Name("check"), stage.OnError(lettered(&letters)))
			if err := via(f).Via(check).To(sink.Discard[city]()).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, letters); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file is read a window at a time, and an error further down leaves what it
// says of the record away where nobody asked for numbers.
func TestFileFillsTheWindow(t *testing.T) {
	path := write(t, "numbers", strings.Repeat("7\n", 100_000))
	r, err := flow.From(source.Lines(source.File(path))).To(sink.Discard[string]()).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Snapshot().Stage("lines"); s.Out != 100_000 || s.Chunks > 20_000 {
		t.Errorf("%d lines in %d answers", s.Out, s.Chunks)
	}
}

func TestFatalInputs(t *testing.T) {
	broken := func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("one\ntwo\nthr"), failingReader{})), nil
	}
	missing := filepath.Join(t.TempDir(), "missing")
	type fatal struct {
		s     stage.Source[string]
		want  []string
		cause error
	}
	for name, test := range map[string]fatal{
		"missing":        {source.Lines(source.File(missing)), nil, fs.ErrNotExist},
		"opener":         {source.Lines(func(context.Context) (io.ReadCloser, error) { return nil, errBoom }), nil, errBoom},
		"read":           {source.Lines(broken), []string{"one", "two"}, errBoom},
		"truncated gzip": {source.Lines(text(gzipped("one\n")[:20])), []string{"one"}, io.ErrUnexpectedEOF},
		"reader used twice": {func() stage.Source[string] {
			once := source.Reader(strings.NewReader("one"))
			_, _ = once(t.Context())
			return source.Lines(once)
		}(), nil, stage.ErrUsed},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := flow.Collect(t.Context(), flow.From(test.s))
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v before the error", got)
			}
			wantStage(t, err, "lines", test.cause)
		})
	}
	_, err := flow.Collect(t.Context(), flow.From(source.Lines(func(context.Context) (io.ReadCloser, error) { return nil, nil })))
	if err == nil || !strings.Contains(err.Error(), "nothing to read from") {
		t.Errorf("an opener that returns nothing: %v", err)
	}
	_, err = flow.Collect(t.Context(), flow.From(source.CSV[city](source.Named("in.csv", text("name\nUlm\n")))))
	if err == nil || !strings.Contains(err.Error(), `in.csv: CSV header: no column "people"`) {
		t.Errorf("a missing column: %v", err)
	}
	_, err = flow.Collect(t.Context(), flow.From(source.JSONArray[city](text(`{"name":"Ulm"}`))))
	if err == nil || !strings.Contains(err.Error(), "not a JSON array") {
		t.Errorf("no array: %v", err)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errBoom }

func TestRecordMistakes(t *testing.T) {
	ok := text("")
	for name, s := range map[string]interface{ Meta() stage.Meta }{
		"no opener":        source.Lines(nil),
		"no opener inside": source.Lines(source.Named("x", nil)),
		"limit":            source.LinesWith(ok, source.RecordOptions{MaxRecord: -1}),
		"comma":            source.CSVWith[city](ok, source.RecordOptions{Comma: '"'}),
		"type":             source.CSV[int](ok),
		"option":           source.JSONLines[city](ok, stage.Workers(2)),
		"policy":           source.JSONArray[city](ok, stage.OnError(stage.DeadLetter(nil))),
	} {
		if s.Meta().Err == nil {
			t.Errorf("%s: no mistake was found", name)
		}
	}
}

type exploding struct{}

func (*exploding) UnmarshalText([]byte) error { panic("oh") }

func TestDecoderPanics(t *testing.T) {
	type row struct{ A exploding }
	_, err := flow.Collect(t.Context(), flow.From(source.CSV[row](text("A\n1\n"))))
	wantPanic(t, err, "csv", "oh")
}

// The whole input is never in memory.
func TestRecordsInBoundedMemory(t *testing.T) {
	const elements = 50_000
	n := 0
	endless := readerFunc(func(p []byte) (int, error) {
		switch n++; {
		case n == 1:
			return copy(p, "["), nil
		case n > elements:
			return 0, io.EOF
		}
		return copy(p, `{"name":"a city with a rather long name, so that it adds up","people":1},`), nil
	})
	var early, late uint64
	seen := 0
	err := flow.From(source.JSONArray[city](source.Reader(endless), stage.OnError(stage.Skip()))).To(sink.ForEach(func(city) error {
		switch seen++; seen {
		case elements / 10:
			early = heap()
		case elements / 10 * 9:
			late = heap()
		}
		return nil
	})).Run(t.Context())
	if err != nil || late > early+1<<20 || seen < elements-2 {
		t.Errorf("%d elements, heap %d KiB, then %d KiB, %v", seen, early>>10, late>>10, err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
