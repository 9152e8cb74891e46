package source_test

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBoom = errors.New("boom")

// open opens a source outside a pipeline, to be pulled from by hand.
func open[T any](s stage.Source[T]) demand.Upstream[T] {
	return s.Open(stage.NewRuntime(engine.New(context.Background(), nil), s.Meta()))
}

// pull asks for n elements with patience p.
func pull[T any](t *testing.T, up demand.Upstream[T], n int, p demand.Patience) []T {
	t.Helper()
	dst := demand.NewChunk[T](n)
	dst.SetPatience(p)
	if err := up.Pull(dst); err != nil {
		t.Fatal(err)
	}
	return dst.Clone()
}

// pullErr asks for elements where an error should come.
func pullErr[T any](t *testing.T, up demand.Upstream[T]) error {
	t.Helper()
	dst := demand.NewChunk[T](4)
	err := up.Pull(dst)
	if err == nil || dst.Len() > 0 {
		t.Fatalf("got %v and error %v, want an error only", dst.Items(), err)
	}
	return err
}

// collecting starts a run that hands each element to f.
func collecting[T any](t *testing.T, s stage.Source[T], f func(T) error) *flow.Running {
	t.Helper()
	r, err := flow.From(s).To(sink.ForEach(f)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantStage checks that err is a failure of the named stage because of cause.
func wantStage(t *testing.T, err error, name string, cause error) {
	t.Helper()
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != name || !errors.Is(err, cause) {
		t.Fatalf("got error %v, want one of stage %q that wraps %v", err, name, cause)
	}
}

// wantPanic checks that err is a panic of the named stage.
func wantPanic(t *testing.T, err error, name string, value any) {
	t.Helper()
	var p *stage.PanicError
	if !errors.As(err, &p) || p.Stage != name || p.Value != value || len(p.Stack) == 0 {
		t.Fatalf("got error %v, want a panic of stage %q with %v", err, name, value)
	}
}
