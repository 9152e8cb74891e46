// Package source holds the sources that need no more than the standard library.
//
// A source is a value that describes; each run opens it anew. Those that can
// serve one run only, such as Chan, make a second one an error.
//
//   - in memory: Slice, Range
//   - code of yours: Func, Seq, Seq2
//   - other goroutines: Chan, Queue
//   - time: Ticker
//   - files and other bytes: Lines, CSV, JSONArray, JSONLines, and Records, which
//     tells the format by what it reads. They take an Opener: File, Reader, or a
//     function of yours.
//
// When a run is drained a source reads no more and completes, and what it has
// read is delivered. What has not been read stays where it is: in the channel,
// the iterator, the file. Only Queue holds elements of its own, and delivers
// them.
package source
