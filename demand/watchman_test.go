package demand_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
)

// watched runs f in a bubble beside a watchman.
func watched(t *testing.T, f func(t *testing.T, man *demand.Watchman)) {
	synctest.Test(t, func(t *testing.T) {
		man := demand.NewWatchman()
		end, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			man.Watch(end)
		}()
		f(t, man)
		start := time.Now()
		close(end)
		<-ended
		if d := time.Since(start); d > 0 {
			t.Errorf("the watchman ended %s late", d)
		}
	})
}

func TestWatchmanRaisesTheFlagOfASlowRound(t *testing.T) {
	watched(t, func(t *testing.T, man *demand.Watchman) {
		isl := demand.NewIsland()
		post := man.Post(isl)
		for range 5 {
			post.Begin()
			start := time.Now()
			for !isl.Hurried() {
				if time.Since(start) > 10*time.Millisecond {
					t.Fatal("the flag was not raised")
				}
				time.Sleep(50 * time.Microsecond)
			}
			if d := time.Since(start); d < time.Millisecond || d > 2200*time.Microsecond {
				t.Errorf("the flag was raised after %s, want 1 to 2 ms", d)
			}
			// Once a round is enough: the stages have seen it.
			time.Sleep(20 * time.Millisecond)
			if isl.Hurried() {
				t.Error("the flag was raised twice in a round")
			}
			post.End()
			time.Sleep(700 * time.Microsecond)
		}
	})
}

func TestWatchmanLeavesQuickRoundsAlone(t *testing.T) {
	watched(t, func(t *testing.T, man *demand.Watchman) {
		isl := demand.NewIsland()
		post := man.Post(isl)
		for range 200 {
			post.Begin()
			time.Sleep(300 * time.Microsecond)
			post.End()
			post.Begin() // without a rest between
			time.Sleep(900 * time.Microsecond)
			post.End()
			time.Sleep(5 * time.Millisecond) // waiting is not work
			if isl.Hurried() {
				t.Fatal("the flag of a quick round was raised")
			}
		}
	})
}

func TestWatchmanWatchesEachIslandApart(t *testing.T) {
	watched(t, func(t *testing.T, man *demand.Watchman) {
		slow, fast := demand.NewIsland(), demand.NewIsland()
		a, b := man.Post(slow), man.Post(fast)
		a.Begin()
		for range 10 {
			b.Begin()
			time.Sleep(500 * time.Microsecond)
			b.End()
		}
		if !slow.Hurried() || fast.Hurried() {
			t.Error("the flag of the slow island alone should be up")
		}
		a.End()
	})
}

// With nothing to watch it has no timer, so virtual time can stand still and a
// bubble end. With a timer, time would pass here.
func TestWatchmanSleepsWhenThereIsNothingToWatch(t *testing.T) {
	for name, rest := range map[string]func(*demand.Post){
		"before the first round": func(*demand.Post) {},
		"between rounds":         func(p *demand.Post) { p.Begin(); p.End() },
		"behind a round that it has flagged": func(p *demand.Post) {
			p.Begin()
			time.Sleep(10 * time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			// A bubble in which everybody sleeps without a timer is a deadlock, which
			// panics; so the last one to sleep here has the only timer.
			watched(t, func(t *testing.T, man *demand.Watchman) {
				isl := demand.NewIsland()
				post := man.Post(isl)
				rest(post)
				time.Sleep(5 * time.Millisecond) // let it notice
				start := time.Now()
				for range 1000 {
					synctest.Wait()
				}
				if d := time.Since(start); d != 0 {
					t.Errorf("%s passed", d)
				}
				// And it wakes again.
				isl.Hurried()
				post.End()
				post.Begin()
				time.Sleep(3 * time.Millisecond)
				if !isl.Hurried() {
					t.Error("it did not wake for the next round")
				}
				post.End()
			})
		})
	}
}
