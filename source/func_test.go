package source_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// counting returns 0, 1, … n-1, then end.
func counting(n int, end error) func(context.Context) (int, error) {
	next := 0
	return func(context.Context) (int, error) {
		if next == n {
			return -1, end
		}
		next++
		return next - 1, nil
	}
}

func TestFunc(t *testing.T) {
	got, err := flow.Collect(context.Background(), flow.From(source.Func(counting(1000, demand.ErrCompleted))))
	if err != nil || len(got) != 1000 || got[999] != 999 {
		t.Fatalf("got %d elements, %v", len(got), err)
	}
}

// Only the sentinel itself ends a source well. Everything else is an error
// behind the elements before it, io.EOF and the library's own sentinels too.
func TestFuncFails(t *testing.T) {
	for _, end := range []error{
		errBoom, io.EOF, fmt.Errorf("wrapped: %w", demand.ErrCompleted),
		demand.ErrEnough, demand.ErrStopped, demand.ErrDrained, context.Canceled,
	} {
		t.Run(end.Error(), func(t *testing.T) {
			got, err := flow.Collect(context.Background(), flow.From(source.Func(counting(3, end), stage.Name("reader"))))
			if !slices.Equal(got, []int{0, 1, 2}) {
				t.Errorf("got %v before the error, want [0 1 2]", got)
			}
			wantStage(t, err, "reader", end)
		})
	}
}

func TestFuncPanics(t *testing.T) {
	_, err := flow.Collect(context.Background(), flow.From(source.Func(func(context.Context) (int, error) { panic("oh") })))
	wantPanic(t, err, "func", "oh")
}

// An element does not wait for the one after it, however large the window is.
func TestFuncHandsOnEachElement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, n := time.Now(), 0
		f := func(context.Context) (int, error) {
			if n++; n == 4000 {
				return 0, demand.ErrCompleted
			} else if n > 3000 && n%500 == 0 {
				time.Sleep(time.Minute) // after the window has grown
			}
			return n, nil
		}
		err := collectAt(t, source.Func(f), func(v int) error {
			if late, want := time.Since(start), time.Duration(max(0, v-3000)/500)*time.Minute; late != want {
				return fmt.Errorf("element %d after %s, want %s", v, late, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func collectAt[T any](t *testing.T, s stage.Source[T], f func(T) error) error {
	return collecting(t, s, f).Wait()
}

func TestFuncIsCalledOnlyWhenAsked(t *testing.T) {
	calls := 0
	f := source.Func(func(context.Context) (int, error) { calls++; return calls, nil })
	got, err := flow.Collect(context.Background(), flow.From(f).Via(operators.Take[int](3)))
	if err != nil || !slices.Equal(got, []int{1, 2, 3}) || calls != 3 {
		t.Fatalf("got %v after %d calls, %v", got, calls, err)
	}
}

// A wait in the function ends when the run is drained, which is no failure, and
// when it is stopped.
func TestFuncContext(t *testing.T) {
	waiting := func() stage.Source[int] {
		n := 0
		return source.Func(func(ctx context.Context) (int, error) {
			if n++; n <= 3 {
				return n, nil
			}
			<-ctx.Done()
			return 0, fmt.Errorf("reading: %w", ctx.Err())
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var got []int
		r := collecting(t, waiting(), func(v int) error { got = append(got, v); return nil })
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("drained: got %v, %v", got, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := collecting(t, waiting(), func(int) error { return nil })
		synctest.Wait()
		if err := r.Stop(errBoom); err != errBoom {
			t.Errorf("stopped: %v, want %v", err, errBoom)
		}
	})
}

// What the function returns although the run is drained was read, and is
// delivered.
func TestFuncDrainDeliversWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []int
		f := source.Func(func(context.Context) (int, error) { time.Sleep(time.Second); return len(got), nil })
		r := collecting(t, f, func(v int) error { got = append(got, v); return nil })
		time.Sleep(2500 * time.Millisecond)
		if err := r.Drain(t.Context()); err != nil || !slices.Equal(got, []int{0, 1, 2}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func ExampleFunc() {
	next := 0
	f := source.Func(func(ctx context.Context) (int, error) {
		if next == 3 {
			return 0, demand.ErrCompleted
		}
		next++
		return next, nil
	})
	fmt.Println(flow.Collect(context.Background(), flow.From(f)))
	// Output: [1 2 3] <nil>
}
