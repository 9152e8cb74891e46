// Package engine runs pipelines: it owns the goroutines, called islands, the
// links between them and the counters of every stage.
//
// # Files
//
//   - run.go: one run from start to end; who fails it, who waits for whom
//   - island.go: what an island knows of its time and its stages
//   - meter.go: the thin layer around each stage that counts, and gives errors a place
//   - drive.go, link.go: the two loops that pull, of a sink and of a link
//   - conflate.go, box.go: one element of many, while downstream is busy
//   - merge.go, hub.go, workers.go: fan-in, fan-out and parallel calls
//   - latest.go, latestfrom.go: fan-in of two types, by the latest of each
//   - stats.go: what can be seen from outside
//
// # Order of locks
//
// Run.mu is held for bookkeeping only, never while user code runs or an island
// waits.
//
// # Invariants
//
//   - Only Run.Go starts goroutines, and Run.Wait waits for all of them.
//   - A Cell's plain counters are written by the goroutine of its island, and
//     published to its atomics by the same goroutine.
//   - An island belongs to whoever pulls: stages learn it from the chunk they are
//     asked to fill, so a link may be put between any two stages when they are
//     opened.
package engine
