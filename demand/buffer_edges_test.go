package demand_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
)

// A consumer may pull between Close and the moment in which producers that were
// blocked notice it.
func TestBufferClosedWhileProducersAreBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 1, Overflow: demand.Block})
		if err := b.Offer(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		refused := make(chan error, 1)
		go func() { refused <- b.Offer(t.Context(), 2) }()
		synctest.Wait()
		b.Close(errClosed)
		if got := drain(t, b); !slices.Equal(got, []int{1}) {
			t.Errorf("got %v", got)
		}
		if err := <-refused; !errors.Is(err, demand.ErrClosed) {
			t.Errorf("the producer got %v", err)
		}
	})
}

// The function of a user may panic, in a server that recovers: the buffer goes
// on.
func TestBufferOutlivesAPanicOfPriority(t *testing.T) {
	b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 1, Overflow: demand.Shed, Priority: func(v int) int {
		if v < 0 {
			panic("negative")
		}
		return v
	}})
	for _, full := range []bool{false, true} {
		if !panics(func() { _ = b.Offer(t.Context(), -1) }) {
			t.Fatal("the panic was lost")
		}
		held := make(chan int)
		go func() { held <- b.Stats().Held }()
		select {
		case n := <-held:
			if (n == 1) != full {
				t.Errorf("%d are held", n)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the buffer is locked for ever")
		}
		if err := b.Offer(t.Context(), 7); (err != nil) != full {
			t.Fatal(err)
		}
	}
}

// A buffer that was empty for long is not slow.
func TestRetryAfterIsNotOfTheTimeInWhichNothingCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 10, Overflow: demand.Shed})
		dst := demand.NewChunk[int](1)
		for range 40 {
			if err := b.Offer(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
			dst.Reset(1)
			if err := b.Pull(dst); err != nil {
				t.Fatal(err)
			}
			dst.Advance(1)
			time.Sleep(time.Hour)
		}
		for range 10 {
			if err := b.Offer(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		}
		if d := b.RetryAfter(); d < 50*time.Millisecond || d > 200*time.Millisecond {
			t.Errorf("10 elements that leave in 10 ms each: retry after %s", d)
		}
	})
}
