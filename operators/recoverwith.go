package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// RecoverWith goes on with the elements of another source after an error of
// upstream. f gets the error, a *stage.Error that names the stage, and returns
// the source; if it reports false, the stream fails with that error after all.
// The source is opened then, in the same run, and has its own name and counts in
// the Snapshot. Its elements come behind those before the error and have the
// lineage that it gives them. When it fails in its turn, so does the stream: to
// open a source again and again there is source.Restart.
//
// A panic is not recovered, and neither is the end of the run: f is not called
// for them. What failed counts as given up, so a source that keeps account
// delivers it again another time. A source whose reads block runs on a goroutine
// of its own, behind a link; a source that serves one run can be given once.
//
//	in                   -a-b-#
//	other source              x-y-|
//	RecoverWith(other)   -a-b-x-y-|
//
// Elsewhere: Pekko recoverWith, Reactor onErrorResume, RxJava onErrorResumeNext.
//
// emits when upstream does, and after its error when the other source does ·
// backpressures when downstream does · completes when upstream does, or the other
// source · fails when upstream does and f reports false, when the other source
// can't be opened, and when it does · cancels when downstream does, and upstream
// after its error · starts 1 goroutine, after an error, if the source blocks
func RecoverWith[T any](f func(error) (stage.Source[T], bool), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("RecoverWith", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &recoverWith[T]{up: up, rt: rt, f: f}
	})
}

type recoverWith[T any] struct {
	up      demand.Upstream[T]
	rt      *stage.Runtime
	f       func(error) (stage.Source[T], bool)
	resumed bool // up is the other source
	err     error
}

func (r *recoverWith[T]) Pull(dst *demand.Chunk[T]) error {
	if r.err != nil {
		return r.err
	}
	err := r.up.Pull(dst)
	if err == nil {
		return nil
	}
	if r.resumed || !failed(r.rt, dst, err) {
		r.err = err
		return err
	}
	s, ok := r.f(err)
	if !ok {
		r.err = err
		return err
	}
	r.up.Cancel(demand.ErrEnough)
	if r.err = r.resume(s); r.err != nil {
		r.err = errors.Join(r.err, err)
		return r.err
	}
	dst.SetLineage(nil)
	return r.up.Pull(dst)
}

// resume opens the other source.
func (r *recoverWith[T]) resume(s stage.Source[T]) error {
	if s == nil {
		return errors.New("the source to go on with is nil")
	}
	m := s.Meta()
	err := m.Err
	if err == nil {
		err = m.Once.Claim()
	}
	if err != nil {
		return &stage.Error{Stage: m.Title(), Err: err}
	}
	cell := r.rt.Cell()
	r.resumed, r.up = true, stage.OpenSource(cell, s)
	if m.Blocking {
		// Who is below may ask with limited patience, which it does not heed.
		r.up = stage.OpenStage(cell, Async[T](engine.AutoCapacity, stage.Name(r.rt.Name()+"/link")), r.up)
	}
	return nil
}

func (r *recoverWith[T]) Cancel(cause error) {
	if r.err == nil {
		r.err = cause
	}
	r.up.Cancel(cause)
}
