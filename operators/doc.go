// Package operators holds the stages that come with the library: one concept a
// file. Each constructor returns a [stage.Stage], a value that can be used in
// any number of flows. In package flow each of them is a method of the same name,
// as far as Go allows.
//
// # Which one do I need?
//
//   - one element of each: [Map]; where that may fail, [MapErr]; for calls that
//     take their time, with several at once, [MapContext]; with a look back,
//     [Scan]; only to look, [Peek]
//   - fewer elements: [Filter], [FilterMap], [Distinct], [DistinctBy]; from the
//     beginning [Skip], [SkipWhile]; up to an end [Take], [TakeWhile], [TakeUntil]
//   - more elements: [FlatMap], [FlatMapSeq]; slices apart, [Unbatch]
//   - several together: [Batch], by number and time; [Sliding], where they overlap
//   - between goroutines: [Async], which makes the faster side wait; [Buffer],
//     which may drop instead
//   - time: [Throttle], not more often than; [Timeout], not later than
//   - errors of what is above: [Recover]; of a function, by element, the option
//     [stage.OnError]
//
// # What they say of themselves
//
// The last lines of each operator's documentation say when it emits, when it
// backpressures, when it completes, fails and cancels. Unless it says
// otherwise, a stage keeps order, starts no goroutine, holds no more elements
// than its neighbour asked for, passes errors on behind the elements before
// them, and runs fused with its neighbours. However slow a function is that it
// calls, elements do not wait for others behind them: a stage hands on what it
// has once the round takes more than about 2 ms, and goes on with the rest at
// the next request.
//
// What is left out on purpose, as by Filter, counts as handled. What was read
// and can't be passed on, as behind the end of a TakeWhile, is counted as
// discarded, and given up to be delivered again.
package operators
