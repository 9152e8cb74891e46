package stagetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

var errWatched = errors.New("stagetest: the diagram is over")

// marbleRun is one run of a stage between two diagrams.
type marbleRun[In, Out any] struct {
	frame  time.Duration
	frames int // to watch
	in     diagram
	demand diagram
	given  legend[In]
	known  legend[Out]
	fails  error // what "#" stands for

	begun time.Time
	got   diagram
	notes []string // what a diagram can't say
}

func (r *marbleRun[In, Out]) run(s stage.Stage[In, Out]) {
	run := engine.New(context.Background(), slog.New(slog.DiscardHandler))
	r.begun = time.Now()
	up := stage.OpenSource(run, stage.NewSource(stage.Meta{Kind: "Marbles"}, func(*stage.Runtime) demand.Upstream[In] {
		return &falling[In]{begun: r.begun, frame: r.frame, signs: r.in.signs, legend: r.given, waiting: outside}
	}))
	taker := &taking[In, Out]{r: r, up: stage.OpenStage(run, s, up), requests: r.demand.signs, waiting: outside}
	var body func()
	// A window that does not change, so that the requests alone say how much is asked for.
	m := stage.Configure("Marbles", stage.TakesWindow, []stage.Option{stage.Window(1024, 1024)})
	snk := stage.NewSink(m, func(*stage.Runtime) stage.Writer[Out] { return nothing[Out]{} })
	stage.OpenSink(run, snk, demand.Upstream[Out](taker), false, &body)
	over := time.AfterFunc(time.Duration(r.frames)*r.frame, func() { run.Fail(errWatched) })
	run.Start(body)
	err := run.Wait()
	over.Stop()
	if err != nil && !taker.ended && !errors.Is(err, errWatched) {
		taker.end(err)
	}
}

// boundless credit is never used up, and leaves room for a sum.
const boundless = 1 << 40

var outside = demand.Waiting{Link: "the diagram", Outside: true}

// note adds a sign to what came out.
func (r *marbleRun[In, Out]) note(text string) {
	at := time.Since(r.begun)
	frame := int(at / r.frame)
	if frame >= r.frames {
		return
	}
	r.got.signs = append(r.got.signs, sign{frame, text})
	if rest := at % r.frame; rest > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%s came %s after the beginning of frame %d: choose a smaller frame", text, rest, frame))
	}
}

// falling gives the elements of a diagram from their time on.
type falling[T any] struct {
	begun   time.Time
	frame   time.Duration
	signs   []sign
	legend  legend[T]
	alarm   demand.Alarm
	waiting demand.Waiting
	cause   error
}

func (f *falling[T]) Pull(dst *demand.Chunk[T]) error {
	isl := dst.Island()
	if isl == nil {
		isl = demand.NewIsland()
		dst.SetIsland(isl)
	}
	for {
		switch {
		case f.cause != nil:
			return f.cause
		case len(f.signs) > 0 && f.due():
			return f.give(dst)
		}
		p := dst.Patience()
		if len(f.signs) > 0 {
			p = p.Sooner(demand.Until(f.next()))
			if dst.Patience().IsNoWait() {
				f.alarm.Set(isl, f.next())
			}
		}
		isl.Wait(func() bool { return len(f.signs) > 0 && f.due() }, p, &f.waiting)
		switch {
		case isl.Stopped():
			return demand.ErrStopped
		case len(f.signs) > 0 && f.due():
		case dst.Patience().Out(time.Now()):
			return nil
		}
	}
}

func (f *falling[T]) next() time.Time {
	return f.begun.Add(time.Duration(f.signs[0].frame) * f.frame)
}
func (f *falling[T]) due() bool { return !time.Now().Before(f.next()) }

// give answers with what is due.
func (f *falling[T]) give(dst *demand.Chunk[T]) error {
	for len(f.signs) > 0 && f.due() && dst.Free() > 0 {
		switch s := f.signs[0].text; {
		case !f.signs[0].ends():
			dst.Append(f.legend.value(s))
		case dst.Len() > 0:
			return nil
		case s == breaks:
			return ErrMarble
		default:
			return demand.ErrCompleted
		}
		f.signs = f.signs[1:]
	}
	return nil
}

func (f *falling[T]) Cancel(cause error) {
	f.alarm.Stop()
	f.cause = cause
}

// taking asks the stage for what a diagram of requests says, and notes what
// comes.
type taking[In, Out any] struct {
	r        *marbleRun[In, Out]
	up       demand.Upstream[Out]
	requests []sign
	credit   int
	waiting  demand.Waiting
	ended    bool
}

func (t *taking[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if err := t.wait(dst.Island()); err != nil {
		return err
	}
	was := dst.Limit(t.credit)
	err := t.up.Pull(dst)
	dst.Unlimit(was)
	for _, v := range dst.Items() {
		letter := t.r.known.letter(v)
		if t.r.note(letter); letter == "?" {
			t.r.notes = append(t.r.notes, fmt.Sprintf("? is %#v", v))
		}
	}
	if t.credit < boundless {
		t.credit -= dst.Len()
	}
	if err != nil && !dst.Island().Stopped() {
		t.end(err)
	}
	return err
}

// wait waits until something is requested.
func (t *taking[In, Out]) wait(isl *demand.Island) error {
	for {
		var at time.Time
		for len(t.requests) > 0 {
			at = t.r.begun.Add(time.Duration(t.requests[0].frame) * t.r.frame)
			if time.Now().Before(at) {
				break
			}
			if n := t.requests[0].text; n == unlimited {
				t.credit = boundless
			} else if t.credit < boundless {
				t.credit += int(n[0] - '0')
			}
			t.requests = t.requests[1:]
		}
		if t.credit > 0 {
			return nil
		}
		p := demand.Forever
		if len(t.requests) > 0 {
			p = demand.Until(at)
		}
		isl.Wait(func() bool { return false }, p, &t.waiting)
		if isl.Stopped() {
			return demand.ErrStopped
		}
	}
}

// end notes how the stream has ended.
func (t *taking[In, Out]) end(err error) {
	t.ended = true
	switch {
	case err == demand.ErrCompleted:
		t.r.note(completes)
		return
	case !errors.Is(err, t.r.fails):
		t.r.notes = append(t.r.notes, fmt.Sprintf("# is %v, which is not %v", err, t.r.fails))
	}
	t.r.note(breaks)
}

func (t *taking[In, Out]) Cancel(cause error) { t.up.Cancel(cause) }
