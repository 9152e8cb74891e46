// Package trace turns runs into OpenTelemetry spans and metrics. Package flow
// uses it for every run; what a user needs of it are the options [Tracers] and
// [Meters], for flow.Telemetry.
//
// With nothing configured the global providers are used, and while none is set a
// run costs five small allocations for it. Elements cost nothing in any case: the
// counts are those that the engine keeps anyway, and they are read when metrics
// are collected. Nothing here starts a goroutine, and no error of telemetry is an
// error of a run; those go to otel.Handle.
//
// # Metrics
//
// All instruments are observable. They are registered once for each provider of
// meters, and one callback reports all runs:
//
//	name                           kind           unit       labels         meaning
//	weir.stage.elements.in         counter        {element}  stage          Elements that the stage took from upstream.
//	weir.stage.elements.out        counter        {element}  stage          Elements that the stage handed on, or a sink wrote.
//	weir.stage.elements.dropped    counter        {element}  stage, reason  Elements that were dropped on purpose.
//	weir.stage.elements.failed     counter        {element}  stage          Elements that user code refused.
//	weir.stage.elements.retries    counter        {retry}    stage          Further calls of user code for the same element.
//	weir.stage.elements.discarded  counter        {element}  stage          Elements that were read, and given up when a run ended early.
//	weir.stage.chunks              counter        {chunk}    stage          Answers to pulls.
//	weir.stage.busy                counter        s          stage          Time at work.
//	weir.stage.idle                counter        s          stage          Time waiting for upstream.
//	weir.stage.backpressured       counter        s          stage          Time waiting for downstream.
//	weir.link.held                 updowncounter  {element}  stage          Elements in the link.
//	weir.link.capacity             updowncounter  {element}  stage          Elements that the link can hold; what is not held is credit.
//	weir.buffer.held               updowncounter  {element}  stage          Elements in the buffer.
//	weir.buffer.capacity           updowncounter  {element}  stage          Elements that the buffer can hold.
//	weir.buffer.refused            counter        {element}  stage, reason  Elements that were given back to their producer with an error.
//
// The label reason is weir.reason, and stage stands for three: weir.run, the name
// of the run, that of flow.Named or source→sink; weir.stage, the name of the
// stage; and weir.stage.kind, what it is, such as MapErr.
//
// Counters are cumulative over all runs of one name: several at once are added
// up, and what a run has counted stays in the sum when it ends. The up-down
// counters are what others call gauges; they are added up over runs at work, and
// have no value when there is none.
//
// Values of labels come from the blueprint, so there are few of them. Should there
// be more than 1,000 stages of all run names, those that come later are counted
// together with the label _OTHER, and so are the reasons of a stage beyond 16: a
// run should not be named after what it is given to do.
//
// # Spans
//
// A run is a span "weir.run NAME", a child of the span in the context that it was
// started with. User code gets a context with the span of the run in it, so spans
// begun there are its children. When the run ends:
//
//   - the span of the run gets weir.run.draining and the totals
//     weir.run.elements.in, what sources handed out, .out, what sinks wrote,
//     .dropped, .failed, .retries and .discarded, over all stages. A run that was
//     stopped or has failed has the status Error and an event with the error,
//     that of a panic with its stack.
//   - each stage becomes a child "weir.stage NAME" from the begin of the run to
//     its end, with the labels of the metrics, weir.stage.island, which tells what
//     shared a goroutine, and the totals of that run under the names of the
//     counters; a reason for dropping is the last part of such a name. The stage
//     in which a run has failed has the status Error too.
//
// A run that is not sampled makes none of this.
package trace
