// Package operators holds the stages that come with the library: one concept a
// file. Each constructor returns a [stage.Stage], a value that can be used in
// any number of flows. In package flow each of them is a method of the same name,
// as far as Go allows.
//
// # Which one do I need?
//
//   - one element of each: [Map]; where that may fail, [MapErr]; for calls that
//     take their time, with several at once, [MapContext]; in order for each key,
//     [MapKeyed]; with a look back, [Scan], [StatefulMap], [Pairwise]; all into one,
//     [Fold], [Reduce]
//   - fewer elements: [Filter], [FilterMap], [Distinct], [DistinctUntilChanged];
//     from the beginning [Skip], [SkipWhile], [SkipFor]; up to an end [Take],
//     [TakeWhile], [TakeUntil], [TakeFor]; not again for a time, [Dedupe]; one, [First], [Last], [ElementAt]; the
//     end, [TakeLast], [SkipLast]; a sample, [EveryNth], [SampleShare]
//   - more elements: [FlatMap], [FlatMapSeq]; slices apart, [Unbatch]; a source for
//     each, [ConcatMap], [MergeMap], [SwitchMap], [ExhaustMap]
//   - several together: [Batch], by number and time; [BatchWeighted], by weight;
//     [SplitWhen], [SplitAfter] and [ChunkBy], by what they are; [TimeWindow] and
//     [SessionWindow], by when they come; [Sliding] and [SlidingTime], where they
//     overlap; a stage for each key, [GroupBy]
//   - between goroutines: [Async], which makes the faster side wait; [Buffer],
//     which may drop instead
//   - one side is slower: [Conflate], [BatchWhileBusy], [LatestWhileBusy] and
//     [DropWhileBusy], where that is downstream; [Expand], [Extrapolate] and
//     [KeepAlive], where it is upstream
//   - time: [Throttle], [ThrottleWith], not more often than; [Timeout], [IdleTimeout] and others,
//     not later than; only the latest, [Debounce], [SampleTime], [Audit]; later,
//     [Delay], [InitialDelay]
//   - errors of what is above: [Recover], [RecoverWith], [OnErrorComplete],
//     [WrapError]; of a function, by element, the option [stage.OnError]
//   - only to look: [Peek], [Monitor], [Log]; to end or hold it from outside, [Kill],
//     [Gate]
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
