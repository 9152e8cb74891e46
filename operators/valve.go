package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Valve holds up from outside any number of streams that contain a Gate of it,
// in any number of runs. The zero value is open and ready; it must not be copied.
// Its methods may be called from any goroutine.
type Valve struct {
	signal signal
	paused bool
}

// Pause closes the valve: once it has returned, no further answer of upstream
// is asked for. One that is being given passes.
func (v *Valve) Pause() { v.signal.change(func() { v.paused = true }) }

// Resume opens the valve.
func (v *Valve) Resume() { v.signal.change(func() { v.paused = false }) }

// IsOpen reports whether elements pass.
func (v *Valve) IsOpen() bool {
	v.signal.mu.Lock()
	defer v.signal.mu.Unlock()
	return !v.paused
}

// Gate passes elements on while the valve is open. While it is paused, it asks
// upstream for nothing and waits, without using the processor; the end of
// upstream, too, is seen when it is open again. When the run is drained it is
// open, paused or not: what was read is delivered. A source that blocks gets a
// goroutine of its own.
//
// A Timeout belongs below it: above, its clock stands still.
//
//	in      -a-b-c-d-|
//	valve   --shut---open
//	Gate    -a-------(bcd)|
//
// Elsewhere: Pekko Valve.
//
// emits when upstream does and the valve is open · backpressures when downstream
// does, and while the valve is paused · completes when upstream does · fails when
// upstream does · cancels when downstream does
func Gate[T any](by *Valve, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Gate", stage.TakesName, opts).Func(by == nil, "valve")
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return newGate(rt, up, &by.signal, func() (bool, error) { return by.IsOpen() || rt.Draining(), nil })
	})
}
