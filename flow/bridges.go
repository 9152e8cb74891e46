package flow

import (
	"context"
	"io"
	"iter"

	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// Seq is All for a loop over elements alone: when the loop has ended, *err is the
// error of the run, nil if the flow completed or the loop was left.
//
//	var err error
//	for trip := range flow.Seq(ctx, trips, &err) {
//		…
//	}
//	if err != nil { … }
func Seq[T any](ctx context.Context, f Flow[T], err *error) iter.Seq[T] {
	return func(yield func(T) bool) {
		*err = nil
		for v, e := range All(ctx, f) {
			if e != nil {
				*err = e
				return
			}
			if !yield(v) {
				return
			}
		}
	}
}

// Chan runs the flow in the background, and returns a channel of capacity n on
// which its elements come. The channel is closed at the end; Wait then returns
// the error, which comes no other way. Who stops receiving before that must end
// ctx, or Stop the run: else the run waits for ever.
func Chan[T any](ctx context.Context, f Flow[T], n int, opts ...RunOption) (<-chan T, *Running, error) {
	ch := make(chan T, max(n, 0))
	p := f.To(sink.ClosingChan(ch)).With(opts...)
	if n < 0 {
		p = broken[T]("chan", stage.Meta{}.Require(false, "capacity must not be negative, is %d", n).Err, f.n).To(sink.ClosingChan(ch))
	}
	r, err := p.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	return ch, r, nil
}

// Reader runs the flow in the background, and returns a reader of its elements,
// one behind the other as they are. Reading is the demand: what is not read is
// not written, and waits in a buffer of 64 KiB and above it. At the end it
// returns io.EOF, or the error of the run. Close ends the run if it has not
// ended, waits for it, and returns nil then.
func Reader[T sink.Text](ctx context.Context, f Flow[T], opts ...RunOption) (io.ReadCloser, error) {
	pr, pw := io.Pipe()
	end := func(err error) { _ = pw.CloseWithError(err) } // nil stands for io.EOF
	run, err := f.To(sink.Writer[T](pw)).With(opts...).With(onEnd(end)).Start(ctx)
	if err != nil {
		return nil, err
	}
	return &reader{pr, run}, nil
}

type reader struct {
	*io.PipeReader
	run *Running
}

func (r *reader) Close() error {
	_ = r.PipeReader.Close() // a write that waits returns
	_ = r.run.Stop(nil)
	return nil
}
