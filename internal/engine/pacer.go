package engine

import (
	"time"

	"github.com/weir-go/weir/demand"
)

// A pacer begins and ends the rounds of a driver, and lets its window learn
// from them. Rounds are timed only while the window could still grow; above
// that the watchman's flag says when they turn slow.
type pacer struct {
	h     *island
	win   demand.Window
	timed bool
}

func newPacer(least, most int) pacer { return pacer{win: demand.NewWindow(least, most)} }

// begin starts a round and returns how many elements to ask for.
func (p *pacer) begin() int {
	if p.win.Most() == 1 && p.h.skip > 0 { // nothing to learn: be quick
		p.h.skip--
		return 1
	}
	p.timed = !p.win.Fixed() && !p.win.Full()
	p.h.begin(p.timed, p.win.Most() > 1)
	return p.win.Size()
}

// end ends a round in which n elements came.
func (p *pacer) end(n int) {
	if p.win.Most() == 1 && !p.h.sampling {
		p.h.Hurried()
		return
	}
	took := p.h.end(p.timed)
	size := p.win.Size()
	// A filter above may leave next to nothing of what is asked for, so that a
	// round takes many pulls: that is no reason to ask for less at a time.
	pulled := max(p.h.pulled, size)
	switch hurried := p.h.Hurried(); {
	case hurried && pulled == size:
		p.win.Cut(n)
		p.h.skip = 0 // rounds have become long: time each
	case p.timed:
		p.win.Observe(time.Duration(float64(took) * float64(size) / float64(pulled)))
	}
	if p.win.Size() != size {
		p.h.windowSize.Store(int64(p.win.Size()))
	}
}
