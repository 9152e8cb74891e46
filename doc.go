// Package weir is the front page of Weir, a reactive-streams dataflow framework.
// It holds no code: begin with package [github.com/weir-go/weir/flow].
//
// A weir holds water back and lets through what the river below can take. Here a
// consumer asks for elements, a request travels up, as many elements travel down,
// and a slow consumer slows the producer. Nothing piles up and nothing is dropped
// unless you say so.
//
//	lines := flow.From(source.Slice(input))
//	flights := flow.Via(lines, operators.MapErr(parse, stage.Workers(4)))
//	err := flights.To(sink.ForEach(store)).Run(ctx)
//
// # Packages
//
//   - [github.com/weir-go/weir/flow]: what users begin with: flows, pipelines, runs
//   - [github.com/weir-go/weir/source], [github.com/weir-go/weir/operators] and
//     [github.com/weir-go/weir/sink]: the parts of a pipeline
//   - [github.com/weir-go/weir/stage]: their options, errors and policies, and how
//     to write a part of your own
//   - [github.com/weir-go/weir/demand]: the protocol below all of them
//   - [github.com/weir-go/weir/trace]: OpenTelemetry spans and metrics
//
// # Words
//
// A chunk is a request and its answer in one: memory with room for so many
// elements. Stages that are fused share a goroutine, an island. Islands are joined
// by links, bounded rings whose free room is the producer's credit. A lineage is
// the record of one read of a source, which settles when its elements have been
// dealt with. The pages in docs/concepts say more.
package weir
