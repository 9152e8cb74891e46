// Package operators holds the stages that come with the library: one concept a
// file. Each constructor returns a [stage.Stage], a value that can be used in
// any number of flows.
//
// The last lines of each operator's documentation say when it emits, when it
// backpressures, when it completes, fails and cancels. Unless it says
// otherwise, a stage keeps order, starts no goroutine, holds no more elements
// than its neighbour asked for, passes errors on behind the elements before
// them, and runs fused with its neighbours.
package operators
