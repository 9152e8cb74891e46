package sink_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

type colour string

func (c colour) MarshalText() ([]byte, error) {
	if c == "" {
		return nil, errBoom
	}
	return []byte("#" + string(c)), nil
}

func (c *colour) UnmarshalText(b []byte) error {
	*c = colour(strings.TrimPrefix(string(b), "#"))
	return nil
}

type Place struct{ Lat, Lon float32 }

type row struct {
	ID    int64 `csv:"id"`
	Name  string
	Small int8      `csv:"small"`
	Big   uint64    `csv:"big"`
	Yes   bool      `csv:"yes"`
	At    time.Time `csv:"at"`
	Day   time.Time `csv:"day" layout:"2006-01-02"`
	Tint  colour    `csv:"tint"`
	Note  *string   `csv:"note"`
	Place
	Hidden  chan int `csv:"-"`
	private int
}

func TestCSVFields(t *testing.T) {
	note, day := "a \"note\"", time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	rows := []row{
		{ID: -1, Name: "a,b", Small: -128, Big: 1<<64 - 1, Yes: true, At: day.Add(time.Hour), Day: day, Tint: "fff", Note: &note, Place: Place{1.5, -0.1}, private: 1},
		{Name: "line\nbreak", Tint: "0", Day: day, At: day},
	}
	var w recorder
	if err := run(sink.CSV[row](w.open), rows...); err != nil {
		t.Fatal(err)
	}
	want := `id,Name,small,big,yes,at,day,tint,note,Lat,Lon
-1,"a,b",-128,18446744073709551615,true,2026-02-28T01:00:00Z,2026-02-28,#fff,"a ""note""",1.5,-0.1
0,"line
break",0,0,false,2026-02-28T00:00:00Z,2026-02-28,#0,,0,0
`
	if diff := cmp.Diff(want, w.String()); diff != "" {
		t.Error(diff)
	}
	got, err := flow.Collect(t.Context(), flow.From(source.CSV[row](source.Reader(&w))))
	rows[0].private = 0
	if diff := cmp.Diff(rows, got, cmp.AllowUnexported(row{})); diff != "" || err != nil {
		t.Errorf("read back with %v: %s", err, diff)
	}
	err = run(sink.CSV[row](w.open), row{Tint: ""})
	if !errors.Is(err, errBoom) || !strings.Contains(err.Error(), `column "tint"`) {
		t.Errorf("a field that can't be written: %v", err)
	}
}

// What is written is read back the same.
func TestCSVRoundTrip(t *testing.T) {
	type record struct {
		A, B string
		N    int
		F    float64
		P    *string
	}
	rapid.Check(t, func(t *rapid.T) {
		// LF and quotes and commas, but no CR: a CR before a LF is taken for a line end.
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab,\"\n ;ß")))
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) record {
			r := record{A: text.Draw(t, "a"), B: text.Draw(t, "b"), N: rapid.Int().Draw(t, "n"), F: rapid.Float64().Draw(t, "f")}
			if p := text.Draw(t, "p"); p != "" {
				r.P = &p
			}
			return r
		}), 0, 20).Draw(t, "rows")
		var w recorder
		if err := run(sink.CSV[record](w.open), rows...); err != nil {
			t.Fatal(err)
		}
		written := w.String()
		got, err := flow.Collect(t.Context(), flow.From(source.CSV[record](source.Reader(&w))))
		if err != nil || len(got) != len(rows) {
			t.Fatalf("read back %d of %d rows with %v: %q", len(got), len(rows), err, written)
		}
		for i := range rows {
			if diff := cmp.Diff(rows[i], got[i]); diff != "" {
				t.Fatalf("row %d of %q: %s", i, written, diff)
			}
		}
	})
}

// One column without a value is still a row.
func TestCSVOneColumn(t *testing.T) {
	type single struct{ Only string }
	rows := []single{{"a"}, {""}, {"b"}}
	var w recorder
	if err := run(sink.CSV[single](w.open), rows...); err != nil {
		t.Fatal(err)
	}
	got, err := flow.Collect(t.Context(), flow.From(source.CSV[single](source.Reader(&w))))
	if err != nil || !slices.Equal(got, rows) {
		t.Errorf("read back %v, %v", got, err)
	}
}

func TestCSVTypes(t *testing.T) {
	type nested struct{ In struct{ A int } }
	type twice struct {
		A int `csv:"x"`
		B int `csv:"x"`
	}
	type layout struct {
		A int `layout:"2006"`
	}
	type empty struct{ a int }
	_ = empty{a: 1}
	for want, err := range map[string]error{
		"want a struct":                 sink.CSV[string](new(recorder).open).Meta().Err,
		"field In: struct":              sink.CSV[nested](new(recorder).open).Meta().Err,
		`there is a column "x" already`: sink.CSV[twice](new(recorder).open).Meta().Err,
		"a layout is for time.Time":     sink.CSV[layout](new(recorder).open).Meta().Err,
		"it has no exported field":      sink.CSV[empty](new(recorder).open).Meta().Err,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
