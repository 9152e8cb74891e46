// Package sink holds the sinks that need no more than the standard library.
//
//   - code of yours: ForEach
//   - in memory: Slice, Discard
//   - other goroutines: Chan, ClosingChan
//   - files and other bytes: Writer, Lines, JSONLines, CSV
//   - databases: SQL
//   - around another sink: Adapt maps what goes into it, FlushEvery says how
//     often it is flushed
//
// Elements count as handled, for a source that wants to know, when the sink has
// taken them; for sinks that hold elements back, when they are flushed. Those say
// so in their doc: by default they are flushed every 1000 elements, after a
// second, when nothing more is waiting, and at the end.
package sink
