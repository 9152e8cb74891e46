package operators_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// A behaviour is an operator beside its model on slices.
type behaviour struct {
	name string
	via  func(flow.Flow[int]) flow.Flow[string]
	// want returns what comes out of a stream of in, whether that then completes
	// or fails.
	want func(in []int) []arrival
	// handled returns how many elements of in were delivered or dropped on purpose
	// when the stream has completed; all, where nil. Those behind were cut off.
	handled func(in []int) int
	// held returns how many elements are given up when the stream fails, because
	// more would have been made of them; none, where nil.
	held func(in []int) int
}

// each is the model of operators that look at one element after the other.
func each(f func(v int) []string) func([]int) []arrival {
	return func(in []int) (out []arrival) {
		for i, v := range in {
			for _, s := range f(v) {
				out = append(out, arrival{s, int64(i) + 1})
			}
		}
		return out
	}
}

// pass is the model of operators that choose: it passes on in[i] for each i that
// choose returns.
func pass(choose func(in []int) []int) func([]int) []arrival {
	return func(in []int) (out []arrival) {
		for _, i := range choose(in) {
			out = append(out, arrival{fmt.Sprint(in[i]), int64(i) + 1})
		}
		return out
	}
}

// windows is the model of Sliding, and of Batch where step is n.
func windows(n, step int) func([]int) []arrival {
	return func(in []int) (out []arrival) {
		covered := 0
		for at := 0; at < len(in) && (at+n <= len(in) || covered < len(in)); at += step {
			end := min(at+n, len(in))
			out = append(out, arrival{fmt.Sprint(in[at:end]), 0})
			covered = end
		}
		return out
	}
}

func odd(v int) bool             { return v%2 == 1 }
func below(n int) func(int) bool { return func(v int) bool { return v < n } }

func indexes(in []int, keep func(i int) bool) (out []int) {
	for i := range in {
		if keep(i) {
			out = append(out, i)
		}
	}
	return out
}

// firstNot returns the index of the first element that is not below n, or the
// number of elements.
func firstNot(in []int, n int) int {
	if i := slices.IndexFunc(in, func(v int) bool { return v >= n }); i >= 0 {
		return i
	}
	return len(in)
}

func repeated(v int) []string { return slices.Repeat([]string{fmt.Sprint(v)}, v%4) }

// through is text behind an operator that keeps the type.
func through(s stage.Stage[int, int]) func(flow.Flow[int]) flow.Flow[string] {
	return func(f flow.Flow[int]) flow.Flow[string] { return text(f.Via(s)) }
}

func into[T any](s stage.Stage[int, T]) func(flow.Flow[int]) flow.Flow[string] {
	return func(f flow.Flow[int]) flow.Flow[string] { return text(flow.Via(f, s)) }
}

var same = each(func(v int) []string { return []string{fmt.Sprint(v)} })

func behaviours() []behaviour {
	all := []behaviour{
		{name: "Map", via: into(operators.Map(func(v int) float64 { return float64(v) / 2 })),
			want: each(func(v int) []string { return []string{fmt.Sprint(float64(v) / 2)} })},
		{name: "MapErr", via: into(operators.MapErr(func(v int) (int, error) { return -v, nil })),
			want: each(func(v int) []string { return []string{fmt.Sprint(-v)} })},
		{name: "MapErr with Skip", via: into(operators.MapErr(func(v int) (int, error) {
			if odd(v) {
				return 0, io.EOF
			}
			return v, nil
		}, stage.OnError(stage.Skip()))),
			want: pass(func(in []int) []int { return indexes(in, func(i int) bool { return !odd(in[i]) }) })},
		{name: "MapErr with Workers", via: into(operators.MapErr(func(v int) (int, error) { return -v, nil }, stage.Workers(3))),
			want: each(func(v int) []string { return []string{fmt.Sprint(-v)} })},
		{name: "Filter", via: through(operators.Filter(odd)),
			want: pass(func(in []int) []int { return indexes(in, func(i int) bool { return odd(in[i]) }) })},
		{name: "FilterMap", via: into(operators.FilterMap(func(v int) (string, bool) { return fmt.Sprint("#", v), odd(v) })),
			want: each(func(v int) []string {
				if odd(v) {
					return []string{fmt.Sprint("#", v)}
				}
				return nil
			})},
		{name: "FlatMap", via: into(operators.FlatMap(repeated)), want: each(repeated)},
		{name: "FlatMap with many", via: into(operators.FlatMap(func(v int) []int { return slices.Repeat([]int{v}, 20) })),
			want: each(func(v int) []string { return slices.Repeat([]string{fmt.Sprint(v)}, 20) })},
		{name: "FlatMap with none", via: into(operators.FlatMap(func(int) []int { return nil })),
			want: each(func(int) []string { return nil })},
		{name: "FlatMapSeq", via: into(operators.FlatMapSeq(func(v int) iter.Seq[string] {
			if v%4 == 0 {
				return nil
			}
			return slices.Values(repeated(v))
		})), want: each(repeated)},
		{name: "Scan", via: into(operators.Scan("", func(s string, v int) string { return fmt.Sprint(len(s), ":", v) })),
			want: func(in []int) (out []arrival) {
				s := ""
				for i, v := range in {
					s = fmt.Sprint(len(s), ":", v)
					out = append(out, arrival{s, int64(i) + 1})
				}
				return out
			}},
		{name: "Peek", via: through(operators.Peek(func(int) {})), want: same},
		{name: "Async", via: through(operators.Async[int](3)), want: same},
		{name: "Recover", via: through(operators.Recover(func(error) (int, bool) { return 0, false })), want: same},
		{name: "Throttle", via: through(operators.Throttle[int](1_000_000, time.Millisecond)), want: same},
		{name: "Timeout", via: through(operators.Timeout[int](time.Hour)), want: same},
		{name: "Distinct", via: through(operators.Distinct[int](1000)),
			want: pass(func(in []int) []int {
				return indexes(in, func(i int) bool { return !slices.Contains(in[:i], in[i]) })
			})},
		{name: "DistinctBy", via: through(operators.DistinctBy(func(v int) int { return v / 3 }, 1000)),
			want: pass(func(in []int) []int {
				return indexes(in, func(i int) bool {
					return !slices.ContainsFunc(in[:i], func(v int) bool { return v/3 == in[i]/3 })
				})
			})},
		{name: "Batch with time", via: into(operators.Batch[int](4, time.Hour)), want: windows(4, 4)},
		{name: "Batch and Unbatch", via: func(f flow.Flow[int]) flow.Flow[string] {
			return text(flow.Via(flow.Via(f, operators.Batch[int](5, 0)), operators.Unbatch[int]()))
		}, want: func(in []int) (out []arrival) {
			for _, v := range in {
				out = append(out, arrival{fmt.Sprint(v), 0})
			}
			return out
		}},
		{name: "Sliding 5, 40", via: into(operators.Sliding[int](5, 40)), want: windows(5, 40)},
	}
	for _, n := range []int{1, 3, 10, 1000} {
		all = append(all, behaviour{name: fmt.Sprint("Batch ", n), via: into(operators.Batch[int](n, 0)), want: windows(n, n)})
		for _, step := range []int{1, 2, 3, 7} {
			// What would be in a window behind the last.
			held := func(in []int) int { return max(0, len(in)-step*len(windows(n, step)(in))) }
			all = append(all, behaviour{name: fmt.Sprintf("Sliding %d, %d", n, step), via: into(operators.Sliding[int](n, step)), want: windows(n, step), held: held})
		}
	}
	for _, n := range []int{0, 1, 7, 50, 1000} {
		take := func(in []int) int { return min(n, len(in)) }
		all = append(all,
			behaviour{name: fmt.Sprint("Take ", n), via: through(operators.Take[int](n)), handled: take,
				want: pass(func(in []int) []int { return upTo(take(in)) })},
			behaviour{name: fmt.Sprint("Skip ", n), via: through(operators.Skip[int](n)),
				want: pass(func(in []int) []int { return indexes(in, func(i int) bool { return i >= n }) })},
			behaviour{name: fmt.Sprint("TakeWhile ", n), via: through(operators.TakeWhile(below(n))),
				handled: func(in []int) int { return firstNot(in, n) },
				want:    pass(func(in []int) []int { return upTo(firstNot(in, n)) })},
			behaviour{name: fmt.Sprint("TakeUntil ", n), via: through(operators.TakeUntil(func(v int) bool { return v >= n })),
				handled: func(in []int) int { return min(firstNot(in, n)+1, len(in)) },
				want:    pass(func(in []int) []int { return upTo(min(firstNot(in, n)+1, len(in))) })},
			behaviour{name: fmt.Sprint("SkipWhile ", n), via: through(operators.SkipWhile(below(n))),
				want: pass(func(in []int) []int { return indexes(in, func(i int) bool { return i >= firstNot(in, n) }) })},
		)
	}
	for _, o := range []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed, demand.Fail} {
		n := 1000 // there is always room, or it is waited for
		if o == demand.Block {
			n = 3
		}
		all = append(all, behaviour{name: fmt.Sprint("Buffer ", o), via: through(operators.Buffer[int](n, o)), want: same})
	}
	return all
}

// streams are the inputs of all behaviours.
var streams = map[string][]int{
	"nothing": {},
	"one":     {7},
	"rising":  upTo(100),
	"up and down": slices.Collect(func(yield func(int) bool) {
		for i := range 90 {
			if !yield((i * i) % 31) {
				return
			}
		}
	}),
}

var errSource = errors.New("the source has failed")

// TestBehaviour runs each operator beside its model, for windows and sizes of
// reads, in a stream that completes and in one that fails, and looks at
// elements, their record numbers, the error, and what became of each read.
func TestBehaviour(t *testing.T) {
	for _, b := range behaviours() {
		t.Run(b.name, func(t *testing.T) {
			for name, in := range streams {
				for _, window := range []int{1, 2, 7, 256} {
					for _, per := range []int{1, 4, 1000} {
						t.Run(fmt.Sprintf("%s, window %d, reads of %d", name, window, per), func(t *testing.T) {
							b.completes(t, in, window, per)
							b.fails(t, in, window, per)
						})
					}
				}
			}
		})
	}
}

func (b behaviour) completes(t *testing.T, in []int, window, per int) {
	var l ledger
	got, err := collect(t, b.via(l.tracked(in, per, demand.ErrCompleted)), window)
	if err != nil {
		t.Fatalf("the run failed: %v", err)
	}
	if want := b.want(in); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	handled := len(in)
	if b.handled != nil {
		handled = b.handled(in)
	}
	l.check(t, handled)
}

func (b behaviour) fails(t *testing.T, in []int, window, per int) {
	if b.handled != nil && b.handled(in) < len(in) {
		return // ends before the error
	}
	end := io.EOF // of a source it is an error like any other
	var l ledger
	got, err := collect(t, b.via(l.tracked(in, per, end)), window)
	var at *stage.Error
	if named := errors.Is(err, end) && errors.As(err, &at) && at.Stage == "tracked"; !named && (b.handled == nil || err != nil) {
		t.Fatalf("got error %v, want %v of stage tracked", err, end)
	}
	if want := b.want(in); !slices.Equal(got, want) {
		t.Errorf("before an error: got %v, want %v", got, want)
	}
	handled := len(in)
	if b.held != nil {
		handled -= b.held(in)
	}
	l.check(t, handled)
}
