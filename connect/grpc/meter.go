package weirgrpc

import "sync/atomic"

// A Meter counts what crosses the wire at one end, over all streams that it was
// given to with Metered. The zero value is ready to use.
type Meter struct {
	streams, granted, elements, frames, done, repeated, resumed, duplicates atomic.Int64
}

// Counts is a look at a Meter.
type Counts struct {
	Streams    int64 // opened
	Granted    int64 // credit, in elements
	Elements   int64 // sent or received
	Frames     int64 // that carried them
	Done       int64 // elements of which the consumer said that they are handled
	Repeated   int64 // requests that said nothing new
	Resumed    int64 // streams that went on behind an element
	Duplicates int64 // elements that came again, and were dropped by their number
}

// Read returns the counts of now: those of one moment, or nearly so, with
// Done <= Elements <= Granted for a producer.
func (m *Meter) Read() (c Counts) {
	c.Done = m.done.Load() // what follows from others is read before them
	c.Frames, c.Duplicates, c.Elements = m.frames.Load(), m.duplicates.Load(), m.elements.Load()
	c.Granted, c.Repeated = m.granted.Load(), m.repeated.Load()
	c.Resumed, c.Streams = m.resumed.Load(), m.streams.Load()
	return c
}
