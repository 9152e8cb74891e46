package stage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errOdd = errors.New("odd")

func even(v int) (int, error) {
	if v%2 != 0 {
		return 0, errOdd
	}
	return v, nil
}

// modes are the ways in which a stage calls user code.
var modes = map[string][]stage.Option{
	"fused":   nil,
	"workers": {stage.Workers(3)},
	"as come": {stage.Workers(3), stage.Unordered()},
}

func run(t *testing.T, f func(int) (int, error), opts ...stage.Option) ([]int, flow.Snapshot, error) {
	t.Helper()
	var got []int
	r, err := flow.Via(flow.From(source.Range(0, 10)), operators.MapErr(f, opts...)).To(sink.Slice(&got)).Start(t.Context())
	if err != nil {
		return nil, flow.Snapshot{}, err
	}
	err = r.Wait()
	slices.Sort(got)
	return got, r.Snapshot(), err
}

func TestSkipDropsAndCounts(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			got, s, err := run(t, even, append(opts, stage.OnError(stage.Skip()))...)
			st, _ := s.Stage("maperr")
			if err != nil || !slices.Equal(got, []int{0, 2, 4, 6, 8}) || st.Dropped[demand.ReasonSkipped] != 5 || st.Failed != 5 {
				t.Errorf("got %v, dropped %v, failed %d, error %v", got, st.Dropped, st.Failed, err)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, calls := time.Now(), 0
				flaky := func(v int) (int, error) {
					if v == 4 { // only one call at a time is for it
						if calls++; calls < 3 {
							return 0, errOdd
						}
					}
					return v, nil
				}
				got, s, err := run(t, flaky, append(opts, stage.OnError(stage.Retry(3, time.Second, time.Minute, stage.Fail())))...)
				st, _ := s.Stage("maperr")
				if err != nil || len(got) != 10 || st.Retries != 2 || st.Failed != 0 {
					t.Errorf("got %v, %d retries, %d failed, error %v", got, st.Retries, st.Failed, err)
				}
				if d := time.Since(start); d < time.Second || d > 4*time.Second {
					t.Errorf("two delays that begin at 1 s and grow by half, spread by half, took %s", d)
				}
			})
		})
	}
	t.Run("then the next policy", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			got, s, err := run(t, func(v int) (int, error) {
				if v == 3 {
					calls++
					return 0, errOdd
				}
				return v, nil
			}, stage.OnError(stage.Retry(4, time.Second, time.Second, stage.Skip())))
			st, _ := s.Stage("maperr")
			if err != nil || len(got) != 9 || calls != 5 || st.Retries != 4 || st.Dropped[demand.ReasonSkipped] != 1 {
				t.Errorf("got %v after %d calls, %d retries, dropped %v, error %v", got, calls, st.Retries, st.Dropped, err)
			}
		})
	})
	t.Run("a stop ends the wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			f := flow.Via(flow.From(source.Range(1, 2)), operators.MapErr(even, stage.OnError(stage.Retry(9, time.Hour, time.Hour, stage.Fail()))))
			if _, err := flow.Collect(ctx, f); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
				t.Errorf("ended after %s with %v", time.Since(start), err)
			}
		})
	})
}

// numbered is a source that numbers its records when somebody wants to know.
func numbered(n int) stage.Source[int] {
	return stage.NewSource(stage.Meta{Kind: "numbered"}, func(rt *stage.Runtime) demand.Upstream[int] {
		return &numbers{rt: rt, end: n}
	})
}

type numbers struct {
	rt        *stage.Runtime
	next, end int
}

func (s *numbers) Pull(dst *demand.Chunk[int]) error {
	if s.next == s.end {
		return demand.ErrCompleted
	}
	l := demand.NewLineage(nil)
	l.Origin = demand.Origin{Source: "numbers.txt", Base: int64(s.next)}
	for i := int32(1); dst.Free() > 0 && s.next < s.end; i++ {
		if s.rt.Records() {
			dst.AppendRecord(s.next, i)
		} else {
			dst.Append(s.next)
		}
		s.next++
	}
	dst.SetLineage(l)
	return nil
}

func (s *numbers) Cancel(error) {}

func TestDeadLettersNameTheirRecord(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			var letters []stage.Letter
			policy := stage.OnError(stage.DeadLetter(sink.Slice(&letters)))
			// Stages that share a policy share its sink; records keep their numbers
			// over links, filters and other stages.
			f := flow.From(numbered(100)).Via(operators.Async[int](7)).Via(operators.Filter(func(v int) bool { return v%10 < 4 }))
			f = flow.Via(f, operators.MapErr(even, append(opts, policy, stage.Name("even"))...))
			f = flow.Via(f, operators.MapErr(func(v int) (int, error) {
				if v == 50 {
					return 0, fmt.Errorf("fifty")
				}
				return v, nil
			}, policy, stage.Name("no fifty")))
			got, err := flow.Collect(t.Context(), f)
			if err != nil || len(got) != 19 || len(letters) != 21 {
				t.Fatalf("%d elements, %d letters, error %v", len(got), len(letters), err)
			}
			for _, l := range letters {
				if l.Source != "numbers.txt" || l.Record != int64(l.Element.(int)+1) {
					t.Errorf("element %v is said to be record %d of %q", l.Element, l.Record, l.Source)
				}
				if (l.Element == 50) != (l.Stage == "no fifty") {
					t.Errorf("element %v was refused by %q", l.Element, l.Stage)
				}
			}
		})
	}
}

func TestDeadLetterThatCannotBeWritten(t *testing.T) {
	full := errors.New("disk full")
	policy := stage.DeadLetter(sink.ForEach(func(stage.Letter) error { return full }))
	_, _, err := run(t, even, stage.OnError(policy))
	if !errors.Is(err, full) || !errors.Is(err, errOdd) {
		t.Errorf("got %v, want the letter's error and why it was written", err)
	}
}

func TestMistakesInOptions(t *testing.T) {
	for want, opt := range map[string]stage.Option{
		"option Name: the name is empty":                                stage.Name(" "),
		"option Workers: must be at least 1, is 0":                      stage.Workers(0),
		"option Unordered needs Workers":                                stage.Unordered(),
		"option Capacity is not one that MapErr takes":                  stage.Capacity(3),
		"option Window is not one that MapErr takes":                    stage.Window(1, 2),
		"option OnError: retry wants n >= 1 and 0 < first <= most, has": stage.OnError(stage.Retry(0, 1, 1, stage.Fail())),
		"option OnError: the dead-letter sink is nil":                   stage.OnError(stage.DeadLetter(nil)),
	} {
		_, _, err := run(t, even, opt)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `stage "`) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestComposePartsKeepTheirNames(t *testing.T) {
	halve := operators.Map(func(v int) int { return v / 2 }, stage.Name("halve"))
	text := operators.Map(func(v int) string { return fmt.Sprint(v) }, stage.Name("text"))
	both := stage.Compose(stage.Compose(halve, operators.Async[int](4, stage.Name("apart"))), text)
	var got []string
	p := flow.Via(flow.From(source.Range(0, 6)), both).To(sink.Slice(&got))
	if want := "island 1: range → halve → apart\nisland 2: apart =[4]=> text → slice\n"; p.String() != want {
		t.Errorf("drawn as\n%swant\n%s", p, want)
	}
	r, err := p.Start(t.Context())
	if err == nil {
		err = r.Wait()
	}
	if err != nil || !slices.Equal(got, []string{"0", "0", "1", "1", "2", "2"}) {
		t.Errorf("got %v, error %v", got, err)
	}
	for _, name := range []string{"halve", "apart", "text"} {
		if st, ok := r.Snapshot().Stage(name); !ok || st.Out != 6 {
			t.Errorf("stage %q counted %d out", name, st.Out)
		}
	}
}
