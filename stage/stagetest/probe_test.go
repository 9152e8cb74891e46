package stagetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var errBroken = errors.New("broken")

// start runs a pipeline in the background until the test ends.
func start(t *testing.T, p flow.Pipeline) *flow.Running {
	t.Helper()
	r, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestProbesAtBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[string](t)
		words := operators.Map(func(v int) string { return strings.Repeat("x", v) })
		r := start(t, flow.Via(flow.From(src), words).To(snk))

		snk.Request(2)
		if n := src.ExpectRequest(); n < 1 {
			t.Errorf("asked for %d", n)
		}
		src.Send(1, 2)
		snk.Expect("x")
		snk.Expect("xx")
		snk.ExpectNone(time.Hour)

		snk.Request(1)
		src.Send(3)
		src.Complete()
		snk.Expect("xxx")
		snk.ExpectComplete()
		if cause := src.ExpectCancel(); cause != demand.ErrEnough {
			t.Errorf("the end of the run cancels with %v", cause)
		}
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// Probes work with real time too.
func TestProbesOutsideOfABubble(t *testing.T) {
	src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
	r := start(t, flow.From(src).Via(operators.Async[int](4)).To(snk))
	snk.Request(3)
	src.Send(1, 2, 3)
	snk.Expect(1, 2, 3)
	src.Fail(errBroken)
	snk.ExpectError(errBroken)
	if err := r.Wait(); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

func TestSinkHoldsBackWhatWasNotRequested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		snk := stagetest.NewSink[int](t)
		r := start(t, flow.From(source.Range(0, 100)).To(snk))
		snk.ExpectNone(time.Minute)
		snk.Request(3)
		snk.Expect(0, 1, 2)
		snk.ExpectNone(time.Minute)
		snk.Request(1 << 62)
		snk.Request(1 << 62)
		snk.Request(1 << 62) // stays at the most
		want := make([]int, 97)
		for i := range want {
			want[i] = i + 3
		}
		snk.Expect(want...)
		snk.ExpectComplete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestSourceSeesTheDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewSource[int](t)
		var got []int
		r := start(t, flow.From(src).To(sink.Slice(&got, stage.Window(4, 4))))
		if n := src.ExpectRequest(); n != 4 {
			t.Errorf("the window is 4, asked for %d", n)
		}
		if n := src.ExpectRequestAtLeast(2); n != 4 {
			t.Errorf("the same request again: %d", n)
		}
		src.Send(1)                         // a short answer is normal
		src.Send(2, 3, 4, 5, 6, 7, 8, 9, 0) // more than one request
		src.ExpectRequestAtLeast(4)
		src.Complete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 0}) {
			t.Errorf("got %v", got)
		}
	})
}

// The demand of a link is its capacity; behind that, upstream is not asked.
func TestSourceSeesBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
		start(t, flow.From(src).Via(operators.Async[int](4)).To(snk))
		for i := range 5 { // four in the link, one in the hand of the sink
			src.Send(i)
		}
		src.ExpectNoRequest(time.Hour)
		snk.Request(2) // one place is free when the sink has taken a second one
		src.ExpectRequest()
		src.Send(5)
		snk.Expect(0, 1)
	})
}

// A source that heeds patience needs no link below it.
func TestSourceHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[[]int](t)
		p := flow.Via(flow.From(src), operators.Batch[int](3, time.Second)).To(snk)
		if s := p.String(); strings.Contains(s, "async") {
			t.Errorf("a link was put in:\n%s", s)
		}
		start(t, p)
		snk.Request(10)
		src.Send(1, 2)
		begun := time.Now()
		snk.Expect([]int{1, 2})
		if d := time.Since(begun); d != time.Second {
			t.Errorf("a batch came after %s", d)
		}
		src.Send(3, 4, 5, 6)
		snk.Expect([]int{3, 4, 5})
		src.Complete()
		snk.Expect([]int{6})
		snk.ExpectComplete()
	})
}

// A request of a stage that does not wait for its answer is one too.
func TestSourceSeesTheDemandOfWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
		slow := operators.MapContext(func(ctx context.Context, v int) (int, error) {
			time.Sleep(time.Second)
			return v, nil
		}, stage.Workers(2))
		start(t, flow.Via(flow.From(src), slow).To(snk))
		snk.Request(10)
		src.Send(1)
		src.ExpectRequest() // while the call is under way
		begun := time.Now()
		src.Send(2)
		snk.Expect(1, 2)
		if d := time.Since(begun); d != time.Second {
			t.Errorf("two calls at once took %s", d)
		}
	})
}

func TestSourceAndSinkSeeTheEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *flow.Running)
		want error // at the sink
		at   error // at the source
	}{
		{"stop", func(r *flow.Running) { _ = r.Stop(errBroken) }, errBroken, errBroken},
		{"drain", func(r *flow.Running) { _ = r.Drain(context.Background()) }, nil, demand.ErrEnough},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
				r := start(t, flow.From(src).To(snk))
				snk.Request(5)
				src.Send(1)
				snk.Expect(1)
				c.do(r)
				if c.want == nil {
					snk.ExpectComplete()
				} else {
					snk.ExpectError(c.want)
				}
				if err := src.ExpectCancel(); !errors.Is(err, c.at) {
					t.Errorf("the source was cancelled with %v, want %v", err, c.at)
				}
			})
		})
	}
	t.Run("a stage that has enough", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
			start(t, flow.From(src).Via(operators.Take[int](2)).To(snk))
			snk.Request(5)
			src.Send(1, 2)
			if err := src.ExpectCancel(); err != demand.ErrEnough {
				t.Errorf("cancelled with %v", err)
			}
			snk.Expect(1, 2)
			snk.ExpectComplete()
		})
	})
}

// When the sink blocks and the run is stopped, the sink lets go.
func TestSinkIsStoppedWhileItWaitsForARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		snk := stagetest.NewSink[int](t)
		r := start(t, flow.From(source.Range(0, 9)).To(snk))
		synctest.Wait()
		if err := r.Stop(errBroken); err != errBroken {
			t.Errorf("stopped with %v", err)
		}
		snk.ExpectError(errBroken)
	})
}

func TestProbesServeOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t, stage.Name("numbers")), stagetest.NewSink[int](t)
		src.Complete()
		if err := flow.From(src).To(snk).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := flow.From(src).To(sink.Discard[int]()).Run(t.Context()); !errors.Is(err, stage.ErrUsed) || !strings.Contains(err.Error(), "numbers") {
			t.Errorf("a second run of the source got %v", err)
		}
		if err := flow.From(source.Range(0, 1)).To(snk).Run(t.Context()); !errors.Is(err, stage.ErrUsed) {
			t.Errorf("a second run of the sink got %v", err)
		}
	})
}

// A test that fails in the middle leaves no run behind.
func TestRunsEndWithTheirTest(t *testing.T) {
	for name, cut := range map[string]func(src *stagetest.Source[int], snk *stagetest.Sink[int]){
		"waiting for the source": func(_ *stagetest.Source[int], snk *stagetest.Sink[int]) { snk.Request(9) },
		"waiting for a request":  func(src *stagetest.Source[int], _ *stagetest.Sink[int]) { src.Send(1) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
				// A context that does not end with the test.
				if _, err := flow.From(src).To(snk).Start(context.Background()); err != nil {
					t.Fatal(err)
				}
				cut(src, snk)
			})
		})
	}
}

func TestFailuresSayWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{TB: t}
		src := stagetest.NewSource[int](rec, stage.Name("numbers"))
		snk := stagetest.NewSink[int](rec)
		begun := time.Now()
		fails(t, rec, func() { src.ExpectRequest() }, `source "numbers"`, "no request for 1", "5s", "no run has opened it")
		if d := time.Since(begun); d != stagetest.Timeout {
			t.Errorf("it took %s", d)
		}
		fails(t, rec, func() { snk.Expect(1) }, "no run has opened the sink")
		fails(t, rec, func() { snk.Request(0) }, "rule 3.9", "got 0")

		r := start(t, flow.From(src).To(snk))
		fails(t, rec, func() { src.ExpectRequestAtLeast(2) }, "no request for 2 elements or more", "a request for 1 waits for an answer")
		fails(t, rec, func() { src.ExpectNoRequest(time.Second) }, "1 elements were asked for, and no request was expected within 1s")
		fails(t, rec, func() { src.ExpectCancel() }, "it was not cancelled within 5s")
		fails(t, rec, func() { src.Send(1, 2, 3) }, "2 of 3 elements sent were not asked for")
		snk.Request(5)
		fails(t, rec, func() { snk.Expect(1, 2, 4) }, "elements differ (-want +got)", "-", "4", "+", "3")
		src.Send(7)
		fails(t, rec, func() { snk.ExpectNone(time.Second) }, "nothing was expected within 1s", "7")
		fails(t, rec, func() { snk.ExpectComplete() }, "elements came before it", "7")
		fails(t, rec, func() { snk.Expect(7, 8) }, "8", "has not ended", "1 requested elements have not come")
		fails(t, rec, func() { snk.ExpectComplete() }, "completion was expected", "has not ended")
		fails(t, rec, func() { snk.ExpectError(nil) }, "was expected", "has not ended")
		src.Fail(errBroken)
		snk.ExpectError(nil)
		fails(t, rec, func() { snk.ExpectComplete() }, "completion was expected", "ended with", "broken")
		fails(t, rec, func() { snk.ExpectError(errors.ErrUnsupported) }, "unsupported operation was expected", "broken")
		fails(t, rec, func() { snk.ExpectNone(time.Second) }, "ended with", "broken")
		fails(t, rec, func() { src.Send(8) }, "1 of 1 elements sent", "it was cancelled")
		_ = r.Wait()
	})
}

func TestSinkTakesOptionsOfCmp(t *testing.T) {
	type point struct{ x, y float64 }
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{TB: t}
		plain := stagetest.NewSink[point](rec)
		start(t, flow.From(source.Slice([]point{{1, 2}})).To(plain))
		plain.Request(1)
		fails(t, rec, func() { plain.Expect(point{1, 2}) }, "give NewSink options of go-cmp", "point")

		near := stagetest.NewSink[float64](t, cmpopts.EquateApprox(0, 0.01))
		start(t, flow.From(source.Slice([]float64{1.001})).To(near))
		near.Request(1)
		near.Expect(1)
		near.ExpectComplete()
	})
}
