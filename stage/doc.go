// Package stage holds the parts that pipelines are made of: the values that
// describe a source, a stage or a sink, the options they take, what a stage
// sees of the run it is in, and what happens to errors.
//
// # Writing a stage
//
// A stage is a [demand.Upstream] that pulls from another one. [New] makes a
// [Stage] of the function that opens it:
//
//	func Changed[T comparable]() stage.Stage[T, T] {
//		return stage.New("changed", func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
//			return &changed[T]{Upstream: up}
//		})
//	}
//
//	type changed[T comparable] struct {
//		demand.Upstream[T] // for Cancel
//		last  T
//		begun bool
//	}
//
//	func (c *changed[T]) Pull(dst *demand.Chunk[T]) error {
//		return demand.PullKept(c.Upstream, dst, func(v T) bool {
//			keep := !c.begun || v != c.last
//			c.last, c.begun = v, true
//			return keep
//		})
//	}
//
// It runs on the goroutine of whoever pulls from it, fused with its neighbours
// like the library's own stages. Package stagetest checks that it keeps the
// rules.
package stage
