package demand_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
)

var strategies = []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed, demand.Fail}

// drain pulls all that comes without waiting.
func drain[T any](t *testing.T, b *demand.Buffer[T]) (got []T) {
	t.Helper()
	var dst demand.Chunk[T]
	dst.SetIsland(demand.NewIsland())
	for {
		dst.Reset(3)
		dst.SetPatience(demand.NoWait)
		if err := b.Pull(&dst); err != nil || dst.Len() == 0 {
			return got
		}
		got = append(got, dst.Items()...)
		dst.Advance(dst.Len())
	}
}

func TestBufferStrategies(t *testing.T) {
	for _, c := range []struct {
		overflow demand.Overflow
		left     []int  // of 1 to 4 offered to a buffer of two
		dropped  []int  // in order
		reason   string // of the drops
		refused  error  // what the producer of 3 got
	}{
		{demand.DropNewest, []int{1, 2}, []int{3, 4}, demand.ReasonNewest, nil},
		{demand.DropOldest, []int{3, 4}, []int{1, 2}, demand.ReasonOldest, nil},
		{demand.DropBuffer, []int{3, 4}, []int{1, 2}, demand.ReasonBuffer, nil},
		{demand.Shed, []int{1, 2}, nil, "", &demand.OverloadError{Reason: demand.ReasonShed, Depth: 2, Capacity: 2, RetryAfter: 20 * time.Millisecond}},
		{demand.Fail, []int{1, 2}, nil, "", demand.ErrBufferFull},
	} {
		t.Run(c.overflow.String(), func(t *testing.T) {
			var dropped []int
			b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 2, Overflow: c.overflow, OnDrop: func(v int, reason string) {
				if reason != c.reason {
					t.Errorf("%d was dropped for %q, want %q", v, reason, c.reason)
				}
				dropped = append(dropped, v)
			}})
			var errs [5]error
			for v := 1; v <= 4; v++ {
				errs[v] = b.Offer(t.Context(), v)
			}
			var over *demand.OverloadError
			switch want := c.refused.(type) {
			case *demand.OverloadError:
				if !errors.As(errs[3], &over) || *over != *want {
					t.Errorf("the third got %v, want %v", errs[3], want)
				}
			default:
				if !errors.Is(errs[3], want) {
					t.Errorf("the third got %v, want %v", errs[3], want)
				}
			}
			if s := b.Stats(); s.Dropped[c.reason] != uint64(len(c.dropped)) || s.DroppedTotal() != uint64(len(c.dropped)) || s.Held != 2 || s.In != s.Out+s.DroppedTotal()+2 {
				t.Errorf("counts %+v", s)
			}
			if !slices.Equal(dropped, c.dropped) {
				t.Errorf("dropped %v, want %v", dropped, c.dropped)
			}
			if got := drain(t, b); !slices.Equal(got, c.left) {
				t.Errorf("left are %v, want %v", got, c.left)
			}
		})
	}
}

// In = out + dropped + held, whenever somebody looks.
func TestBufferConservesElements(t *testing.T) {
	const producers, each = 6, 1500
	for _, strategy := range strategies {
		for _, ranked := range []bool{false, true} {
			for _, end := range []string{"close", "cancel"} {
				t.Run(fmt.Sprint(strategy, ", priorities ", ranked, ", ", end), func(t *testing.T) {
					var seen sync.Map // by element: how often it left, one way or the other
					leave := func(v int) {
						n, _ := seen.LoadOrStore(v, new(atomic.Int64))
						n.(*atomic.Int64).Add(1)
					}
					var onDrop atomic.Uint64
					cfg := demand.BufferConfig[int]{Capacity: 16, Overflow: strategy, OnDrop: func(v int, _ string) { onDrop.Add(1); leave(v) }}
					if ranked {
						cfg.Priority = func(v int) int { return v % 3 }
					}
					b := demand.NewBuffer(cfg)
					isl := demand.NewIsland()
					var refused, out atomic.Uint64
					look := func() {
						s := b.Stats()
						if s.In != s.Out+s.DroppedTotal()+uint64(s.Held) || s.Held > 16 {
							t.Errorf("at a look: %+v", s)
						}
					}
					within(t, isl.Stop, func() {
						var producing, all sync.WaitGroup
						for p := range producers {
							producing.Go(func() {
								for i := range each {
									if err := b.Offer(t.Context(), p*each+i); err != nil {
										refused.Add(1)
										leave(p*each + i)
									}
								}
							})
						}
						stop := make(chan struct{})
						all.Go(func() {
							for {
								look()
								select {
								case <-stop:
									return
								case <-time.After(50 * time.Microsecond):
								}
							}
						})
						all.Go(func() {
							rnd := rand.New(rand.NewPCG(1, 1))
							var dst demand.Chunk[int]
							dst.SetIsland(isl)
							for {
								dst.Reset(1 + rnd.IntN(7))
								if b.Pull(&dst) != nil {
									return
								}
								out.Add(uint64(dst.Len()))
								for _, v := range dst.Items() {
									leave(v)
								}
								dst.Advance(dst.Len())
								if end == "cancel" && out.Load() > 1000 {
									b.Cancel(errLeft)
								}
							}
						})
						producing.Wait()
						b.Close(demand.ErrCompleted)
						close(stop)
						all.Wait()
					})
					look()
					s := b.Stats()
					if s.Held != 0 || s.Out != out.Load() || s.DroppedTotal() != onDrop.Load() || s.In+refused.Load() != producers*each {
						t.Errorf("%+v; %d refused, %d seen by OnDrop, %d pulled", s, refused.Load(), onDrop.Load(), out.Load())
					}
					left, twice := uint64(0), 0
					seen.Range(func(_, n any) bool {
						left++
						if n.(*atomic.Int64).Load() != 1 {
							twice++
						}
						return true
					})
					if left != producers*each || twice > 0 {
						t.Errorf("%d elements left, %d left more than once", left, twice)
					}
					if strategy == demand.Block && end == "close" && (s.DroppedTotal() > 0 || refused.Load() > 0) {
						t.Errorf("Block lost %d and refused %d", s.DroppedTotal(), refused.Load())
					}
				})
			}
		}
	}
}

func TestBufferBlocks(t *testing.T) {
	full := func(t *testing.T) (*demand.Buffer[int], chan error) {
		b := demand.NewBuffer(demand.BufferConfig[int]{Name: "b", Capacity: 1, Overflow: demand.Block})
		if err := b.Offer(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		blocked := make(chan error, 3)
		for v := range 3 {
			go func() { blocked <- b.Offer(t.Context(), 2+v) }()
		}
		synctest.Wait()
		if len(blocked) > 0 {
			t.Fatal("a full buffer took an element")
		}
		return b, blocked
	}
	t.Run("room wakes producers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b, blocked := full(t)
			// A producer may be quick enough to be drained in the same go.
			for taken := 0; taken < 4; {
				got := drain(t, b)
				if len(got) == 0 {
					t.Fatal("no producer used the room")
				}
				taken += len(got)
				synctest.Wait()
			}
			for range 3 {
				if err := <-blocked; err != nil {
					t.Error(err)
				}
			}
		})
	})
	t.Run("cancel wakes producers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b, blocked := full(t)
			b.Cancel(errLeft)
			for range 3 {
				if err := <-blocked; !errors.Is(err, demand.ErrClosed) || !errors.Is(err, errLeft) {
					t.Errorf("a blocked producer got %v", err)
				}
			}
			if s := b.Stats(); s.Dropped[demand.ReasonClosed] != 1 || s.Refused[demand.ReasonClosed] != 3 {
				t.Errorf("counts %+v", s)
			}
		})
	})
	t.Run("close wakes producers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b, blocked := full(t)
			b.Close(errClosed)
			for range 3 {
				if err := <-blocked; !errors.Is(err, demand.ErrClosed) || !errors.Is(err, errClosed) {
					t.Errorf("a blocked producer got %v", err)
				}
			}
		})
	})
	t.Run("a context ends the wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b, blocked := full(t)
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errLeft)
			defer cancel()
			start := time.Now()
			if err := b.Offer(ctx, 9); err != errLeft || time.Since(start) != time.Second {
				t.Errorf("got %v after %s", err, time.Since(start))
			}
			b.Cancel(errLeft)
			for range 3 {
				<-blocked
			}
		})
	})
}

func TestBufferEnds(t *testing.T) {
	make := func(o demand.Overflow) *demand.Buffer[int] {
		b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 2, Overflow: o})
		_ = b.Offer(context.Background(), 1)
		_ = b.Offer(context.Background(), 2)
		return b
	}
	pull := func(b *demand.Buffer[int]) (int, error) {
		dst := demand.NewChunk[int](5)
		err := b.Pull(dst)
		n := dst.Len()
		dst.Advance(n)
		return n, err
	}
	t.Run("close comes behind what is held", func(t *testing.T) {
		b := make(demand.DropNewest)
		b.Close(errClosed)
		b.Close(errLeft) // the first counts
		if err := b.Offer(t.Context(), 3); !errors.Is(err, demand.ErrClosed) || !errors.Is(err, errClosed) {
			t.Errorf("an offer after Close got %v", err)
		}
		if n, err := pull(b); n != 2 || err != nil {
			t.Errorf("first %d, %v", n, err)
		}
		for range 2 {
			if n, err := pull(b); n != 0 || err != errClosed {
				t.Errorf("then %d, %v", n, err)
			}
		}
	})
	t.Run("fail fails the stream behind what is held", func(t *testing.T) {
		b := make(demand.Fail)
		if err := b.Offer(t.Context(), 3); !errors.Is(err, demand.ErrBufferFull) {
			t.Errorf("the producer got %v", err)
		}
		if err := b.Offer(t.Context(), 4); !errors.Is(err, demand.ErrClosed) || !errors.Is(err, demand.ErrBufferFull) {
			t.Errorf("the next got %v", err)
		}
		if n, err := pull(b); n != 2 || err != nil {
			t.Errorf("first %d, %v", n, err)
		}
		if n, err := pull(b); n != 0 || !errors.Is(err, demand.ErrBufferFull) {
			t.Errorf("then %d, %v", n, err)
		}
		if s := b.Stats(); s.Refused["fail"] != 1 || s.Refused[demand.ReasonClosed] != 1 {
			t.Errorf("counts %+v", s)
		}
	})
	t.Run("cancel empties it", func(t *testing.T) {
		b := make(demand.Block)
		b.Cancel(errLeft)
		b.Cancel(errClosed)
		if n, err := pull(b); n != 0 || err != errLeft {
			t.Errorf("%d, %v", n, err)
		}
		if s := b.Stats(); s.Held != 0 || s.Dropped[demand.ReasonClosed] != 2 {
			t.Errorf("counts %+v", s)
		}
	})
	t.Run("a waiting consumer is woken", func(t *testing.T) {
		for name, f := range map[string]func(*demand.Buffer[int]){
			"by an offer": func(b *demand.Buffer[int]) { _ = b.Offer(context.Background(), 3) },
			"by close":    func(b *demand.Buffer[int]) { b.Close(errClosed) },
		} {
			synctest.Test(t, func(t *testing.T) {
				b := make(demand.Block)
				drain(t, b)
				got := false
				go func() { _, _ = pull(b); got = true }()
				synctest.Wait()
				if got {
					t.Errorf("%s: it did not wait", name)
				}
				f(b)
				synctest.Wait()
				if !got {
					t.Errorf("%s: it was not woken", name)
				}
			})
		}
	})
	t.Run("a stopped consumer", func(t *testing.T) {
		b := make(demand.Block)
		drain(t, b)
		isl := demand.NewIsland()
		isl.Stop()
		dst := demand.NewChunk[int](1)
		dst.SetIsland(isl)
		if err := b.Pull(dst); err != demand.ErrStopped {
			t.Errorf("got %v", err)
		}
	})
}

func TestBufferConfigIsChecked(t *testing.T) {
	for want, cfg := range map[string]demand.BufferConfig[int]{
		"weir: buffer capacity must be at least 1, is 0": {Overflow: demand.Block},
		"weir: unknown overflow strategy 0":              {Capacity: 1},
		"weir: unknown overflow strategy 7":              {Capacity: 1, Overflow: demand.Fail + 1},
	} {
		if err := cfg.Check(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if !panics(func() { demand.NewBuffer(cfg) }) {
			t.Errorf("NewBuffer takes a configuration with %s", want)
		}
	}
	if s := (demand.Fail + 1).String(); s != "overflow(7)" {
		t.Error(s)
	}
}
