package source_test

import (
	"context"
	"os"
	"runtime"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/source"
)

// A stuck consumer behind an endless producer: the heap stays where it is. The
// ten million offers take a while; WEIR_FULL=1 makes them.
func TestQueueStuckConsumer(t *testing.T) {
	offers := 1_000_000
	switch {
	case os.Getenv("WEIR_FULL") != "":
		offers = 10_000_000
	case testing.Short():
		offers = 100_000
	}
	for _, o := range []demand.Overflow{demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed} {
		t.Run(o.String(), func(t *testing.T) {
			q := source.Queue[*[64]byte](1024, o)
			stuck := make(chan struct{})
			r := collecting(t, q, func(*[64]byte) error { <-stuck; return nil })
			var early uint64
			for n := range offers {
				_ = q.Offer(context.Background(), new([64]byte)) // Shed refuses most
				switch n {
				case offers / 10:
					early = heap()
				case offers / 10 * 9:
					if late := heap(); late > early+4<<20 {
						t.Errorf("heap of %d KiB after a tenth, %d KiB after nine", early>>10, late>>10)
					}
				}
			}
			close(stuck)
			q.Close()
			if err := r.Wait(); err != nil {
				t.Error(err)
			}
			checkBooks(t, q.Stats())
		})
	}
}

// heap returns how much is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
