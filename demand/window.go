package demand

import "time"

// DefaultWindow bounds how many elements a driver asks for in one pull.
const DefaultWindow = 512

// roundBudget is how long a round of a driver should take: long enough to make
// the cost of a pull small, short enough that nobody waits behind a chunk.
const roundBudget = time.Millisecond

// A Window chooses how many elements a driver asks for. It starts at the
// minimum, doubles while rounds are short, and halves when they take longer
// than a budget of 1 ms, waiting not counted. A round that was cut short by the
// watchman sets it to what came through. If halving does not shorten the round,
// the cost is one per read and not per element: the halving is undone.
type Window struct {
	min, max int
	size     int
	last     time.Duration // the round before the last halving, 0 if none is on trial
	rest     int           // rounds during which no halving is tried
}

// NewWindow returns a window between least and most elements; 0 means 1 and
// DefaultWindow.
func NewWindow(least, most int) Window {
	if least <= 0 {
		least = 1
	}
	if most <= 0 {
		most = max(DefaultWindow, least)
	}
	return Window{min: least, max: most, size: least}
}

// Size returns how many elements to ask for next.
func (w *Window) Size() int { return w.size }

// Most returns the most elements ever asked for.
func (w *Window) Most() int { return w.max }

// Fixed reports that the window never changes, so that rounds need no timing.
func (w *Window) Fixed() bool { return w.min == w.max }

// Full reports that the window is as large as it may be.
func (w *Window) Full() bool { return w.size == w.max }

// Cut tells the window that the watchman ended a round early, after n elements.
func (w *Window) Cut(n int) {
	w.size = min(max(n, w.min), w.size)
	w.last = 0
}

// Observe tells the window how long a round took.
func (w *Window) Observe(d time.Duration) {
	if w.rest > 0 {
		w.rest--
	}
	switch {
	case w.last > 0 && d > w.last*3/4 && d > roundBudget:
		w.size = min(2*w.size, w.max)
		w.last, w.rest = 0, 64
	case d > roundBudget && w.size > w.min && w.rest == 0:
		w.last = d
		w.size = max(w.size/2, w.min)
	case d > roundBudget:
		w.last = 0
	case d*2 <= roundBudget:
		w.last = 0
		w.size = min(2*w.size, w.max)
	default:
		w.last = 0
	}
}
