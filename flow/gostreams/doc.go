// Package gostreams joins pipelines of Weir with those of
// github.com/reugn/go-streams, in both directions.
//
// # Theirs as ours
//
// [Source], [Flow] and [Sink] make a source, a stage and a sink of what go-streams
// has, its own and its connectors:
//
//	lines := gostreams.Source[string](func(t *gostreams.Tie) (streams.Outlet, error) {
//		return extension.NewFileSource("in.txt", extension.WithContext(t.Context()), extension.WithLogger(t.Logger())), nil
//	})
//	upper := gostreams.Flow[string, string](func() streams.Flow {
//		return theirs.NewMap(strings.ToUpper, 1)
//	})
//
// They take a function that makes the part, and not the part: one of theirs starts
// its goroutines when it is made and serves once, while a blueprint may run many
// times. It is called when the run has started and elements are wanted.
//
// A part of theirs has no way to return an error, and no element has a type until
// it comes. What there is instead is a [Tie]: its context ends when nothing more is
// wanted, its logger makes failures of error records, and its Cancel is for
// parts that cancel a context when they fail. An element of another type than
// promised is a [TypeError].
//
// When a run ends early, the context of the Tie ends, what the part takes elements
// from is closed, and what it still sends is received and counted as discarded,
// until it has ended. A part that has not after a grace (see Tie.Grace) is an error
// of the run, [ErrLeft], for its goroutines are still there.
//
// # Ours as theirs
//
// [ToSource], [ToFlow] and [ToSink] make what go-streams can use of a flow, a stage
// and a sink. They start a run at once, as their own parts do, and have two methods
// more: Err tells why the elements ended, Wait waits for everything.
//
// # What is lost between
//
// Elements of theirs have no lineage: one counts as handled when their part has
// taken it. Their channels hold no demand: a part may read as far ahead as it
// likes.
package gostreams
