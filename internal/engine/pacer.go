package engine

import (
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
	p.timed = !p.win.Fixed() && !p.win.Full()
	p.h.begin(p.timed)
	return p.win.Size()
}

// end ends a round in which n elements came.
func (p *pacer) end(n int) {
	took := p.h.end(p.timed)
	switch hurried := p.h.Hurried(); {
	case p.win.Fixed():
	case hurried:
		p.win.Cut(n)
	case p.timed:
		p.win.Observe(took)
	}
	p.h.windowSize.Store(int64(p.win.Size()))
}
