package stagetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/stage"
)

// ErrMarble is the error of "#" in a diagram.
var ErrMarble = errors.New("stagetest: the error of the diagram")

// Marbles checks what a stage makes of elements over time. in is the diagram of
// what it is given, out that of what should come out:
//
//   - a frame of time, 1 ms unless Frame says otherwise
//     a     an element; a letter or a digit
//     (ab)  several in the same frame
//     |     the end
//     #     the end with an error, ErrMarble
//
// Every sign, and every group, takes one frame. Spaces are left out; use them to
// set things one below the other:
//
//	stagetest.Marbles(t, func() stage.Stage[string, string] { return operators.Take[string](2) },
//		"-a-b-c-|",
//		"-a-(b|)")
//
// An element of type string is its letter. For other types, and longer strings,
// Values says what a letter stands for.
//
// An element that comes when nobody asks for it waits, as it does with a source
// that can wait. All is asked for at once, unless Demand says otherwise. What
// comes out is noted when it is taken. The stage is watched until the longest of
// the diagrams is over; a diagram without an end says that none has come by then.
//
// What comes at the very moment at which a stage's time runs out is seen first.
// With stages that start goroutines, what goes on at the same moment on two of
// them has no order: draw such things in frames of their own.
//
// Marbles makes its own bubble of testing/synctest, so it must not be called in
// one.
func Marbles[In, Out any](t *testing.T, make func() stage.Stage[In, Out], in, out string, opts ...MarbleOption) {
	t.Helper()
	if failure := marbles(t, make, in, out, opts); failure != "" {
		t.Errorf("stagetest: %s", failure)
	}
}

// A MarbleOption tells Marbles how to read its diagrams.
type MarbleOption func(*marbleConfig)

type marbleConfig struct {
	frame  time.Duration
	demand string
	fails  error
	values []any
}

// Frame sets how long a frame is.
func Frame(d time.Duration) MarbleOption { return func(c *marbleConfig) { c.frame = d } }

// Demand is a diagram of requests, of which each sign takes a frame: a digit n
// requests n more elements, "*" all that ever come. Nothing else is asked for;
// an end is seen when one more is requested than came before it.
func Demand(requests string) MarbleOption { return func(c *marbleConfig) { c.demand = requests } }

// Values says which elements the letters stand for, on the side of the stage that
// has elements of that type, or on both. It may be given for each side.
func Values[T any](letters map[string]T) MarbleOption {
	return func(c *marbleConfig) { c.values = append(c.values, letters) }
}

// FailsWith sets the error that "#" stands for in what should come out, as
// errors.Is sees it.
func FailsWith(target error) MarbleOption { return func(c *marbleConfig) { c.fails = target } }

// marbles returns what is wrong, or "".
func marbles[In, Out any](t *testing.T, make func() stage.Stage[In, Out], in, out string, opts []MarbleOption) string {
	c := marbleConfig{frame: time.Millisecond, demand: unlimited, fails: ErrMarble}
	for _, o := range opts {
		o(&c)
	}
	r := marbleRun[In, Out]{frame: c.frame, fails: c.fails}
	var err error
	r.in, err = ofElements.read("in", in)
	want, errOut := ofElements.read("out", out)
	requests, errDemand := ofRequests.read("demand", c.demand)
	r.demand = requests
	r.frames = max(r.in.frames, want.frames, requests.frames)
	r.given, r.known = letters[In](c.values), letters[Out](c.values)
	err = errors.Join(err, errOut, errDemand, c.check(r.given != nil, r.known != nil),
		r.given.cover("in", r.in), r.known.cover("out", want))
	if err == nil {
		if err = make().Meta().Err; err != nil {
			err = fmt.Errorf("the stage is not valid: %w", err)
		}
	}
	if err != nil {
		return err.Error()
	}
	// Time in the bubble does not pass for a stage that spins.
	guard := time.AfterFunc(time.Minute, func() { panic(fmt.Sprintf("stagetest: the stage spins on %q", in)) })
	synctest.Test(t, func(*testing.T) { r.run(make()) })
	guard.Stop()

	expected, actual := want.cells(r.frames), r.got.cells(r.frames)
	if slices.Equal(expected, actual) && len(r.notes) == 0 {
		return ""
	}
	rows := []row{{"in", r.in.cells(0)}, {"expected", expected}, {"actual", actual}}
	if c.demand != unlimited {
		rows = append(rows, row{"demand", requests.cells(0)})
	}
	return "what came out differs " + strings.Join(append([]string{picture(c.frame, rows...)}, r.notes...), "\n")
}

func (c *marbleConfig) check(in, out bool) error {
	switch {
	case c.frame <= 0:
		return fmt.Errorf("a frame must be positive, is %s", c.frame)
	case !in || !out:
		return errors.New("there are elements that are not strings: give Values of their type")
	}
	return nil
}

// legend says what the letters stand for: a nil map in a legend that is there
// for strings that are their letters.
type legend[T any] map[string]T

// letters finds what the letters of one side stand for. It is nil if nobody said.
func letters[T any](values []any) legend[T] {
	for _, v := range values {
		if m, ok := v.(map[string]T); ok {
			return m
		}
	}
	if _, ok := any(*new(T)).(string); !ok {
		return nil
	}
	return legend[T]{}
}

// value returns the element of a letter.
func (l legend[T]) value(letter string) T {
	if v, ok := l[letter]; ok || len(l) > 0 {
		return v
	}
	v, _ := any(letter).(T)
	return v
}

// cover checks that all letters of a diagram are known.
func (l legend[T]) cover(name string, d diagram) error {
	for _, s := range d.signs {
		if _, ok := l[s.text]; len(l) > 0 && !ok && !s.ends() {
			return fmt.Errorf("diagram %q: Values do not say what %q stands for", name, s.text)
		}
	}
	return nil
}

// letter returns the letter of an element, or "?".
func (l legend[T]) letter(v T) string {
	found := "?"
	for k, known := range l {
		if reflect.DeepEqual(known, v) && (found == "?" || k < found) {
			found = k
		}
	}
	if s, ok := any(v).(string); ok && len(l) == 0 {
		if d, err := ofElements.read("", s); err == nil && len(d.signs) == 1 && d.frames == 1 && !d.signs[0].ends() && d.signs[0].text == s {
			return s
		}
	}
	return found
}
