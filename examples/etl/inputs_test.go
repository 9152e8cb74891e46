package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write makes a file with this text, packed if its name says so.
func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if strings.HasSuffix(name, ".gz") {
		text = packed(t, text)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJSONArray(t *testing.T, flights []plain) []byte {
	t.Helper()
	text, err := json.MarshalIndent(flights, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func asJSONLines(t *testing.T, flights []plain) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, p := range flights {
		if err := enc.Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func asCSV(t *testing.T, flights []plain) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"date", "origin", "destination", "distance", "delay"})
	for _, p := range flights {
		w.Write(p.row())
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a file holds is told by its content, not by its name.
func TestAllFormatsGiveTheSameRows(t *testing.T) {
	flights := modelFlights(t)[:1000]
	want := modelRows(t)[:1000]
	for name, text := range map[string][]byte{
		"array.json":    asJSONArray(t, flights),
		"array.json.gz": asJSONArray(t, flights),
		"lines.jsonl":   asJSONLines(t, flights),
		"lines.gz":      asJSONLines(t, flights),
		"table.csv":     asCSV(t, flights),
		"table.csv.gz":  asCSV(t, flights),
		"packed.csv":    packed(t, asCSV(t, flights)),
		"array.csv":     asJSONArray(t, flights),
		"table":         asCSV(t, flights),
	} {
		t.Run(name, func(t *testing.T) {
			o := etlRun(t, "-report", "json", "-in", write(t, name, text))
			if r := o.report(t); o.code != 0 || r.rejected() != 0 {
				t.Fatalf("exit code %d, rejected %v", o.code, r.Rejected)
			}
			if diff := cmp.Diff(want, o.query(t, "SELECT * FROM flights")); diff != "" {
				t.Errorf("flights (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRejections(t *testing.T) {
	const good = `{"date":"2001/01/01 00:47","delay":66,"distance":1750,"origin":"DTW","destination":"LAS"}`
	for _, c := range []struct {
		what, text string
		reason     string // "": the file fails the run
		record     int64
		detail     string
	}{
		{"no time", strings.Replace(good, "00:47", "25:00", 1), "bad_field", 1, `date "2001/01/01 25:00" is no time`},
		{"no date", strings.Replace(good, "date", "day", 1), "bad_field", 1, "no date"},
		{"no origin", strings.Replace(good, "DTW", "", 1), "bad_field", 1, "no origin"},
		{"null", strings.Replace(good, "66", "null", 1), "bad_field", 1, "no delay"},
		{"distance", strings.Replace(good, "1750", "0", 1), "bad_field", 1, "distance 0"},
		{"not whole", strings.Replace(good, "66", "6.5", 1), "bad_field", 1, "6.5"},
		{"airport", strings.Replace(good, "DTW", "dtw", 1), "unknown_airport", 1, `origin "dtw"`},
		{"long", good + "\n" + `{"remarks":"` + strings.Repeat("x", 64<<10) + `"}`, "too_long", 2, "65536 bytes"},
		{"array cut off", "[" + good + "," + good[:40], "malformed", 2, "ends inside"},
		{"line cut off", good + "\n" + good[:40], "malformed", 2, ""},
		{"empty cell", "date,origin,destination,distance,delay\n2001/01/01 00:47,DTW,LAS,1750,\n", "bad_field", 1, "no delay"},
		{"short row", "date,origin,destination,distance,delay\n2001/01/01 00:47,DTW,LAS\n", "malformed", 1, "3 fields"},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := write(t, "in", []byte(c.text))
			o := etlRun(t, "-report", "json", "-in", in)
			r := o.report(t)
			if o.code != 0 || r.rejected() != 1 || r.Rejected[c.reason] != 1 || r.Read != c.record {
				t.Fatalf("exit code %d, %d read, rejected %v; stderr %s", o.code, r.Read, r.Rejected, o.stderr)
			}
			l := letters(t, filepath.Join(o.dir, "dead.jsonl"))[0]
			if l.File != in || l.Record != c.record || string(l.Reason) != c.reason || !strings.Contains(l.Detail, c.detail) {
				t.Errorf("dead letter %+v, want a detail with %q", l, c.detail)
			}
		})
	}
}

func TestAnEmptyFileHasNoFlights(t *testing.T) {
	o := etlRun(t, "-report", "json", "-in", write(t, "in", nil))
	if r := o.report(t); o.code != 0 || r.Read != 0 {
		t.Errorf("exit code %d, %d read", o.code, r.Read)
	}
}

// What can't begin prints no report and leaves the output as it is.
func TestWhatCannotBegin(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-in", "no-such-file"}, "no-such-file"},
		{[]string{"-in", "data"}, "data is a folder"},
		{[]string{"-airports", "no-such-file"}, "no-such-file"},
		{[]string{"-airports", "data/flights-20k.json"}, "CSV header"},
		{[]string{"-report", "xml"}, "want text or json"},
		{[]string{"-repeat", "0"}, "want at least 1"},
		{[]string{"-slow", "-1ms"}, "no negative time"},
		{[]string{"flights.json"}, "given with -in"},
		{[]string{"-colour"}, "-colour"},
	} {
		o := etlRun(t, c.args...)
		if o.code != 1 || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", c.args, o.code, o.stdout, o.stderr)
		}
		if left, err := os.ReadDir(o.dir); err != nil || len(left) > 0 {
			t.Errorf("%v: left %v, %v", c.args, left, err)
		}
	}
}

// An input that can't be read to its end fails the run, and what was written
// before is in the report.
func TestWhatFailsOnTheWay(t *testing.T) {
	whole := packed(t, asJSONLines(t, modelFlights(t)))
	for _, c := range []struct {
		what string
		text []byte
		want string
		rows bool
	}{
		{"gzip cut off", whole[:len(whole)/2], "unexpected EOF", true},
		{"no columns", []byte("a,b\n1,2\n"), `"date"`, false},
		{"not text", []byte("\x00\x01"), "neither JSON nor CSV", false},
	} {
		in := write(t, "in", c.text)
		o := etlRun(t, "-report", "json", "-in", in)
		if o.code != 1 || !strings.Contains(o.stderr, c.want) || !strings.Contains(o.stderr, in) {
			t.Errorf("%s: exit code %d, stderr %q", c.what, o.code, o.stderr)
		}
		r := o.report(t)
		if got := r.Written > 0; got != c.rows || r.Written > r.Read {
			t.Errorf("%s: %d of %d written", c.what, r.Written, r.Read)
		}
	}
}

func TestAirportsFromAFile(t *testing.T) {
	few := write(t, "airports.csv", []byte("iata,name,city,state\nLAS,McCarran,Las Vegas,NV\nPHX,Sky Harbor,Phoenix,AZ\n"))
	o := etlRun(t, "-report", "json", "-in", "data/flights-20k.json", "-airports", few)
	want := 0
	for _, p := range modelFlights(t) {
		if p.Origin+p.Destination == "LASPHX" || p.Origin+p.Destination == "PHXLAS" {
			want++
		}
	}
	if r := o.report(t); o.code != 0 || r.Written != int64(want) || r.Rejected["unknown_airport"] != 20000-r.Written {
		t.Errorf("exit code %d, %d written, want %d; rejected %v", o.code, r.Written, want, r.Rejected)
	}
}
