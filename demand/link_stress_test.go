package demand_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
)

// linkStress is one link between two goroutines, each with an island of its
// own, as a run has them.
type linkStress struct {
	t     *testing.T
	seed  uint64
	link  *demand.Link[int]
	from  *demand.Island
	to    *demand.Island
	n     int // elements to send
	leave int // elements after which the consumer cancels; n: never
	reads ledger
	awake demand.Awake

	published int
	received  int
	end       error // what the consumer got
}

func (s *linkStress) rand(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, stream)) }

// produce sends the numbers below n, in runs of one read each.
func (s *linkStress) produce() {
	defer s.awake.Add(-1)
	rnd := s.rand(1)
	for s.published < s.n {
		c := s.link.Reserve(s.from, 1+rnd.IntN(64), demand.Forever)
		if c == nil {
			if !s.link.Gone() && !s.from.Stopped() {
				s.t.Errorf("seed %d: no room for ever, and the consumer is there", s.seed)
			}
			break
		}
		k := min(1+rnd.IntN(c.Free()), s.n-s.published)
		for range k {
			c.Append(s.published)
			s.published++
		}
		if rnd.IntN(3) > 0 {
			c.SetLineage(s.reads.read().lineage)
		}
		s.link.Publish()
		if rnd.IntN(20) == 0 {
			runtime.Gosched()
		}
	}
	s.link.Close(errClosed)
}

// consume takes them, with random room and patience.
func (s *linkStress) consume() {
	defer s.awake.Add(-1)
	rnd := s.rand(2)
	var dst demand.Chunk[int]
	dst.SetIsland(s.to)
	for s.received < s.leave {
		dst.Reset(1 + rnd.IntN(64))
		switch rnd.IntN(6) {
		case 0:
			dst.SetPatience(demand.NoWait)
			runtime.Gosched()
		case 1:
			dst.SetPatience(demand.Until(time.Now().Add(time.Duration(rnd.IntN(50)) * time.Microsecond)))
		}
		if s.end = s.link.Pull(&dst); s.end != nil {
			break
		}
		if dst.Len() == 0 && dst.Patience().IsForever() {
			s.t.Errorf("seed %d: nothing came, without an end to patience", s.seed)
			break
		}
		for _, v := range dst.Items() {
			if v != s.received {
				s.t.Errorf("seed %d: element %d came as number %d", s.seed, v, s.received)
				s.leave = 0
				break
			}
			s.received++
		}
		dst.Advance(dst.Len())
	}
	s.link.Cancel(errLeft)
	if err := s.link.Pull(&dst); err != errLeft {
		s.t.Errorf("seed %d: after Cancel, Pull returned %v", s.seed, err)
	}
}

func (s *linkStress) run() {
	var ends sync.WaitGroup
	ends.Go(s.produce)
	ends.Go(s.consume)
	ends.Wait()
	s.reads.allSettled(s.t)
	st := s.link.Stats()
	switch {
	case st.Held != 0 || st.In != st.Out+st.Discarded || int(st.In) != s.published || int(st.Out) != s.received:
		s.t.Errorf("seed %d: %d published, %d received, counts %+v", s.seed, s.published, s.received, st)
	case s.leave == s.n && (s.received != s.n || s.end != nil && s.end != errClosed):
		s.t.Errorf("seed %d: %d of %d came, then %v", s.seed, s.received, s.n, s.end)
	}
	if left := s.awake.Add(0); left != 0 {
		s.t.Errorf("seed %d: both have ended, and %d are awake", s.seed, left)
	}
	for i, r := range s.reads.reads {
		if s.leave == s.n && r.outcome != demand.Done {
			s.t.Errorf("seed %d: all was delivered, and read %d ended %s", s.seed, i, r.outcome)
		}
	}
}

func TestLinkUnderStress(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		rounds := 150
		if testing.Short() {
			rounds = 30
		}
		base := uint64(time.Now().UnixNano())
		var now *linkStress
		within(t, func() { now.from.Stop(); now.to.Stop() }, func() {
			for i := range rounds {
				s := &linkStress{t: t, seed: base + uint64(i), from: demand.NewIsland(), to: demand.NewIsland()}
				rnd := s.rand(0)
				s.link = demand.NewLink[int]("link", 1+rnd.IntN(64))
				s.n = rnd.IntN(3000)
				if s.leave = s.n; rnd.IntN(2) == 0 {
					s.leave = rnd.IntN(s.n + 1)
				}
				// The last one of two that fall asleep would be the end of both.
				s.awake.Add(2)
				s.awake.Stalled = func() { t.Errorf("seed %d: a stall, and somebody can move", s.seed) }
				s.from.Awake, s.to.Awake = &s.awake, &s.awake
				now = s
				s.run()
				if t.Failed() {
					return
				}
			}
		})
	})
}

// Whichever end leaves first, exactly one of them sweeps.
func TestLinkEndsThatMeet(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		for range 500 {
			var reads ledger
			isl := demand.NewIsland()
			l := demand.NewLink[int]("link", 8)
			for range 3 {
				c := l.Reserve(isl, 2, demand.NoWait)
				c.Grow(2)
				c.SetLineage(reads.read().lineage)
				l.Publish()
			}
			var ends sync.WaitGroup
			ends.Go(func() { l.Close(errClosed) })
			ends.Go(func() { l.Cancel(errLeft) })
			ends.Wait()
			reads.allSettled(t)
			if s := l.Stats(); s.Discarded != 6 || s.Held != 0 {
				t.Fatalf("counts %+v", s)
			}
		}
	})
}
