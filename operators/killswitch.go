package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ErrAborted is the error with which KillSwitch.Abort fails streams that it gives
// no other.
var ErrAborted = errors.New("weir: aborted by a kill switch")

// A KillSwitch ends from outside any number of streams that contain a Kill of it,
// in any number of runs. The first of its calls counts; streams that start later
// end at once. The zero value is ready; it must not be copied. Its methods may be
// called from any goroutine.
type KillSwitch struct {
	signal signal
	end    error
}

// Shutdown completes the streams.
func (k *KillSwitch) Shutdown() { k.set(demand.ErrCompleted) }

// Abort fails the streams with err, or with ErrAborted where that is nil.
func (k *KillSwitch) Abort(err error) {
	if err == nil {
		err = ErrAborted
	}
	k.set(err)
}

func (k *KillSwitch) set(end error) {
	k.signal.change(func() {
		if k.end == nil {
			k.end = end
		}
	})
}

func (k *KillSwitch) look() (open bool, end error) {
	k.signal.mu.Lock()
	defer k.signal.mu.Unlock()
	return true, k.end
}

// Kill ends the stream where it stands when the switch says so: it completes or
// fails, and cancels upstream. What has passed goes on its way, what is above is
// discarded. A source that is silent does not delay that, and neither does
// downstream that waits; a call of user code under way on the same goroutine is
// waited for. A source that blocks gets a goroutine of its own.
//
// A Timeout belongs below it: above, its clock stands still.
//
//	in      -a-b-c-d-
//	switch  ----S           Shutdown
//	Kill    -a-b|
//
// Elsewhere: Pekko KillSwitches.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does, and after Shutdown · fails when upstream does, and after Abort ·
// cancels when downstream does, and after Shutdown or Abort
func Kill[T any](by *KillSwitch, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Kill", stage.TakesName, opts).Func(by == nil, "switch")
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return newGate(rt, up, &by.signal, by.look)
	})
}
