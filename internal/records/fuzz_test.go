package records

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// pieces gives an input in reads of a few bytes each.
type pieces struct {
	b    []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.b[:min(len(p.b), p.size)])
	p.b = p.b[n:]
	return n, nil
}

// sameInPieces checks that an input read at once and in pieces gives the same, and gives that.
func sameInPieces[T any](t *testing.T, data []byte, open func(r io.Reader) Reader[T]) ([]outcome[T], error) {
	t.Helper()
	all, fatal := read(t, open(bytes.NewReader(data)))
	if len(all) > len(data)+1 {
		t.Fatalf("%d records in %d bytes", len(all), len(data))
	}
	for _, size := range []int{1, 7} {
		again, other := read(t, open(&pieces{data, size}))
		if len(again) != len(all) || (other == nil) != (fatal == nil) {
			t.Fatalf("at once %d records, %v; in pieces of %d %d records, %v", len(all), fatal, size, len(again), other)
		}
		for i := range all {
			a, b := all[i], again[i]
			same := fmt.Sprint(a.value) == fmt.Sprint(b.value) && (a.bad == nil) == (b.bad == nil)
			if !same || a.bad != nil && a.bad.Reason != b.bad.Reason {
				t.Fatalf("record %d: at once %+v, in pieces of %d %+v", i+1, a, size, b)
			}
		}
	}
	return all, fatal
}

func FuzzJSONArray(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[1,"a",{"a":[]},null]`, `[{"date":"A","delay":1},{"date":"B","del{"date":"C","delay":3}]`,
		`[{"a":1},,{"a":2}]]`, "[{\"a\":\"\n},{\"a\":1}", `[{"a":{"a":{"a":x},{"a":1}]`, `[[1,2,[3],{"a":]`, `["{\"a\":`, `{`, "\x1f\x8b",
		`[{"a":"}","b":1],"c":{"a":2},{"a":3}]{"a":4}`, `["a":1},{"a":2}]`, `[1 2,3}4]`, `[{"a":1,{"b":2},{"a":3}] x`,
	} {
		f.Add([]byte(seed), 16)
		f.Add([]byte(seed), 1000)
	}
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		opt := Options{MaxRecord: 1 + int(uint(limit)%4096)}
		all, fatal := sameInPieces(t, data, func(r io.Reader) Reader[json.RawMessage] { return JSONArray[json.RawMessage](r, opt) })
		sameInPieces(t, data, func(r io.Reader) Reader[trip] { return JSONArray[trip](r, opt) })
		sameInPieces(t, data, func(r io.Reader) Reader[element] { return JSONArray[element](r, opt) })

		var want []json.RawMessage
		if len(data) > opt.MaxRecord || json.Unmarshal(data, &want) != nil || want == nil {
			return
		}
		var got []json.RawMessage
		for _, o := range all {
			if o.bad != nil {
				t.Fatalf("valid JSON: %v", o.bad)
			}
			got = append(got, o.value)
		}
		if fatal != nil || !slices.EqualFunc(got, want, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			t.Fatalf("got %s, %v; want %s", got, fatal, want)
		}
	})
}

// cutOffArray is an array of five items of this content, the third of them cut off after some bytes, and what must come out.
func cutOffArray(t *testing.T, name, value string, cut int, glue string) (in, want string) {
	t.Helper()
	var elements, stories []string
	for i := range 5 {
		b, err := json.Marshal(item{i, name, []string{value, name}})
		if err != nil {
			t.Fatal(err)
		}
		var back item // not UTF-8 does not come back
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		elements = append(elements, string(b))
		stories = append(stories, fmt.Sprint(back))
	}
	elements[2] = elements[2][:1+cut%(len(elements[2])-1)]
	stories[2] = string(Malformed)
	return join(elements, ",", 2, glue), strings.Join(stories, " | ")
}

type item struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Value []string `json:"value"`
}

// An element cut off anywhere is one malformed record among intact ones. Where its text has brackets and quotes of its own, this
// holds in all but contrived cases, so less is asked for: what comes before is intact.
func FuzzJSONArrayCutOff(f *testing.F) {
	f.Add("a", "b", uint16(20), uint8(0))
	f.Add(`{"id":1},{"id"`, `"},{"`, uint16(12), uint8(1))
	f.Add("\n\\", `{"`, uint16(30), uint8(2))
	f.Fuzz(func(t *testing.T, name, value string, cut uint16, glue uint8) {
		in, want := cutOffArray(t, name, value, int(cut), []string{",", "", "\n", ",\n"}[glue%4])
		got := story(t, JSONArray[item](strings.NewReader(in), Options{}))
		if !strings.ContainsAny(name+value, "{}[]:,\"\\|") {
			if got != want {
				t.Fatalf("%s\n got %s\nwant %s", in, got, want)
			}
			return
		}
		before, _, _ := strings.Cut(want, string(Malformed))
		if !strings.HasPrefix(got, before) {
			t.Fatalf("%s\n got %s\nwant %s first", in, got, before)
		}
	})
}

func TestCutOffInTextWithBrackets(t *testing.T) {
	for _, test := range []struct {
		name, value string
		cut         int
		glue        string
	}{
		{":", "\x80O>}\xc7{{{\x00\x00\x00\x80{", 28, ","},
		{"&", "&}},\xe4/", 49, ","},
		{"0", "},,,,]]]]]]]]]]]@]\"]]]\"", 53, ""},
		{"0", "}Z}]}]}]}:", 38, "\n"},
		{`{"id":1},{"id"`, `"},{"`, 12, ""},
		{`{"id":1},{"id"`, `"},{"`, 33, ","},
	} {
		in, want := cutOffArray(t, test.name, test.value, test.cut, test.glue)
		if got := story(t, JSONArray[item](strings.NewReader(in), Options{})); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a,b\r\n\"x\"\"\ny\",2\r\n", "a,b\n\"1,2\n3,4\n", "a,b\n1\n\"2\"x,3\n", "a,b\n\n\r\n1,2\r", "b,a\n\"\r\n\",\"\"\n", "",
	} {
		f.Add([]byte(seed), 8)
		f.Add([]byte(seed), 1000)
	}
	type row struct{ A, B string }
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		opt := Options{MaxRecord: 1 + int(uint(limit)%4096)}
		all, fatal := sameInPieces(t, data, func(r io.Reader) Reader[row] { return CSV[row](r, opt) })

		in, err := Open(bytes.NewReader(data))
		if err != nil || fatal != nil || len(data) > opt.MaxRecord {
			return
		}
		rows, err := csv.NewReader(in).ReadAll()
		if err != nil {
			return // encoding/csv stops at the first fault
		}
		var got []string
		for _, o := range all {
			if o.bad != nil {
				t.Fatalf("encoding/csv takes it: %v", o.bad)
			}
			got = append(got, fmt.Sprint(o.value))
		}
		column := func(name string) int {
			for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
				for i, column := range rows[0] {
					if same(strings.TrimSpace(column), name) {
						return i
					}
				}
			}
			return -1
		}
		a, b := column("A"), column("B")
		var want []string
		for _, r := range rows[1:] {
			want = append(want, fmt.Sprint(row{r[a], r[b]}))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// A line of any content costs no row around it that has no quotes.
func FuzzCSVDamage(f *testing.F) {
	for _, seed := range []string{`"x`, `x"`, `"x"y`, `"""`, `,"`, "\x00", `",",`} {
		f.Add(seed)
	}
	type row struct{ A, B string }
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n") || line == "" {
			t.Skip()
		}
		got := story(t, CSV[row](strings.NewReader("a,b\n1,x\n2,y\n"+line+"\n3,z\n4,\n"), Options{}))
		if !strings.HasPrefix(got, "{1 x} | {2 y} | ") || !strings.HasSuffix(got, " | {3 z} | {4 }") {
			t.Fatalf("%q: got %q", line, got)
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), 8)
	f.Add([]byte("{\"delay\":1}\n\n{\n{\"delay\":\"x\"}"), 2)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		opt := Options{MaxRecord: 1 + int(uint(limit)%64)}
		all, fatal := sameInPieces(t, data, func(r io.Reader) Reader[string] { return Lines(r, opt) })
		sameInPieces(t, data, func(r io.Reader) Reader[trip] { return JSONLines[trip](r, opt) })
		in, err := Open(iotest.HalfReader(bytes.NewReader(data)))
		if err != nil || fatal != nil {
			return
		}
		text, _ := io.ReadAll(in)
		lines := strings.Split(string(text), "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		if len(lines) != len(all) {
			t.Fatalf("got %d lines, want %d", len(all), len(lines))
		}
		for i, o := range all {
			want := strings.TrimSuffix(lines[i], "\r")
			if long := len(want) > opt.MaxRecord; long != (o.bad != nil) || !long && o.value != want {
				t.Fatalf("line %d: got %+v, want %q", i+1, o, want)
			}
		}
	})
}
