package flow_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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
	"github.com/weir-go/weir/stage/stagetest"
)

// startHub runs a pipeline in the background until the test ends.
func startHub(t *testing.T, p flow.Pipeline) *flow.Running {
	t.Helper()
	r, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func waitHub(t *testing.T, runs ...*flow.Running) {
	t.Helper()
	for _, r := range runs {
		if err := r.Wait(); err != nil {
			t.Errorf("a run ended with %v", err)
		}
	}
}

func hubNumbers(n int) flow.Flow[int] { return flow.From(source.Range(0, n)) }

func TestMergeHub(t *testing.T) {
	hub := flow.NewMergeHub[int](10)
	early := startHub(t, hubNumbers(100).To(hub.Sink()))
	var got []int
	r := startHub(t, flow.From(hub.Source()).To(sink.Slice(&got)))
	late := startHub(t, hubNumbers(100).To(hub.Sink()))
	waitHub(t, early, late, startHub(t, hubNumbers(0).To(hub.Sink())))
	hub.Close()
	waitHub(t, r)
	if slices.Sort(got); len(got) != 200 || got[199] != 99 || got[198] != 99 {
		t.Errorf("got %d elements", len(got))
	}
	// One that comes too late has enough at once.
	waitHub(t, startHub(t, hubNumbers(10).To(hub.Sink())))
	if _, err := flow.Collect(t.Context(), flow.From(hub.Source())); !errors.Is(err, stage.ErrUsed) {
		t.Errorf("a second consumer: %v", err)
	}
}

func TestMergeHubHoldsProducersBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := flow.NewMergeHub[int](10)
		a, b := startHub(t, hubNumbers(1000).To(hub.Sink())), startHub(t, hubNumbers(1000).To(hub.Sink()))
		synctest.Wait()
		if s := hub.Stats(); s.Held != 10 || s.In != 10 {
			t.Errorf("it holds %d of %d taken in", s.Held, s.In)
		}
		stop := errors.New("stop")
		if err := a.Stop(stop); !errors.Is(err, stop) {
			t.Errorf("stopped with %v", err)
		}
		hub.Close()
		waitHub(t, b)
		got, err := flow.Collect(t.Context(), flow.From(hub.Source()))
		if len(got) != 10 || err != nil {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

func TestMergeHubConsumerEnds(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		end  func(flow.Flow[int]) flow.Pipeline
		want error
	}{
		"with enough":   {func(f flow.Flow[int]) flow.Pipeline { return f.Take(50).To(sink.Discard[int]()) }, nil},
		"with an error": {func(f flow.Flow[int]) flow.Pipeline { return f.To(sink.ForEach(func(int) error { return boom })) }, boom},
	} {
		t.Run(name, func(t *testing.T) {
			hub := flow.NewMergeHub[int](10)
			a, b := startHub(t, hubNumbers(1<<60).To(hub.Sink())), startHub(t, hubNumbers(1<<60).To(hub.Sink()))
			consumer := startHub(t, c.end(flow.From(hub.Source())))
			for _, r := range []*flow.Running{consumer, a, b} {
				if err := r.Wait(); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			}
		})
	}
}

func TestMergeHubDrains(t *testing.T) {
	hub := flow.NewMergeHub[int](10)
	producer := startHub(t, hubNumbers(1<<60).To(hub.Sink()))
	n := int64(0)
	consumer := startHub(t, flow.From(hub.Source()).To(sink.ForEach(func(int) error { atomic.AddInt64(&n, 1); return nil })))
	for atomic.LoadInt64(&n) < 100 {
		time.Sleep(time.Millisecond)
	}
	if err := consumer.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	waitHub(t, producer)
	if s := hub.Stats(); s.In != uint64(n) || s.Held != 0 || s.DroppedTotal() != 0 {
		t.Errorf("delivered %d, the hub says %+v", n, s)
	}
}

func TestBroadcastHubJoinAndLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := flow.NewBroadcastHub[int]()
		q := source.Queue[int](100, demand.Block)
		producer := startHub(t, flow.From(q).To(hub.Sink()))
		give := func(vs ...int) {
			for _, v := range vs {
				if err := q.Offer(t.Context(), v); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		give(1, 2) // nobody there: it waits
		var a, b, c []int
		ra := startHub(t, flow.From(hub.Source(10, demand.Block)).To(sink.Slice(&a)))
		synctest.Wait()
		rb := startHub(t, flow.From(hub.Source(10, demand.Block)).Take(2).To(sink.Slice(&b)))
		give(3, 4, 5)
		if n := hub.Consumers(); n != 1 {
			t.Errorf("%d consumers after one has left", n)
		}
		rc := startHub(t, flow.From(hub.Source(10, demand.Block)).To(sink.Slice(&c)))
		give(6)
		q.Close()
		waitHub(t, producer, ra, rb, rc)
		if !slices.Equal(a, []int{1, 2, 3, 4, 5, 6}) || !slices.Equal(b, []int{3, 4}) || !slices.Equal(c, []int{6}) {
			t.Errorf("got %v, %v and %v", a, b, c)
		}
		late, err := flow.Collect(t.Context(), flow.From(hub.Source(10, demand.Block)))
		if len(late) != 0 || err != nil {
			t.Errorf("who comes late gets %v, %v", late, err)
		}
	})
}

// A slow consumer has its policy, and the others don't notice, but for Block.
func TestBroadcastHubSlowConsumer(t *testing.T) {
	const n = 1000
	for _, policy := range []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed, demand.Fail} {
		t.Run(policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hub := flow.NewBroadcastHub[int]()
				var fast []int
				took := time.Duration(0)
				begin := time.Now()
				rf := startHub(t, flow.From(hub.Source(16, demand.Block)).To(sink.ForEach(func(v int) error {
					fast = append(fast, v)
					took = time.Since(begin)
					return nil
				})))
				var slow []int
				rs := startHub(t, flow.From(hub.Source(8, policy, stage.Name("slow"))).To(sink.ForEach(func(v int) error {
					time.Sleep(10 * time.Millisecond)
					slow = append(slow, v)
					return nil
				})))
				// The source takes a millisecond for each.
				producer := startHub(t, flow.From(source.Range(0, n)).Via(operators.Peek(func(int) { time.Sleep(time.Millisecond) })).To(hub.Sink()))
				waitHub(t, producer, rf)
				err := rs.Wait()
				if len(fast) != n || !slices.IsSorted(fast) || !slices.IsSorted(slow) {
					t.Errorf("the fast one got %d of %d", len(fast), n)
				}
				lost := 0
				s, _ := rs.Snapshot().Stage("slow")
				for _, k := range s.Dropped {
					lost += int(k)
				}
				switch policy {
				case demand.Block:
					if err != nil || len(slow) != n || lost != 0 || took < 9*n*time.Millisecond {
						t.Errorf("the slow one got %d and lost %d, error %v, the other took %s", len(slow), lost, err, took)
					}
					return
				case demand.Fail:
					if !errors.Is(err, demand.ErrBufferFull) || len(slow) == 0 || len(slow) > 100 {
						t.Errorf("the slow one got %d, error %v", len(slow), err)
					}
				default:
					if err != nil || lost == 0 || len(slow)+lost != n {
						t.Errorf("the slow one got %d and lost %d, error %v", len(slow), lost, err)
					}
				}
				if took > n*time.Millisecond*11/10 {
					t.Errorf("the fast one took %s", took)
				}
			})
		})
	}
}

func TestHubProducerFails(t *testing.T) {
	boom := errors.New("boom")
	broadcast, partition := flow.NewBroadcastHub[int](), flow.NewPartitionHub(func(int, []flow.Consumer) int { return 0 })
	failing := flow.Via(hubNumbers(10), operators.MapErr(func(v int) (int, error) {
		if v == 5 {
			return 0, boom
		}
		return v, nil
	}))
	for name, c := range map[string]struct {
		src stage.Source[int]
		snk stage.Sink[int]
	}{
		"broadcast": {broadcast.Source(10, demand.Block), broadcast.Sink()},
		"partition": {partition.Source(10, demand.Block), partition.Sink()},
	} {
		var got []int
		consumer := startHub(t, flow.From(c.src).To(sink.Slice(&got)))
		producer := startHub(t, failing.To(c.snk))
		if err := producer.Wait(); !errors.Is(err, boom) {
			t.Errorf("%s: the producer ended with %v", name, err)
		}
		if err := consumer.Wait(); !errors.Is(err, boom) || len(got) != 5 {
			t.Errorf("%s: the consumer got %v, error %v", name, got, err)
		}
		if _, err := failing.To(c.snk).Start(t.Context()); !errors.Is(err, stage.ErrUsed) {
			t.Errorf("%s: a second producer: %v", name, err)
		}
	}
}

func TestHubClose(t *testing.T) {
	broadcast, partition := flow.NewBroadcastHub[int](), flow.NewPartitionHub(func(int, []flow.Consumer) int { return 0 })
	for _, c := range []struct {
		close func()
		src   stage.Source[int]
		snk   stage.Sink[int]
	}{
		{broadcast.Close, broadcast.Source(10, demand.Block), broadcast.Sink()},
		{partition.Close, partition.Source(10, demand.Block), partition.Sink()},
	} {
		synctest.Test(t, func(t *testing.T) {
			consumer := startHub(t, flow.From(c.src).Via(operators.Peek(func(int) { time.Sleep(time.Second) })).To(sink.Discard[int]()))
			producer := startHub(t, hubNumbers(1<<60).To(c.snk))
			time.Sleep(10 * time.Second)
			c.close()
			waitHub(t, producer, consumer)
		})
	}
}

func TestPartitionHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := flow.NewPartitionHub(func(v int, present []flow.Consumer) int { return v % len(present) })
		var parts [3][]int
		var runs []*flow.Running
		for i := range parts {
			f := flow.From(hub.Source(4, demand.Block))
			if i == 2 {
				f = f.Take(1) // and leaves; what it can't take in goes to the others
			}
			runs = append(runs, startHub(t, f.To(sink.Slice(&parts[i]))))
		}
		runs = append(runs, startHub(t, hubNumbers(1000).To(hub.Sink(stage.Window(1, 1)))))
		waitHub(t, runs...)
		lost := int64(0)
		for _, r := range runs[:3] {
			s := r.Snapshot().Stages[0]
			lost += s.Dropped[demand.ReasonClosed]
			for _, st := range r.Snapshot().Stages {
				lost += st.Discarded
			}
		}
		n := len(parts[0]) + len(parts[1]) + len(parts[2])
		if len(parts[2]) != 1 || n+int(lost) != 1000 || lost > 8 {
			t.Errorf("got %d, %d and %d, lost %d", len(parts[0]), len(parts[1]), len(parts[2]), lost)
		}
	})
}

func TestPartitionHubSeesConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// To the one that holds least.
		hub := flow.NewPartitionHub(func(_ int, present []flow.Consumer) int {
			least := 0
			for i, c := range present {
				if c.Held() < present[least].Held() {
					least = i
				}
			}
			return least
		})
		quick, slow := 0, 0
		a := startHub(t, flow.From(hub.Source(4, demand.Block)).To(sink.ForEach(func(int) error { quick++; return nil })))
		b := startHub(t, flow.From(hub.Source(4, demand.Block)).To(sink.ForEach(func(int) error { slow++; time.Sleep(time.Minute); return nil })))
		p := startHub(t, hubNumbers(200).Via(operators.Peek(func(int) { time.Sleep(time.Millisecond) })).To(hub.Sink()))
		waitHub(t, a, b, p)
		if slow > 10 || quick+slow != 200 {
			t.Errorf("the quick one got %d, the slow one %d", quick, slow)
		}
	})
}

func TestPartitionHubOutOfRange(t *testing.T) {
	hub := flow.NewPartitionHub(func(int, []flow.Consumer) int { return 7 })
	consumer := startHub(t, flow.From(hub.Source(4, demand.Block)).To(sink.Discard[int]()))
	err := hubNumbers(10).To(hub.Sink(stage.Name("by size"))).Run(t.Context())
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != "by size" || !strings.Contains(err.Error(), "consumer 7 of 1") {
		t.Errorf("got %v", err)
	}
	if err := consumer.Wait(); err == nil {
		t.Error("the consumer completed")
	}
}

func TestHubBadArguments(t *testing.T) {
	broadcast := flow.NewBroadcastHub[int]()
	for name, p := range map[string]flow.Pipeline{
		"capacity":          flow.From(flow.NewMergeHub[int](0).Source()).To(sink.Discard[int]()),
		"mergehub":          hubNumbers(1).To(flow.NewMergeHub[int](0).Sink()),
		"broadcasthub":      flow.From(broadcast.Source(0, demand.Block)).To(sink.Discard[int]()),
		"overflow strategy": flow.From(broadcast.Source(1, 99)).To(sink.Discard[int]()),
		"function":          hubNumbers(1).To(flow.NewPartitionHub[int](nil).Sink()),
	} {
		if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What a tracked source reads is done when the consumers have handled it.
func TestHubKeepsLineage(t *testing.T) {
	for _, kind := range []string{"merge", "broadcast", "partition"} {
		t.Run(kind, func(t *testing.T) {
			var src []stage.Source[int]
			var snk stage.Sink[int]
			done := func() {}
			switch kind {
			case "merge":
				hub := flow.NewMergeHub[int](10)
				src, snk, done = []stage.Source[int]{hub.Source()}, hub.Sink(), hub.Close
			case "broadcast":
				hub := flow.NewBroadcastHub[int]()
				src, snk = []stage.Source[int]{hub.Source(5, demand.Block), hub.Source(5, demand.Fail), hub.Source(5, demand.DropOldest)}, hub.Sink()
			case "partition":
				hub := flow.NewPartitionHub(func(v int, c []flow.Consumer) int { return v % len(c) })
				src, snk = []stage.Source[int]{hub.Source(5, demand.Block), hub.Source(5, demand.Block)}, hub.Sink()
			}
			var consumers []*flow.Running
			for i, s := range src {
				f := flow.From(s)
				if i == 1 && kind == "broadcast" {
					f = f.Take(3) // a consumer that leaves early does not count
				}
				consumers = append(consumers, startHub(t, f.To(sink.Discard[int]())))
			}
			books := stagetest.NewCommitting(t, make([]int, 100), 7)
			producer := startHub(t, flow.From(books).To(snk))
			waitHub(t, producer)
			done()
			for _, c := range consumers {
				_ = c.Wait() // one may have been full
			}
			books.ExpectSettled()
			for i, r := range books.Reads() {
				if r.Settlement.Outcome != demand.Done {
					t.Errorf("read %d settled as %v", i, r.Settlement.Outcome)
				}
			}
		})
	}
}

// A thousand streams join and leave at random.
func TestHubChurn(t *testing.T) {
	const streams = 1000
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	churn := func(t *testing.T, one func(i int) error) {
		var wg sync.WaitGroup
		slots := make(chan struct{}, 50)
		for i := range streams {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				if err := one(i); err != nil {
					t.Errorf("stream %d: %v", i, err)
				}
			})
		}
		wg.Wait()
	}
	errLeave := errors.New("leave")
	leave := func(p flow.Pipeline) error {
		r, err := p.Start(ctx)
		if err != nil {
			return err
		}
		if rand.IntN(2) == 0 {
			time.Sleep(time.Duration(rand.IntN(500)) * time.Microsecond)
			if err := r.Stop(errLeave); !errors.Is(err, errLeave) && !errors.Is(err, demand.ErrBufferFull) {
				return err
			}
			return nil
		}
		if err := r.Wait(); !errors.Is(err, demand.ErrBufferFull) {
			return err
		}
		return nil
	}
	policies := []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed, demand.Fail}
	t.Run("merge", func(t *testing.T) {
		hub := flow.NewMergeHub[int](64)
		n := uint64(0)
		consumer := startHub(t, flow.From(hub.Source()).To(sink.ForEach(func(int) error { n++; return nil })))
		churn(t, func(int) error { return leave(hubNumbers(rand.IntN(200)).To(hub.Sink())) })
		hub.Close()
		waitHub(t, consumer)
		if s := hub.Stats(); s.In != n || s.Held != 0 {
			t.Errorf("delivered %d, the hub says %+v", n, s)
		}
	})
	t.Run("broadcast", func(t *testing.T) {
		hub := flow.NewBroadcastHub[int]()
		producer := startHub(t, hubNumbers(1<<60).To(hub.Sink()))
		churn(t, func(i int) error {
			f := flow.From(hub.Source(1+rand.IntN(32), policies[i%len(policies)]))
			return leave(f.Take(rand.IntN(200)).To(sink.Discard[int]()))
		})
		if n := hub.Consumers(); n != 0 {
			t.Errorf("%d consumers are left", n)
		}
		hub.Close()
		waitHub(t, producer)
	})
	t.Run("partition", func(t *testing.T) {
		hub := flow.NewPartitionHub(func(v int, c []flow.Consumer) int { return v % len(c) })
		producer := startHub(t, hubNumbers(1<<60).To(hub.Sink()))
		churn(t, func(i int) error {
			f := flow.From(hub.Source(1+rand.IntN(32), policies[i%len(policies)]))
			return leave(f.Take(rand.IntN(100)).To(sink.Discard[int]()))
		})
		if n := hub.Consumers(); n != 0 {
			t.Errorf("%d consumers are left", n)
		}
		hub.Close()
		waitHub(t, producer)
	})
}
