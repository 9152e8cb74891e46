package demand_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

type job struct {
	id   int
	rank int
}

// Higher priorities leave first, in order of arrival within one; overflow drops
// what its strategy says.
func TestBufferEqualsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strategy := rapid.SampledFrom(strategies[1:5]).Draw(t, "strategy")
		capacity := rapid.IntRange(1, 9).Draw(t, "capacity")
		ranked := rapid.Bool().Draw(t, "ranked")
		var dropped, wantDropped []job
		cfg := demand.BufferConfig[job]{Capacity: capacity, Overflow: strategy, OnDrop: func(j job, _ string) { dropped = append(dropped, j) }}
		if ranked {
			cfg.Priority = func(j job) int { return j.rank }
		}
		b := demand.NewBuffer(cfg)
		var held []job // in order of arrival
		id := 0
		drop := func(i int) {
			wantDropped = append(wantDropped, held[i])
			held = slices.Delete(held, i, i+1)
		}
		t.Repeat(map[string]func(*rapid.T){
			"offer": func(t *rapid.T) {
				id++
				j := job{id, 0}
				if ranked {
					j.rank = rapid.IntRange(-3, 3).Draw(t, "rank")
				}
				shed := false
				if len(held) == capacity {
					switch strategy {
					case demand.DropNewest:
						wantDropped = append(wantDropped, j)
						shed = true
					case demand.DropOldest:
						drop(0)
					case demand.DropBuffer:
						wantDropped = append(wantDropped, byRank(held)...)
						held = nil
					case demand.Shed:
						low := 0
						for i, h := range held {
							if h.rank <= held[low].rank {
								low = i
							}
						}
						if shed = !ranked || held[low].rank >= j.rank; !shed {
							drop(low)
						}
					}
				}
				var over *demand.OverloadError
				if err := b.Offer(t.Context(), j); errors.As(err, &over) != (shed && strategy == demand.Shed) {
					t.Fatalf("%+v got %v", j, err)
				}
				if !shed {
					held = append(held, j)
				}
			},
			"pull": func(t *rapid.T) {
				dst := demand.NewChunk[job](rapid.IntRange(1, 12).Draw(t, "room"))
				dst.SetPatience(demand.NoWait)
				if err := b.Pull(dst); err != nil {
					t.Fatal(err)
				}
				n := min(dst.Free()+dst.Len(), len(held))
				want := byRank(held)[:n]
				if !slices.Equal(dst.Items(), want) {
					t.Fatalf("left %v, want %v of %v", dst.Items(), want, held)
				}
				held = slices.DeleteFunc(held, func(j job) bool { return slices.Contains(want, j) })
				dst.Advance(n)
			},
			"": func(t *rapid.T) {
				if !slices.Equal(dropped, wantDropped) {
					t.Fatalf("dropped %v, want %v", dropped, wantDropped)
				}
				if s := b.Stats(); s.Held != len(held) || s.In != s.Out+s.DroppedTotal()+uint64(s.Held) {
					t.Fatalf("%d are held, counts %+v", len(held), s)
				}
			},
		})
	})
}

func byRank(held []job) []job {
	out := slices.Clone(held)
	slices.SortStableFunc(out, func(a, b job) int { return cmp.Compare(b.rank, a.rank) })
	return out
}

func TestBufferShedsTheLowestPriority(t *testing.T) {
	var reasons []string
	b := demand.NewBuffer(demand.BufferConfig[job]{
		Capacity: 2, Overflow: demand.Shed,
		Priority: func(j job) int { return j.rank },
		OnDrop:   func(_ job, reason string) { reasons = append(reasons, reason) },
	})
	for _, c := range []struct {
		job
		shed bool
	}{{job{1, 1}, false}, {job{2, 1}, false}, {job{3, 1}, true}, {job{4, 5}, false}, {job{5, 0}, true}} {
		err := b.Offer(t.Context(), c.job)
		var over *demand.OverloadError
		if errors.As(err, &over) != c.shed {
			t.Errorf("%+v got %v", c.job, err)
		}
	}
	if !slices.Equal(reasons, []string{demand.ReasonPriority}) {
		t.Errorf("dropped for %v", reasons)
	}
	if got := drain(t, b); !slices.Equal(got, []job{{4, 5}, {1, 1}}) {
		t.Errorf("left are %v", got)
	}
}

// One answer has one lineage, and drops let go of theirs.
func TestBufferLineage(t *testing.T) {
	var l ledger
	b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 3, Overflow: demand.DropOldest})
	src := demand.NewChunk[int](2)
	offer := func(vs ...int) {
		src.Reset(2)
		for _, v := range vs {
			src.AppendRecord(v, int32(v))
		}
		src.SetLineage(l.read().lineage)
		for src.Len() > 0 {
			if err := b.OfferFrom(nil, src); err != nil {
				t.Fatal(err)
			}
		}
	}
	offer(1, 2)
	offer(3, 4) // drops 1
	if l.reads[0].settled != 0 {
		t.Error("one of two was dropped, and the read is settled")
	}
	dst := demand.NewChunk[int](9)
	for i, want := range [][]int{{2}, {3, 4}} {
		if err := b.Pull(dst); err != nil || !slices.Equal(dst.Items(), want) || dst.Lineage() != l.reads[i].lineage || dst.Record(0) != int32(want[0]) {
			t.Errorf("answer %d is %v of %v, record %d (%v)", i, dst.Items(), l.of(dst.Lineage()), dst.Record(0), err)
		}
		dst.Advance(dst.Len())
		if l.reads[i].settled != 1 || l.reads[i].outcome != demand.Done {
			t.Errorf("read %d: %+v", i, l.reads[i])
		}
		dst.Reset(9)
	}
	offer(5)
	b.Cancel(errLeft)
	if r := l.reads[2]; r.outcome != demand.Abandoned || r.last.Cause != errLeft {
		t.Errorf("cancelled with it inside: %+v", r.last)
	}
	src.Reset(1)
	src.Append(6)
	src.SetLineage(l.read().lineage)
	if err := b.OfferFrom(nil, src); !errors.Is(err, demand.ErrClosed) || src.Len() != 1 {
		t.Errorf("refused with %v, and %d are left to the producer", err, src.Len())
	}
	src.Advance(1)
	l.allSettled(t)
}

// In mid-pipeline nobody can be told: what is shed is dropped.
func TestOfferFromDropsWhatIsShed(t *testing.T) {
	var l ledger
	var reasons []string
	b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 1, Overflow: demand.Shed, OnDrop: func(_ int, reason string) { reasons = append(reasons, reason) }})
	src := filled(2, 1, 2)
	src.SetLineage(l.read().lineage)
	for range 2 {
		if err := b.OfferFrom(nil, src); err != nil {
			t.Fatal(err)
		}
	}
	s := b.Stats()
	if s.In != 2 || s.Dropped[demand.ReasonShed] != 1 || len(s.Refused) != 0 || s.Held != 1 || !slices.Equal(reasons, []string{demand.ReasonShed}) {
		t.Errorf("counts %+v, dropped for %v", s, reasons)
	}
	drain(t, b)
	l.allSettled(t)
}

func TestOfferFromWaitsUntilDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 1, Overflow: demand.Block})
		src := filled(2, 1, 2)
		if err := b.OfferFrom(nil, src); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(done) })
		start := time.Now()
		if err := b.OfferFrom(done, src); err != demand.ErrStopped || src.Len() != 1 || time.Since(start) != time.Second {
			t.Errorf("got %v after %s with %d left", err, time.Since(start), src.Len())
		}
	})
}

func TestRetryAfterShrinksAsTheBufferDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 20, Overflow: demand.Shed})
		fill := func() {
			for b.Offer(t.Context(), 0) == nil {
			}
		}
		fill()
		if d := b.RetryAfter(); d != 200*time.Millisecond {
			t.Errorf("before anything has left, %s for 20 elements", d)
		}
		dst := demand.NewChunk[int](1)
		leave := func(every time.Duration) {
			time.Sleep(every)
			dst.Reset(1)
			if err := b.Pull(dst); err != nil {
				t.Fatal(err)
			}
			dst.Advance(1)
		}
		for range 60 { // learn the pace
			leave(50 * time.Millisecond)
			fill()
		}
		last := b.RetryAfter()
		if want := 20 * 50 * time.Millisecond; last < want*9/10 || last > want*11/10 {
			t.Errorf("20 elements that leave every 50 ms: retry after %s, want about %s", last, want)
		}
		for left := 19; left >= 0; left-- {
			leave(50 * time.Millisecond)
			d := b.RetryAfter()
			if d >= last {
				t.Errorf("with %d left, it grew from %s to %s", left, last, d)
			}
			last = d
		}
		if last != time.Millisecond {
			t.Errorf("of an empty buffer: %s", last)
		}
	})
}
