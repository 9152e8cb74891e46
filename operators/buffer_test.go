package operators_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Ten elements come, one every 10 ms; the sink asks for one at a time, at 0, 36,
// 72 ms and so on.
func TestBufferOverflow(t *testing.T) {
	for name, c := range map[string]struct {
		overflow demand.Overflow
		priority func(int) int
		want     string
		dropped  string
	}{
		"block":             {overflow: demand.Block, want: "0 1 2 3 4 5 6 7 8 9"},
		"drop newest":       {overflow: demand.DropNewest, want: "0 1 2 3 4 8", dropped: "5drop_newest 6drop_newest 7drop_newest 9drop_newest"},
		"drop oldest":       {overflow: demand.DropOldest, want: "0 1 5 7 8 9", dropped: "2drop_oldest 3drop_oldest 4drop_oldest 6drop_oldest"},
		"drop buffer":       {overflow: demand.DropBuffer, want: "0 1 5 9", dropped: "2drop_buffer 3drop_buffer 4drop_buffer 6drop_buffer 7drop_buffer 8drop_buffer"},
		"shed":              {overflow: demand.Shed, want: "0 1 2 3 4 8", dropped: "5shed 6shed 7shed 9shed"},
		"block, even first": {overflow: demand.Block, priority: even, want: "0 2 4 1 6 3 8 5 7 9"},
		"shed, even first":  {overflow: demand.Shed, priority: even, want: "0 2 4 6 8 1", dropped: "5shed 3shed_priority 7shed 9shed"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dropped []string
				cfg := demand.BufferConfig[int]{Capacity: 3, Overflow: c.overflow, Priority: c.priority, OnDrop: func(v int, reason string) {
					dropped = append(dropped, fmt.Sprint(v, reason))
				}}
				var got []string
				r, err := timeline(demand.ErrCompleted, every(10*ms, 10)...).Via(operators.BufferWith(cfg)).To(sink.ForEach(func(v int) error {
					got = append(got, fmt.Sprint(v))
					time.Sleep(36 * ms)
					return nil
				}, stage.Window(1, 1))).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for running := true; running; {
					select {
					case <-r.Done():
						running = false
					case <-time.After(3 * ms):
					}
					balanced(t, r, 3)
				}
				if err := r.Wait(); err != nil {
					t.Fatal(err)
				}
				if g := strings.Join(got, " "); g != c.want {
					t.Errorf("got %s, want %s", g, c.want)
				}
				if d := strings.Join(dropped, " "); d != c.dropped {
					t.Errorf("dropped %s, want %s", d, c.dropped)
				}
				s, _ := r.Snapshot().Stage("buffer")
				if s.In != 10 || s.Buffer.Out != uint64(len(got)) || s.DroppedTotal() != int64(len(dropped)) {
					t.Errorf("counted in %d, out %d, dropped %v", s.In, s.Buffer.Out, s.Dropped)
				}
			})
		})
	}
}

func even(v int) int { return 1 - v%2 }

// balanced looks at the buffer of a run.
func balanced(t *testing.T, r *flow.Running, capacity int) {
	t.Helper()
	s, ok := r.Snapshot().Stage("buffer")
	switch b := s.Buffer; {
	case !ok || b == nil:
		t.Error("the snapshot has no buffer")
	case b.In != b.Out+b.DroppedTotal()+uint64(b.Held) || b.Held > capacity || b.Capacity != capacity:
		t.Errorf("the buffer does not balance: %+v", *b)
	}
}

func TestBufferFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		items := l.tracked(upTo(100), 1, demand.ErrCompleted)
		paced := items.Via(operators.Throttle[int](1, 10*ms))
		recovered := func(err error) (int, bool) {
			var at *stage.Error
			return -1, errors.Is(err, demand.ErrBufferFull) && errors.As(err, &at) && at.Stage == "buffer"
		}
		f := paced.Via(operators.Buffer[int](3, demand.Fail)).Via(operators.Recover(recovered))
		got, err := watch(t, f, 36*ms, stage.Window(1, 1))
		if err != nil {
			t.Fatal(err)
		}
		// What is held comes before the error.
		wantMoments(t, got, moment{0, "0"}, moment{36 * ms, "1"}, moment{72 * ms, "2"}, moment{108 * ms, "3"}, moment{144 * ms, "4"}, moment{180 * ms, "-1"})
		l.check(t, 5)
	})
}

// Elements that were dropped on purpose count as handled; those that a cancelled
// buffer held are given up.
func TestBufferSettles(t *testing.T) {
	for _, o := range []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed} {
		t.Run(o.String(), func(t *testing.T) {
			var l ledger
			got, err := collect(t, l.tracked(upTo(5000), 7, demand.ErrCompleted).Via(operators.Buffer[int](5, o)), 3)
			if err != nil || len(got) == 0 || o == demand.Block && len(got) != 5000 {
				t.Errorf("%d elements, error %v", len(got), err)
			}
			for i := 1; i < len(got); i++ {
				if got[i].record <= got[i-1].record {
					t.Fatalf("record %d came after %d", got[i].record, got[i-1].record)
				}
			}
			l.check(t, 5000)
		})
		t.Run(o.String()+", cut off", func(t *testing.T) {
			var l ledger
			got, err := collect(t, l.tracked(upTo(5000), 7, demand.ErrCompleted).Via(operators.Buffer[int](5, o)).Via(operators.Take[int](20)), 3)
			if err != nil || o == demand.Block && len(got) != 20 {
				t.Errorf("%d elements, error %v", len(got), err)
			}
			handled := 5000
			if o == demand.Block {
				handled = 20
			}
			l.once(t, handled)
		})
	}
}

// With Block upstream is read no further than the buffer can take.
func TestBufferBlocksUpstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read atomic.Int64
		src := stage.NewSource(stage.Meta{Kind: "counting"}, func(*stage.Runtime) demand.Upstream[int] {
			return pullFunc(func(dst *demand.Chunk[int]) error {
				for dst.Free() > 0 {
					dst.Append(int(read.Add(1)))
				}
				return nil
			})
		})
		taken := int64(0)
		r, err := flow.From(src).Via(operators.Buffer[int](5, demand.Block)).To(sink.ForEach(func(int) error {
			if taken++; read.Load() > taken+5 {
				t.Errorf("%d were read when %d had been taken", read.Load(), taken)
			}
			time.Sleep(ms)
			return nil
		}, stage.Window(1, 1))).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * ms)
		if err := r.Drain(t.Context()); err != nil || read.Load() != taken {
			t.Errorf("drained with %v, read %d and wrote %d", err, read.Load(), taken)
		}
	})
}

// Elements that come at once are not dropped while the buffer empties as fast.
func TestBufferTakesWhatFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		for i := range 20 {
			at = append(at, slices.Repeat([]time.Duration{time.Duration(i) * 10 * ms}, 30)...)
		}
		f := timeline(demand.ErrCompleted, at...).Via(operators.Buffer[int](30, demand.DropOldest, stage.Window(256, 256)))
		if got, err := collect(t, f, 1); err != nil || len(got) != 600 {
			t.Errorf("%d of 600 elements, error %v", len(got), err)
		}
	})
}

func TestBufferInARunThatStalls(t *testing.T) {
	two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(64))
	short := two[0].Via(operators.Buffer[int](16, demand.Block))
	long := flow.Via(flow.Via(two[1], operators.Batch[int](500, 0)), operators.Unbatch[int]())
	_, err := flow.Collect(t.Context(), flow.Zip(short, long))
	if !errors.Is(err, flow.ErrStalled) || !strings.Contains(err.Error(), `"buffer"`) {
		t.Errorf("got error %v, want a stall that names the buffer", err)
	}
}

func TestPanicsOfBufferFunctions(t *testing.T) {
	boom := errors.New("boom")
	for name, cfg := range map[string]demand.BufferConfig[int]{
		"Priority": {Capacity: 1, Overflow: demand.DropOldest, Priority: func(int) int { panic(boom) }},
		"OnDrop":   {Capacity: 1, Overflow: demand.DropOldest, OnDrop: func(int, string) { panic(boom) }},
	} {
		t.Run(name, func(t *testing.T) {
			var l ledger
			slow := operators.Peek(func(int) { time.Sleep(ms) })
			_, err := collect(t, l.tracked(upTo(1000), 1, demand.ErrCompleted).Via(operators.BufferWith(cfg)).Via(slow), 1)
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || panicked.Stage != "buffer" || !errors.Is(err, boom) {
				t.Errorf("got error %v", err)
			}
			l.once(t, 1000)
		})
	}
}

func TestBufferIsCancelled(t *testing.T) {
	why := errors.New("cancelled here")
	for _, o := range []demand.Overflow{demand.Block, demand.DropOldest, demand.Shed} {
		synctest.Test(t, func(t *testing.T) {
			var l ledger
			ctx, cancel := context.WithCancelCause(t.Context())
			paced := l.tracked(upTo(1000), 3, demand.ErrCompleted).Via(operators.Throttle[int](1, ms))
			r, err := paced.Via(operators.Buffer[int](10, o)).To(sink.ForEach(func(int) error {
				time.Sleep(10 * ms)
				return nil
			})).Start(ctx)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * ms)
			cancel(why)
			if err := r.Wait(); !errors.Is(err, why) {
				t.Errorf("%s: got error %v", o, err)
			}
			l.once(t, 1000)
			balanced(t, r, 10)
		})
	}
}

// OnDrop sees what is held when the stream is cut off too.
func TestBufferDropsWhatItHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dropped []string
		cfg := demand.BufferConfig[int]{Capacity: 3, Overflow: demand.DropNewest, OnDrop: func(v int, reason string) {
			dropped = append(dropped, fmt.Sprint(v, reason))
		}}
		f := timeline(nil, every(10*ms, 6)...).Via(operators.BufferWith(cfg)).Via(operators.Take[int](2))
		got, err := watch(t, f, 36*ms, stage.Window(1, 1))
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{0, "0"}, moment{36 * ms, "1"})
		if d := strings.Join(dropped, " "); d != "5drop_newest 2closed 3closed 4closed" {
			t.Errorf("dropped %s", d)
		}
	})
}

// A run does not wait for elements that nobody wants any more.
func TestBufferEndsItsIsland(t *testing.T) {
	for _, o := range []demand.Overflow{demand.Block, demand.DropOldest} {
		synctest.Test(t, func(t *testing.T) {
			for name, f := range map[string]flow.Flow[int]{
				"waits for its source": timeline(nil, 0),
				"waits for its rate":   flow.From(source.Range(0, 10)).Via(operators.Throttle[int](1, time.Hour)),
				"waits for a batch":    flow.Via(flow.Via(timeline(nil, 0, 1, 2), operators.Batch[int](2, time.Hour)), operators.Unbatch[int]()),
			} {
				begun := time.Now()
				got, err := collect(t, f.Via(operators.Buffer[int](1, o)).Via(operators.Take[int](1)), 1)
				if err != nil || len(got) != 1 || time.Since(begun) > ms {
					t.Errorf("%s, %s: got %v after %s, error %v", o, name, got, time.Since(begun), err)
				}
			}
		})
	}
}
