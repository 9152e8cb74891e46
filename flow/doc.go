// Package flow describes pipelines and runs them.
//
// A [Flow] is a description: [From] begins one, [Via] adds a stage, To ends it
// in a sink. Descriptions are values; nothing happens until [Pipeline.Run].
//
//	trips := flow.From(source.CSV[Trip](source.File("trips.csv"))).Filter(Trip.Valid)
//	fares := flow.Via(trips, operators.MapErr(fare))
//	err := fares.To(sink.SQL(db, insertFare, Fare.Columns)).Run(ctx)
//
// # What runs where
//
// Stages in a row are fused: they share one goroutine, an island, and hand
// chunks of elements to each other by plain calls. Islands are joined by links,
// bounded rings, where the description says so: at Async, at fan-in and
// fan-out, and between a source that blocks and a stage that keeps time.
// [Pipeline.String] shows them, [Pipeline.Mermaid] draws them.
//
// # Demand
//
// The sink pulls. Each pull asks the stage above for at most so many elements,
// and so on up to the source, which therefore never runs ahead by more than the
// chunks and links between can hold.
//
// # Fan-out and what branches do to each other
//
// The branches of [Broadcast], [Balance], [Partition] and Flow.AlsoTo belong to
// one run: give all their pipelines to [Run], or join them again. By default a
// slow branch holds the others back, and a failed one ends the run;
// stage.DropSlow and stage.Detach choose otherwise, branch by branch.
//
// # Ends
//
// A run ends when every sink has all its elements (nil), when something fails
// (that error, with its place), or when it is stopped: ctx and Running.Stop give
// up what is under way, Running.Drain delivers it.
package flow
