package sink_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

type trip struct {
	From string  `json:"from" csv:"from"`
	Fare float64 `json:"fare" csv:"fare"`
}

func TestOutputFormats(t *testing.T) {
	var w recorder
	if err := run(sink.JSONLines[trip](w.open), trip{"<A>", 1.5}, trip{"B", 2}); err != nil {
		t.Fatal(err)
	}
	if err := run(sink.CSV[trip](w.open), trip{"A, B", 1.5}, trip{"say \"B\"", 1e21}); err != nil {
		t.Fatal(err)
	}
	if err := run(sink.Lines[string](w.open), "one", "", "three"); err != nil {
		t.Fatal(err)
	}
	if err := run(sink.Lines[[]byte](w.open), []byte("bytes")); err != nil {
		t.Fatal(err)
	}
	if err := run(sink.Writer[[]byte](&w), []byte("as "), []byte("it is")); err != nil {
		t.Fatal(err)
	}
	want := `{"from":"<A>","fare":1.5}
{"from":"B","fare":2}
from,fare
"A, B",1.5
"say ""B""",1e+21
one

three
bytes
as it is`
	if w.String() != want || w.opened != 4 || w.closed != 4 {
		t.Errorf("opened %d times, closed %d times:\n%s", w.opened, w.closed, &w)
	}
}

// A file is made by a run without elements too, with its header; it is emptied
// by the next run, and left alone by one that fails before the first element.
func TestFileIsMade(t *testing.T) {
	path := inTemp(t, "trips.csv")
	s := sink.CSV[trip](sink.File(path))
	for _, test := range []struct {
		items []trip
		want  string
	}{
		{nil, "from,fare\n"},
		{[]trip{{"A", 1}, {"B", 2}}, "from,fare\nA,1\nB,2\n"},
		{[]trip{{"C", 3}}, "from,fare\nC,3\n"},
	} {
		if err := run(s, test.items...); err != nil || read(t, path) != test.want {
			t.Errorf("%v: %q, %v", test.items, read(t, path), err)
		}
	}
	fails := source.Func(func(context.Context) (trip, error) { return trip{}, errBoom })
	if err := flow.From(fails).To(s).Run(t.Context()); !errors.Is(err, errBoom) || read(t, path) != "from,fare\nC,3\n" {
		t.Errorf("after a failure: %q, %v", read(t, path), err)
	}
}

// What was written reaches the file when nothing more is waiting.
func TestFlushWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan string)
		var w recorder
		r, err := flow.From(source.Chan(ch)).To(sink.Lines[string](w.open)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ch <- "one"
		synctest.Wait()
		if w.String() != "one\n" || w.flushed == 0 {
			t.Errorf("while idle: %q after %d flushes", &w, w.flushed)
		}
		close(ch)
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// Elements count as handled when they were flushed, after so many or so long.
func TestFlushEvery(t *testing.T) {
	var w recorder
	s := track(95)
	var handled []int
	s.onSettle = func() { handled = append(handled, w.flushed) }
	if err := flow.From(s).To(sink.FlushEvery(10, time.Hour, sink.JSONLines[int](w.open))).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, flushes := range handled {
		if flushes != i/10+1 {
			t.Errorf("element %d counted as handled after %d flushes", i, flushes)
		}
	}
	if len(handled) != 95 || w.flushed < 10 {
		t.Errorf("%d elements handled in %d flushes", len(handled), w.flushed)
	}

	synctest.Test(t, func(t *testing.T) {
		var w recorder
		s, start := track(25), time.Now()
		var at []time.Duration
		s.onSettle = func() { at = append(at, time.Since(start)) }
		slow := operators.Map(func(v int) int { time.Sleep(100 * time.Millisecond); return v })
		if err := flow.From(s).Via(slow).To(sink.FlushEvery(1000, time.Second, sink.JSONLines[int](w.open))).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, d := range at {
			if waited := d - time.Duration(i+1)*100*time.Millisecond; waited < 0 || waited > time.Second+100*time.Millisecond {
				t.Errorf("element %d was handled %s after it came", i, waited)
			}
		}
		if len(at) != 25 || w.flushed > 4 {
			t.Errorf("%d elements handled in %d flushes", len(at), w.flushed)
		}
	})
}

func TestOutputFails(t *testing.T) {
	for name, test := range map[string]struct {
		w      recorder
		closed int
	}{
		"open":  {recorder{openErr: errBoom}, 0},
		"write": {recorder{writeErr: errBoom}, 1},
		"flush": {recorder{flushErr: errBoom}, 1},
		"close": {recorder{err: errBoom}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := track(3)
			err := flow.From(s).To(sink.JSONLines[int](test.w.open)).Run(t.Context())
			wantStage(t, err, "jsonlines", errBoom)
			if test.w.closed != test.closed {
				t.Errorf("closed %d times, want %d", test.w.closed, test.closed)
			}
			if n := len(s.done()); n > 0 && name != "close" {
				t.Errorf("%d elements count as handled", n)
			}
			err = run(sink.CSV[trip](test.w.open, stage.Name("without elements")))
			wantStage(t, err, "without elements", errBoom)
		})
	}
	missing := filepath.Join(t.TempDir(), "no", "such", "directory")
	wantStage(t, run(sink.Lines[string](sink.File(missing)), "x"), "lines", fs.ErrNotExist)
	err := run(sink.Lines[string](func(context.Context) (io.WriteCloser, error) { return nil, nil }), "x")
	if err == nil || !strings.Contains(err.Error(), "nothing to write to") {
		t.Errorf("an opener that returns nothing: %v", err)
	}
}

// An element that can't be encoded fails the run behind those before it, which
// are written; the error names the record.
func TestElementCantBeEncoded(t *testing.T) {
	var w recorder
	s := track(10)
	f := flow.Via(flow.From(s), operators.Map(func(v int) float64 {
		if v == 4 {
			return math.NaN()
		}
		return float64(v)
	}))
	err := f.To(sink.JSONLines[float64](w.open)).Run(t.Context())
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != "jsonlines" || at.Source != "tracked" || at.Record != 5 {
		t.Errorf("got %v", err)
	}
	if w.String() != "0\n1\n2\n3\n" || w.closed != 1 {
		t.Errorf("written %q, closed %d times", &w, w.closed)
	}
}

// However a run ends, the file ends with a whole line; a drain loses nothing.
func TestFileEndsWithALine(t *testing.T) {
	for name, end := range map[string]func(*flow.Running) error{
		"drain": func(r *flow.Running) error { return r.Drain(context.Background()) },
		"stop":  func(r *flow.Running) error { return r.Stop(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			path := inTemp(t, "numbers")
			enough := make(chan struct{})
			mark := operators.Map(func(v int) string {
				if v == 100_000 {
					close(enough)
				}
				return fmt.Sprint(v)
			})
			r, err := flow.Via(flow.From(source.Range(0, 1<<40)), mark).To(sink.Lines[string](sink.File(path))).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			<-enough
			if err := end(r); name == "drain" && err != nil || name == "stop" && err != flow.ErrStopped {
				t.Fatal(err)
			}
			lines := strings.Split(read(t, path), "\n")
			if last := lines[len(lines)-1]; last != "" {
				t.Errorf("the file ends with %q", last)
			}
			lines = lines[:len(lines)-1]
			for i, line := range lines {
				if line != fmt.Sprint(i) {
					t.Fatalf("line %d is %q", i, line)
				}
			}
			if st, _ := r.Snapshot().Stage("range"); name == "drain" && int(st.Out) != len(lines) {
				t.Errorf("read %d, written %d", st.Out, len(lines))
			}
		})
	}
}

func TestOutputStaysOpen(t *testing.T) {
	var w recorder
	s := sink.Lines[string](sink.Output(&w))
	for range 2 {
		if err := run(s, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if w.String() != "x\nx\n" || w.closed != 0 || w.flushed < 2 {
		t.Errorf("wrote %q, flushed %d times, closed %d times", &w, w.flushed, w.closed)
	}
}

// onDisk counts how often it was synced.
type onDisk struct {
	recorder
	synced  int
	syncErr error
}

func (d *onDisk) Sync() error {
	if d.Len() == 0 {
		return errors.New("synced before anything was written")
	}
	d.synced++
	return d.syncErr
}

func TestSynced(t *testing.T) {
	d := new(onDisk)
	open := func(context.Context) (io.WriteCloser, error) { return d, nil }
	s := sink.FlushEvery(10, time.Hour, sink.JSONLines[int](sink.Synced(open)))
	if err := flow.From(track(100)).To(s).Run(t.Context()); err != nil || d.synced < 10 || d.flushed != d.synced {
		t.Errorf("synced %d times, flushed %d times, %v", d.synced, d.flushed, err)
	}
	d.syncErr = errBoom
	wantStage(t, run(s, 1), "jsonlines", errBoom)

	path := inTemp(t, "synced")
	if err := run(sink.Lines[string](sink.Synced(sink.File(path))), "x"); err != nil || read(t, path) != "x\n" {
		t.Errorf("a file: %q, %v", read(t, path), err)
	}
	var plain recorder
	if err := run(sink.Lines[string](sink.Synced(plain.open)), "x"); err != nil || plain.String() != "x\n" {
		t.Errorf("what can't be synced: %q, %v", &plain, err)
	}
	wantStage(t, run(sink.Lines[string](sink.Synced(sink.File("/does/not/exist"))), "x"), "lines", fs.ErrNotExist)
}

// A dead-letter file holds each letter as soon as it is written.
func TestDeadLetterFile(t *testing.T) {
	path := inTemp(t, "dead.jsonl")
	type reject struct {
		File   string
		Record int64
		Reason string
	}
	letters := sink.Adapt(func(l stage.Letter) reject { return reject{l.Source, l.Record, l.Err.Error()} }, sink.JSONLines[reject](sink.File(path)))
	check := operators.MapErr(func(v int) (int, error) {
		if v%2 == 1 {
			return 0, errBoom
		}
		if v > 0 && strings.Count(read(t, path), "\n") != v/2 {
			return 0, fmt.Errorf("at %d the file held %q", v, read(t, path))
		}
		return v, nil
	}, stage.OnError(stage.DeadLetter(letters)))
	if err := flow.From(track(4)).Via(check).To(sink.Discard[int]()).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "{\"File\":\"tracked\",\"Record\":2,\"Reason\":\"boom\"}\n{\"File\":\"tracked\",\"Record\":4,\"Reason\":\"boom\"}\n"
	if got := read(t, path); got != want {
		t.Errorf("got %s", got)
	}
}

func TestSinkNames(t *testing.T) {
	s := track(1)
	r, err := flow.From(s).To(sink.FlushEvery(10, 0, sink.JSONLines[int](new(recorder).open, stage.Name("log")))).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Fatal(err)
	}
	if st, ok := r.Snapshot().Stage("log"); !ok || st.In != 1 || s.settled[0] != demand.Done {
		t.Errorf("in %d, handled %v", st.In, s.settled[0])
	}
}

func ExampleWriter() {
	err := flow.From(source.Slice([]string{"a", "b\n"})).To(sink.Writer[string](os.Stdout)).Run(context.Background())
	fmt.Println(err)
	// Output:
	// ab
	// <nil>
}

func ExampleLines() {
	err := flow.From(source.Slice([]string{"a", "b"})).To(sink.Lines[string](sink.Output(os.Stdout))).Run(context.Background())
	fmt.Println(err)
	// Output:
	// a
	// b
	// <nil>
}

func ExampleJSONLines() {
	type event struct {
		ID int `json:"id"`
	}
	err := flow.From(source.Slice([]event{{1}, {2}})).To(sink.JSONLines[event](sink.Output(os.Stdout))).Run(context.Background())
	fmt.Println(err)
	// Output:
	// {"id":1}
	// {"id":2}
	// <nil>
}

func ExampleCSV() {
	type city struct {
		Name   string `csv:"name"`
		People int    `csv:"inhabitants"`
	}
	err := flow.From(source.Slice([]city{{"Ulm", 126000}, {"Bonn", 332000}})).To(sink.CSV[city](sink.Output(os.Stdout))).Run(context.Background())
	fmt.Println(err)
	// Output:
	// name,inhabitants
	// Ulm,126000
	// Bonn,332000
	// <nil>
}

// Every row that counts as handled is on the disk.
func ExampleSynced() {
	path := filepath.Join(os.TempDir(), "weir-example.jsonl")
	defer os.Remove(path)
	to := sink.JSONLines[int](sink.Synced(sink.File(path)))
	fmt.Println(flow.From(source.Range(0, 3)).To(sink.FlushEvery(100, time.Second, to)).Run(context.Background()))
	// Output: <nil>
}

func TestEncode(t *testing.T) {
	var out strings.Builder
	encode := func(dst []byte, v int) ([]byte, error) {
		if v == 3 {
			return append(dst, "half"...), errBoom
		}
		return strconv.AppendInt(append(dst, '<'), int64(v), 10), nil
	}
	err := flow.From(source.Range(0, 5)).To(sink.Encode(sink.Output(&out), encode)).Run(t.Context())
	if !errors.Is(err, errBoom) || out.String() != "<0<1<2" {
		t.Errorf("wrote %q, error %v", out.String(), err)
	}
	err = flow.From(source.Range(0, 5)).To(sink.Encode[int](sink.Output(&out), nil)).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `stage "encode": function must not be nil`) {
		t.Errorf("error %v", err)
	}
}
