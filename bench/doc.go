// Package bench measures Weir and its peers side by side: the same work, the
// same elements, in one process, each result checked.
//
// [Scenarios] is the table of everything that is measured. The command
// cmd/peers runs it in interleaved rounds and prints a table; the benchmarks
// of this package run it under go test -bench. The two agree on the cases,
// and differ in how they measure: rounds that take turns are fairer on a
// machine that others use too.
//
// # How to read the numbers
//
// Peers are not alike, and no number says what a library is good for.
// [scenario.Libraries] says for each whether its elements are typed or boxed
// (boxing an int allocates), how a slow consumer holds its producer back, and
// on which goroutines stages run. In short:
//
//   - Who runs on one goroutine (the hand loop, iter.Seq, samber/ro,
//     reactor-go, Weir's fused chain) is compared with a chain that uses no
//     second core. Who runs a goroutine for each stage could use more of them.
//   - samber/ro pushes and has no demand; reactor-go has request(n) and asks
//     for everything at once; the others are held back by full channels. The
//     plain Go cases carry neither errors nor cancellation, the libraries do.
//   - Stages of rill and go-streams have unbuffered channels between them.
//     rill.Buffer adds a buffer and one more hop; on the chain it gained less
//     than a tenth, so it is left out. go-streams has nothing of the kind. RxGo
//     has an option, and the chain is measured with and without.
//   - The functions of the chain cost next to nothing. Where a stage takes a
//     microsecond, most of what is measured here does not matter.
package bench
