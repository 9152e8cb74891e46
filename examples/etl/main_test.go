package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// TestMain can be the command itself, for tests that want a process.
func TestMain(m *testing.M) {
	if os.Getenv("ETL_TEST_COMMAND") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// command is a process that runs the command.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "ETL_TEST_COMMAND=1")
	return cmd
}

// outcome is what a run of the command left behind.
type outcome struct {
	code           int
	stdout, stderr string
	dir            string
}

// etlRun runs the command in this process, with a folder of its own.
func etlRun(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	dir := t.TempDir()
	code := run(t.Context(), append([]string{"-out", dir}, args...), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String(), dir}
}

// report reads what -report json prints, which must be one object and nothing
// else.
func (o outcome) report(t *testing.T) report {
	t.Helper()
	var r report
	d := json.NewDecoder(strings.NewReader(o.stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%v in %q; stderr %q", err, o.stdout, o.stderr)
	}
	if d.More() {
		t.Fatalf("more than one object: %q", o.stdout)
	}
	if got := r.Written + r.rejected(); o.code == 0 && r.Read != got {
		t.Errorf("read %d, written and rejected %d", r.Read, got)
	}
	return r
}

// query returns the rows of a table as text.
func (o outcome) query(t *testing.T, q string, args ...any) (all [][]string) {
	t.Helper()
	db, err := sql.Open("sqlite", address(filepath.Join(o.dir, "flights.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	for rows.Next() {
		row := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// letters reads dead.jsonl, by record.
func letters(t *testing.T, path string) (all []deadLetter) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var l deadLetter
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b deadLetter) int { return int(a.Record - b.Record) })
	return all
}

func TestDefaultRun(t *testing.T) {
	o := etlRun(t, "-report", "json")
	if o.code != 0 {
		t.Fatalf("exit code %d: %s", o.code, o.stderr)
	}
	if !strings.Contains(o.stderr, o.dir) {
		t.Errorf("the folder %s is not named in %q", o.dir, o.stderr)
	}
	r := o.report(t)
	want := report{Read: 20140, Written: 20121, Rejected: map[string]int64{"malformed": 8, "bad_field": 8, "unknown_airport": 2, "too_long": 1}}
	got := report{Read: r.Read, Written: r.Written, Rejected: r.Rejected}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(report{}, ranking{}, stageReport{})); diff != "" {
		t.Error(diff)
	}
	if r.Seconds <= 0 || r.PeakHeap == 0 {
		t.Errorf("%g seconds, peak heap %d", r.Seconds, r.PeakHeap)
	}
	for _, s := range r.Stages {
		if all := s.Busy + s.Idle + s.Backpressured; math.Abs(all-1) > 0.001 || min(s.Busy, s.Idle, s.Backpressured) < 0 {
			t.Errorf("the times of stage %s are no parts of a whole: %+v", s.Name, s)
		}
	}

	rejected := letters(t, filepath.Join(o.dir, "dead.jsonl"))
	for i := range rejected {
		if rejected[i].Detail == "" {
			t.Errorf("no detail: %+v", rejected[i])
		}
		rejected[i].Detail = ""
	}
	if diff := cmp.Diff(letters(t, "data/expected-dead.jsonl"), rejected); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}

func TestRowsAreThoseOfTheInput(t *testing.T) {
	o := etlRun(t, "-in", "data/flights-20k.json")
	if diff := cmp.Diff(modelRows(t), o.query(t, "SELECT * FROM flights")); diff != "" {
		t.Errorf("flights (-want +got):\n%s", diff)
	}
}

// Without -out the output goes below the working directory.
func TestDefaultFolder(t *testing.T) {
	cmd := command(t, "-report", "json")
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	o := outcome{stdout: string(out), dir: filepath.Join(cmd.Dir, "out", "etl")}
	if err != nil {
		t.Fatal(err)
	}
	o.report(t)
	if n := o.query(t, "SELECT count(*) FROM flights")[0][0]; n != "20121" {
		t.Errorf("%s rows", n)
	}
}

func TestOutputOfAnEarlierRunIsReplaced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b", "50% off? #1")
	for _, in := range []string{"data/flights-damaged.json", "data/flights-20k.json"} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{"-out", dir, "-in", in}, &stdout, &stderr); code != 0 {
			t.Fatal(stderr.String())
		}
	}
	o := outcome{dir: dir}
	if n := o.query(t, "SELECT count(*) FROM flights")[0][0]; n != "20000" {
		t.Errorf("%s rows", n)
	}
	if l := letters(t, filepath.Join(dir, "dead.jsonl")); len(l) > 0 {
		t.Errorf("%d dead letters are left over", len(l))
	}
}

func TestTextReport(t *testing.T) {
	o := etlRun(t)
	for _, want := range []string{
		"read                     20,140\n",
		"written                  20,121  " + filepath.Join(o.dir, "flights.db") + "\n",
		"  unknown_airport             2\n",
		"read = written + rejected: 20,140 = 20,121 + 19\n",
		"peak heap  ",
		"\nsqlite             20,121       20,121 ",
		"The bottleneck is ",
		"\nJFK → SJU              11     62.8      219  New York, San Juan\n",
	} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("no %q in\n%s", want, o.stdout)
		}
	}
	_, routes, _ := strings.Cut(o.stdout, "The worst routes")
	if n := strings.Count(routes, " → "); n != 10 {
		t.Errorf("%d routes in\n%s", n, routes)
	}
}

func TestRepeatReadsTheInputAgain(t *testing.T) {
	o := etlRun(t, "-report", "json", "-in", "data/flights-damaged.json", "-in", "data/flights-damaged.json", "-repeat", "3")
	r := o.report(t)
	if o.code != 0 || r.Read != 6*140 || r.Written != 6*121 {
		t.Errorf("exit code %d, %d read, %d written", o.code, r.Read, r.Written)
	}
	for _, s := range r.Stages {
		if s.Name == "read" && s.Out != 6*(140-12) { // the source refuses 12 of each 140
			t.Errorf("stage read has given %d records", s.Out)
		}
	}
	if l := letters(t, filepath.Join(o.dir, "dead.jsonl")); len(l) != 6*19 || l[0].Record != 7 || l[5].Record != 7 {
		t.Errorf("%d dead letters, of which the first are %v", len(l), l[:min(6, len(l))])
	}
}

func TestHelp(t *testing.T) {
	o := etlRun(t, "-help")
	if o.code != 0 || !strings.Contains(o.stdout, "-repeat N") {
		t.Errorf("exit code %d, stdout %q", o.code, o.stdout)
	}
}

func TestACancelledRunFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"-out", t.TempDir()}, &stdout, &stderr); code != 1 {
		t.Errorf("exit code %d", code)
	}
}
