// Package stagetest helps to test stages and pipelines.
//
//   - A [Source] and a [Sink] are probes for both ends of a pipeline: a test sees
//     each request arrive, sends what it likes, requests so many elements and
//     expects them.
//   - A [Committing] source keeps books like one that commits what was handled:
//     a test sees what became of each read.
//   - [Marbles] runs a stage between two diagrams of elements over time, and shows
//     what differs.
//   - [Rules] runs a stage through the rules of package demand, in many shapes of
//     demand and supply, with errors and cancels at every position.
//
// # Time
//
// Expectations wait until what they expect happens, and fail the test after
// [Timeout]. They wait on channels, so inside a bubble of testing/synctest the
// time is virtual, and a timeout costs none. Make probes inside the bubble.
//
// Methods named Expect, and Send, are for the goroutine of the test, like
// t.Fatal.
package stagetest
