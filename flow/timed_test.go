package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// Diagrams for operators with several inputs. As with stagetest.Marbles a sign
// takes a frame of a millisecond, and so does a group: - is nothing, (ab) several
// elements in one frame, | the end and # errTimed. In what comes out, an element
// of more than one letter stands in brackets.

const frame = time.Millisecond

var errTimed = errors.New("the error of the diagram")

// event is what happens in a frame: elements, then perhaps an end.
type event struct {
	frame int
	items []string
	end   error
}

func events(diagram string) (all []event) {
	at := 0
	for len(diagram) > 0 {
		group := diagram[:1]
		if group == "(" {
			group = diagram[:strings.Index(diagram, ")")+1]
		}
		diagram = diagram[len(group):]
		e := event{frame: at}
		for sign := range strings.SplitSeq(strings.Trim(group, "()"), "") {
			switch sign {
			case "-":
			case "|":
				e.end = demand.ErrCompleted
			case "#":
				e.end = errTimed
			default:
				e.items = append(e.items, sign)
			}
		}
		if e.items != nil || e.end != nil {
			all = append(all, e)
		}
		at++
	}
	return all
}

// timed is a flow of the elements of a diagram at their times. Without an end in
// the diagram it waits until nobody wants more.
func timed(diagram string, opts ...stage.Option) flow.Flow[string] {
	m := stage.Configure("Timed", stage.TakesName, opts)
	return flow.From(stage.NewSource(m, func(*stage.Runtime) demand.Upstream[string] {
		return &timedSource{events: events(diagram), start: time.Now()}
	}))
}

type timedSource struct {
	events []event
	start  time.Time
	gone   error
}

func (s *timedSource) Pull(dst *demand.Chunk[string]) error {
	at, never := s.start.Add(1<<40), len(s.events) == 0
	if !never {
		at = s.start.Add(time.Duration(s.events[0].frame) * frame)
	}
	on := &demand.Waiting{Link: "the clock", Outside: true}
	if !dst.Island().Wait(func() bool { return !never && !time.Now().Before(at) }, dst.Patience().Sooner(demand.Until(at)), on) {
		if dst.Island().Stopped() {
			return demand.ErrStopped
		}
		return nil
	}
	e := &s.events[0]
	for len(e.items) > 0 && dst.Free() > 0 {
		dst.Append(e.items[0])
		e.items = e.items[1:]
	}
	switch {
	case len(e.items) > 0:
	case dst.Len() == 0:
		return e.end
	case e.end == nil:
		s.events = s.events[1:]
	}
	return nil
}

func (s *timedSource) Cancel(cause error) { s.gone = cause }

// diagram runs a flow in virtual time and draws what comes out. A sink that is
// slow takes so many frames for each element.
func diagram(t *testing.T, f flow.Flow[string], slow int) string {
	t.Helper()
	start := time.Now()
	var frames []string
	note := func(what string) {
		at := int(time.Since(start) / frame)
		for len(frames) <= at {
			frames = append(frames, "")
		}
		if len(what) > 1 {
			what = "[" + what + "]"
		}
		frames[at] += what
	}
	err := f.To(sink.ForEach(func(v string) error {
		note(v)
		time.Sleep(time.Duration(slow) * frame)
		return nil
	}, stage.Window(1, 1))).Run(t.Context())
	switch {
	case err == nil:
		note("|")
	case errors.Is(err, errTimed):
		note("#")
	default:
		t.Error(err)
	}
	var b strings.Builder
	for _, f := range frames {
		switch {
		case f == "":
			f = "-"
		case len(f) > 1 && strings.IndexByte(f, ']') != len(f)-1:
			f = "(" + f + ")"
		}
		b.WriteString(f)
	}
	return b.String()
}

// filled opens a flow at the start of a run, and pulls from it only when all that
// its inputs have is in their links.
func filled[T any](f flow.Flow[T]) flow.Flow[T] {
	first := stage.NewSource(stage.Meta{Kind: "first"}, func(*stage.Runtime) demand.Upstream[T] { return sleeper[T]{} })
	return flow.Concat(flow.From(first), f)
}

type sleeper[T any] struct{}

func (sleeper[T]) Pull(*demand.Chunk[T]) error { time.Sleep(frame); return demand.ErrCompleted }
func (sleeper[T]) Cancel(error)                {}
