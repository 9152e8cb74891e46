package sink_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBoom = errors.New("boom")

// run writes the items to a sink.
func run[T any](s stage.Sink[T], items ...T) error {
	return flow.From(source.Slice(items)).To(s).Run(context.Background())
}

// wantStage checks that err is a failure of the named stage because of cause.
func wantStage(t *testing.T, err error, name string, cause error) {
	t.Helper()
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != name || !errors.Is(err, cause) {
		t.Fatalf("got error %v, want one of stage %q that wraps %v", err, name, cause)
	}
}

// tracked is a source that says what became of its elements, one lineage each.
type tracked struct {
	n        int
	next     int
	settled  []demand.Outcome
	cause    []error
	source   string
	err      error
	onSettle func()
}

func track(n int) *tracked {
	return &tracked{n: n, settled: make([]demand.Outcome, n), cause: make([]error, n), source: "tracked"}
}

// unsettled is the outcome of an element that is still on its way.
const unsettled = demand.Outcome(255)

func (s *tracked) Meta() stage.Meta { return stage.Meta{Kind: "Tracked"} }

func (s *tracked) Open(*stage.Runtime) demand.Upstream[int] {
	for i := range s.settled {
		s.settled[i] = unsettled
	}
	return s
}

func (s *tracked) Pull(dst *demand.Chunk[int]) error {
	switch {
	case s.err != nil:
		return s.err
	case s.next == s.n:
		return demand.ErrCompleted
	}
	i := s.next
	l := demand.NewLineage(func(st demand.Settlement) {
		s.settled[i], s.cause[i] = st.Outcome, st.Cause
		if s.onSettle != nil {
			s.onSettle()
		}
	})
	l.Origin = demand.Origin{Source: s.source, Base: int64(i)}
	dst.SetLineage(l)
	dst.AppendRecord(i, 1)
	s.next++
	return nil
}

func (s *tracked) Cancel(cause error) { s.err = cause }

// done returns the elements that count as handled.
func (s *tracked) done() (done []int) {
	for i, o := range s.settled {
		if o == demand.Done {
			done = append(done, i)
		}
	}
	return done
}

// recorder is an output that keeps what came, and can fail.
type recorder struct {
	bytes.Buffer
	opened, flushed, closed          int
	openErr, writeErr, flushErr, err error
}

func (r *recorder) open(context.Context) (io.WriteCloser, error) {
	r.opened++
	return r, r.openErr
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.writeErr != nil {
		return 0, r.writeErr
	}
	return r.Buffer.Write(p)
}

func (r *recorder) Flush() error { r.flushed++; return r.flushErr }
func (r *recorder) Close() error { r.closed++; return r.err }

// read returns what a file holds.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func inTemp(t *testing.T, name string) string { return filepath.Join(t.TempDir(), name) }

// What is wrong with a description is told by Start, with the stage's name.
func TestMistakes(t *testing.T) {
	w := new(recorder)
	var dst []int
	for name, s := range map[string]stage.Sink[int]{
		"foreach":     sink.ForEach[int](nil),
		"slice":       sink.Slice[int](nil),
		"chan":        sink.Chan[int](nil),
		"closingchan": sink.ClosingChan[int](nil),
		"jsonlines":   sink.JSONLines[int](nil),
		"csv":         sink.CSV[int](w.open),
		"sql":         sink.SQL[int](nil, "INSERT", func(int) []any { return nil }),
		"adapt":       sink.Adapt[int](func(v int) string { return "" }, nil),
		"discard":     sink.Adapt[int, string](nil, sink.Discard[string]()),
		"flushevery":  sink.FlushEvery[int](1, 1, nil),
		"every":       sink.FlushEvery(1, 1, sink.Slice(&dst, stage.Name("every"))),
		"negative":    sink.FlushEvery(-1, 1, sink.JSONLines[int](w.open, stage.Name("negative"))),
		"output":      sink.JSONLines[int](sink.Output(nil), stage.Name("output")),
		"synced":      sink.JSONLines[int](sink.Synced(nil), stage.Name("synced")),
		"option":      sink.JSONLines[int](w.open, stage.Workers(2), stage.Name("option")),
	} {
		t.Run(name, func(t *testing.T) {
			err := run(s, 1, 2, 3)
			wantStage(t, err, name, s.Meta().Err)
		})
	}
	if w.opened > 0 {
		t.Error("an output was opened")
	}
	if err := run(sink.Writer[string](nil)); err == nil {
		t.Error("a nil writer was taken")
	}
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
