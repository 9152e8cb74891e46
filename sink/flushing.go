package sink

import (
	"time"

	"github.com/weir-go/weir/stage"
)

// FlushEvery says how often a sink that holds elements back is flushed: after n
// elements, counted by whole requests, so up to a window more; and after d. It is
// flushed too when nothing more is waiting, and at the end. A zero n or d leaves
// what the sink says, or 1000 elements and one second.
//
//	sink.FlushEvery(100, 50*time.Millisecond, sink.SQL(db, insert, args))
//
// backpressures when s does · completes when s does · fails when s does ·
// handled when s has handled it, at the latest with the next flush
func FlushEvery[T any](n int, d time.Duration, s stage.Sink[T]) stage.Sink[T] {
	m := around("FlushEvery", s)
	m = m.Require(n >= 0 && d >= 0, "flushing every %d elements and %s: want no negative ones", n, d)
	m = m.Require(m.Err != nil || m.Flushes, "%s holds nothing back, so it can't be flushed every so often", m.Kind)
	if n > 0 {
		m.FlushEvery = n
	}
	if d > 0 {
		m.FlushAfter = d
	}
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] { return s.Open(rt) })
}
