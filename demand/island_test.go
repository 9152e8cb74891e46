package demand_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
)

// A waker that never sleeps hits every moment between looking and sleeping.
func TestIslandLosesNoWakeUp(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const turns = 30_000
		isl := demand.NewIsland()
		var turn atomic.Int64 // even: the waker's
		within(t, isl.Stop, func() {
			var waker sync.WaitGroup
			waker.Go(func() {
				rnd := rand.New(rand.NewPCG(1, 1))
				for turn.Load() < turns && !isl.Stopped() {
					for pause := rnd.IntN(300); pause > 0 || turn.Load()%2 == 1; pause-- {
						if isl.Stopped() {
							return
						}
						if pause < -100 {
							runtime.Gosched()
						}
					}
					turn.Add(1)
					isl.Wake()
				}
			})
			mine := func() bool { return turn.Load()%2 == 1 }
			for turn.Load() < turns && isl.Wait(mine, demand.Forever, &demand.Waiting{Outside: true}) {
				turn.Add(1)
			}
			waker.Wait()
		})
	})
}

// Two islands that wake each other, each when it is its turn; a wake-up that is
// lost ends the game.
func TestIslandsTakeTurns(t *testing.T) { takeTurns(t, false) }

// The same, beside one that wakes both without a reason.
func TestSpuriousWakeUpsAreHarmless(t *testing.T) { takeTurns(t, true) }

func takeTurns(t *testing.T, disturbed bool) {
	atProcs(t, func(t *testing.T) {
		const turns = 20_000
		var awake demand.Awake
		var stalls atomic.Int64
		awake.Stalled = func() { stalls.Add(1) }
		awake.Add(2)
		isls := [2]*demand.Island{demand.NewIsland(), demand.NewIsland()}
		var turn atomic.Int64
		play := func(me int64) {
			for {
				mine := func() bool { return turn.Load()%2 == me }
				on := &demand.Waiting{Outside: turn.Load()%3 == 0}
				p := demand.Forever
				if turn.Load()%51 == 0 {
					p = demand.Until(time.Now().Add(10 * time.Microsecond))
				}
				if isls[me].Wait(mine, p, on) {
					if turn.Add(1) >= turns || isls[me].Stopped() {
						isls[1-me].Wake()
						return
					}
					isls[1-me].Wake()
				} else if isls[me].Stopped() {
					return
				}
			}
		}
		isls[0].Awake, isls[1].Awake = &awake, &awake
		within(t, func() { isls[0].Stop(); isls[1].Stop() }, func() {
			var players, noise sync.WaitGroup
			var stop atomic.Bool
			noise.Go(func() {
				for disturbed && !stop.Load() {
					isls[0].Wake()
					isls[1].Wake()
					runtime.Gosched()
				}
			})
			players.Go(func() { play(0) })
			players.Go(func() { play(1) })
			players.Wait()
			stop.Store(true)
			noise.Wait()
		})
		if got := awake.Add(0); got != 2 || stalls.Load() > 0 {
			t.Errorf("%d of 2 are counted as awake, with %d stalls", got, stalls.Load())
		}
	})
}

func TestTheLastToFallAsleepStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var awake demand.Awake
		var stalls atomic.Int64
		awake.Stalled = func() { stalls.Add(1) }
		never := func() bool { return false }
		sleep := func(p demand.Patience, outside bool) *demand.Island {
			isl := demand.NewIsland()
			isl.Awake = &awake
			awake.Add(1)
			go isl.Wait(never, p, &demand.Waiting{Link: "a link", Outside: outside})
			synctest.Wait()
			return isl
		}
		timed := sleep(demand.Until(time.Now().Add(time.Hour)), false)
		outside := sleep(demand.Forever, true)
		a := sleep(demand.Forever, false)
		if stalls.Load() > 0 {
			t.Error("a stall, although a timer and somebody outside can wake two of three")
		}
		if w := a.WaitingOn(); w == nil || w.Link != "a link" {
			t.Errorf("it waits on %+v", w)
		}
		awake.Add(-2) // as if those two were not part of the run
		b := sleep(demand.Forever, false)
		if stalls.Load() != 1 {
			t.Errorf("all are asleep on links, and there were %d stalls", stalls.Load())
		}
		for _, isl := range []*demand.Island{timed, outside, a, b} {
			isl.Stop()
		}
		synctest.Wait()
		if a.WaitingOn() != nil || !a.Stopped() || !a.Hurried() {
			t.Error("a stopped island must be awake, and its flag stay up")
		}
	})
}

func TestIslandWait(t *testing.T) {
	on := &demand.Waiting{Outside: true}
	never := func() bool { return false }
	t.Run("until patience runs out", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			isl := demand.NewIsland()
			for _, d := range []time.Duration{time.Second, time.Millisecond, time.Minute} {
				start := time.Now()
				if isl.Wait(never, demand.Until(start.Add(d)), on) || time.Since(start) != d {
					t.Errorf("patience of %s was over after %s", d, time.Since(start))
				}
			}
			start := time.Now()
			if isl.Wait(never, demand.NoWait, on) || isl.Wait(never, demand.Until(start.Add(-1)), on) || time.Since(start) != 0 {
				t.Error("it waited without patience")
			}
		})
	})
	t.Run("until it is stopped", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			isl := demand.NewIsland()
			time.AfterFunc(time.Second, isl.Stop)
			start := time.Now()
			if isl.Wait(never, demand.Forever, on) || time.Since(start) != time.Second {
				t.Errorf("stopped after %s", time.Since(start))
			}
			if isl.Wait(never, demand.Forever, on) {
				t.Error("a stopped island waits no more, and reports what ready says")
			}
			if !isl.Wait(func() bool { return true }, demand.Forever, on) {
				t.Error("what is ready is ready, also when stopped")
			}
		})
	})
	t.Run("what is ready in the last moment counts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			isl := demand.NewIsland()
			deadline := time.Now().Add(time.Second)
			if !isl.Wait(func() bool { return !time.Now().Before(deadline) }, demand.Until(deadline), on) {
				t.Error("it was ready when patience ran out")
			}
		})
	})
}

// Credit that a link holds back is granted before its consumer sleeps.
func TestWithheldCreditIsGrantedBeforeSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := demand.NewIsland(), demand.NewIsland()
		links := [2]*demand.Link[int]{demand.NewLink[int]("a", 64), demand.NewLink[int]("b", 64)}
		var dst demand.Chunk[int]
		dst.SetIsland(to)
		for _, l := range links {
			l.Attach(to)
			c := l.Reserve(from, 64, demand.NoWait)
			c.Grow(64)
			l.Publish()
			dst.Reset(1)
			if err := l.Pull(&dst); err != nil || l.Reserve(from, 1, demand.NoWait) != nil {
				t.Fatalf("one of 64 has left, and its credit was granted at once (%v)", err)
			}
		}
		looks := 0
		go to.Wait(func() bool {
			// The last look before it sleeps takes one more.
			if looks++; looks == 3 {
				dst.Reset(1)
				_ = links[0].Pull(&dst)
			}
			return false
		}, demand.Forever, &demand.Waiting{Outside: true})
		synctest.Wait()
		for i, l := range links {
			if room := l.Room(from); room != 2-i {
				t.Errorf("the consumer sleeps, and link %s has room for %d, want %d", l.Name(), room, 2-i)
			}
		}
		to.Stop()
	})
}

// host names the stage at work, and sees sleeps begin and end.
type host struct {
	stage     any
	log       []string
	discarded int
}

func (h *host) Working() any { return h.stage }

func (h *host) Discarded(n int) { h.discarded += n }

func (h *host) Yield(*demand.Waiting) { runtime.Gosched() }

func (h *host) Sleeping(on *demand.Waiting, begin bool) {
	h.log = append(h.log, on.Link+map[bool]string{true: " begin", false: " end"}[begin])
}

func TestIslandReleasesWhatItsStagesHold(t *testing.T) {
	var l ledger
	h := &host{}
	isl := demand.NewIsland()
	isl.Host = h
	dst := demand.NewChunk[int](4)
	dst.SetIsland(isl)
	three := &answers{give: func(dst *demand.Chunk[int]) error {
		for v := range 3 {
			dst.Append(v)
		}
		dst.SetLineage(l.read().lineage)
		return nil
	}}
	var a, b demand.Chunk[int]
	var g demand.Gather[int]
	h.stage = "a"
	if err := demand.Refill(three, &a, dst); err != nil {
		t.Fatal(err)
	}
	h.stage = "b"
	if err := demand.Refill(three, &b, dst); err != nil {
		t.Fatal(err)
	}
	g.Take(&b, 9, dst)
	counts := map[any]int{}
	isl.Release(errLeft, func(owner any, n int) { counts[owner] += n })
	if counts["a"] != 3 || counts["b"] != 3 || len(counts) != 2 {
		t.Errorf("given up by stage: %v", counts)
	}
	l.allSettled(t)
	for i, r := range l.reads {
		if r.outcome != demand.Abandoned || r.last.Cause != errLeft {
			t.Errorf("read %d ended %s for %v", i, r.outcome, r.last.Cause)
		}
	}
}

func TestHostIsToldOfSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{}
		isl := demand.NewIsland()
		isl.Host = h
		on := &demand.Waiting{Link: "x"}
		isl.Wait(func() bool { return true }, demand.Forever, on)
		isl.Wait(func() bool { return false }, demand.NoWait, on)
		if len(h.log) > 0 {
			t.Errorf("the host was told of a sleep that was none: %v", h.log)
		}
		isl.Wait(func() bool { return false }, demand.Until(time.Now().Add(time.Second)), on)
		if len(h.log) != 2 || h.log[0] != "x begin" || h.log[1] != "x end" {
			t.Errorf("the host was told %v", h.log)
		}
	})
}

func TestHostIsToldOfWhatAChunkGivesUp(t *testing.T) {
	h := &host{}
	isl := demand.NewIsland()
	isl.Host = h
	c := filled(3, 1, 2, 3)
	c.SetIsland(isl)
	c.Fail(errLeft)
	c.Reset(2)
	c.Append(1)
	c.Reset(2)
	if h.discarded != 4 {
		t.Errorf("the host was told of %d elements, want 4", h.discarded)
	}
}

func TestHurryFlag(t *testing.T) {
	isl := demand.NewIsland()
	c := demand.NewChunk[int](1)
	if c.Hurry() || c.HurryFlag().Load() {
		t.Error("a chunk outside a run is never in a hurry")
	}
	c.SetIsland(isl)
	isl.Hurry()
	if !c.Hurry() || !c.HurryFlag().Load() || !isl.Hurried() || isl.Hurried() || c.Hurry() {
		t.Error("the flag goes up with Hurry, and down with Hurried")
	}
	isl.Stop()
	if !isl.Hurried() || !isl.Hurried() {
		t.Error("after Stop the flag stays up")
	}
}
