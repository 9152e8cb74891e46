package demand_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// deadline is how long a test that waits for nothing but other goroutines may
// take, on a machine that has much else to do.
const deadline = 30 * time.Second

// within fails the test if f does not return in time, with the stacks of all
// goroutines, and then calls rescue, which ends f.
func within(t *testing.T, rescue func(), f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(deadline):
		stacks := make([]byte, 1<<20)
		t.Errorf("it hangs: a wake-up was lost\n%s", stacks[:runtime.Stack(stacks, true)])
		rescue()
		<-done
	}
}

// atProcs runs f at GOMAXPROCS 1, 2 and 8.
func atProcs(t *testing.T, f func(t *testing.T)) {
	for _, n := range []int{1, 2, 8} {
		t.Run(fmt.Sprint("GOMAXPROCS ", n), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			f(t)
		})
	}
}
