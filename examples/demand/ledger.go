package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
)

// An edge is a place between two stages where a spy stands.
type edge struct {
	from, to string // elements go this way
	side     side
	depth    int // calls below this one on its island
}

// side says on which side of the link something happens.
type side int

const (
	above side = iota
	below
)

const width = 36 // of the left column

// A ledger prints what happens, and keeps count.
type ledger struct {
	started chan struct{} // closed by begin, which sets run and began
	run     *flow.Running
	began   time.Time

	mu      sync.Mutex
	w       io.Writer
	granted uint64 // room given back so far
	read    int    // elements that numbers gave
	printed int    // elements that print got
	ahead   int    // the most that numbers was ahead of print
	events  []event
}

// An event is one line, for the test.
type event struct {
	edge edge
	what string // request, answer, grant, end, cancel
	n    int
}

func newLedger(w io.Writer) *ledger {
	return &ledger{started: make(chan struct{}), w: w}
}

// begin lets the spies speak: they look at the link of the run.
func (l *ledger) begin(run *flow.Running) {
	l.run, l.began = run, time.Now()
	close(l.started)
}

func (l *ledger) request(e edge, n int) {
	l.note(event{e, "request", n}, fmt.Sprintf("↑ %s asks %s for %d", e.to, e.from, n))
}

func (l *ledger) answer(e edge, n int, items any) {
	l.note(event{e, "answer", n}, fmt.Sprintf("↓ %s gives %s", e.from, strings.Trim(fmt.Sprint(items), "[]")))
}

func (l *ledger) end(e edge, err error) {
	l.note(event{e, "end", 0}, fmt.Sprintf("↓ %s: %s", e.from, reason(err)))
}

func (l *ledger) cancel(e edge, cause error) {
	l.note(event{e, "cancel", 0}, fmt.Sprintf("↑ %s cancels %s: %s", e.to, e.from, reason(cause)))
}

func reason(err error) string {
	switch {
	case errors.Is(err, demand.ErrCompleted):
		return "completed"
	case errors.Is(err, demand.ErrEnough):
		return "enough"
	}
	return err.Error()
}

func (l *ledger) note(e event, text string) {
	<-l.started
	l.mu.Lock()
	defer l.mu.Unlock()
	// A grant is made inside the link, where no spy can stand. Whoever comes by
	// next tells of it, which is before the room that it gave is used.
	if s, ok := l.run.Snapshot().Stage("link"); ok && s.Link != nil && s.Link.Out > l.granted {
		n := int(s.Link.Out - l.granted)
		l.granted = s.Link.Out
		l.line(event{edge{"link", "print", below, 0}, "grant", n}, fmt.Sprintf("⇠ link grants %d", n))
	}
	switch {
	case e.what == "answer" && e.edge.from == "numbers":
		l.read += e.n
	case e.what == "answer" && e.edge.from == "link":
		l.printed += e.n
	}
	l.ahead = max(l.ahead, l.read-l.printed)
	l.line(e, text)
}

func (l *ledger) line(e event, text string) {
	l.events = append(l.events, e)
	text = strings.Repeat("  ", e.edge.depth) + text
	if e.edge.side == below {
		text = strings.Repeat(" ", width) + text
	}
	fmt.Fprintf(l.w, "%6d ms  %s\n", time.Since(l.began).Milliseconds(), text)
}
