package gostreams_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	streams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	theirs "github.com/reugn/go-streams/flow"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

// fileOf returns the name of a file with some text.
func fileOf(text string) (name string, remove func()) {
	dir, err := os.MkdirTemp("", "weir")
	if err != nil {
		panic(err)
	}
	name = filepath.Join(dir, "in.txt")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		panic(err)
	}
	return name, func() { _ = os.RemoveAll(dir) }
}

// lines are the lines of a file, as a source of go-streams reads them.
func lines(name string) flow.Flow[string] {
	return flow.From(gostreams.Source[string](func(t *gostreams.Tie) (streams.Outlet, error) {
		return extension.NewFileSource(name, extension.WithContext(t.Context()), extension.WithLogger(t.Logger())), nil
	}))
}

func ExampleSource() {
	name, remove := fileOf("heron\neel\n")
	defer remove()
	got, err := flow.Collect(context.Background(), lines(name))
	fmt.Println(got, err)
	// Output: [heron eel] <nil>
}

// What a source of go-streams logs as an error is an error of the run.
func ExampleTie_Logger() {
	var got []string
	err := lines("no-such-file").To(sink.Slice(&got)).With(quiet).Run(context.Background())
	fmt.Println(err)
	// Output: weir: stage "gostreamssource": Failed to open file name=no-such-file: open no-such-file: no such file or directory
}

func ExampleFlow() {
	words := flow.From(source.Slice([]string{"heron", "eel", "otter"}))
	pairs := flow.Via(words, gostreams.Flow[string, []string](func() streams.Flow {
		return theirs.NewBatch[string](2, time.Second)
	}))
	got, err := flow.Collect(context.Background(), pairs)
	fmt.Println(got, err)
	// Output: [[heron eel] [otter]] <nil>
}

func ExampleFlowTied() {
	words := flow.From(source.Slice([]string{"heron", "eel", "otter"}))
	long := flow.Via(words, gostreams.FlowTied[string, int](func(*gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
		first := theirs.NewFilter(func(s string) bool { return len(s) > 3 }, 1)
		last := first.Via(theirs.NewMap(func(s string) int { return len(s) }, 1))
		return first, last, nil
	}))
	got, err := flow.Collect(context.Background(), long)
	fmt.Println(got, err)
	// Output: [5 5] <nil>
}

func ExampleEach() {
	words := flow.From(source.Slice([]string{"heron", "eel", "otter"}))
	loud := flow.Via(words, gostreams.Each[string, string](func() streams.Flow {
		return theirs.NewMap(strings.ToUpper, 1)
	}))
	got, err := flow.Collect(context.Background(), loud)
	fmt.Println(got, err)
	// Output: [HERON EEL OTTER] <nil>
}

func ExampleSink() {
	out := gostreams.Sink[string](func(t *gostreams.Tie) (streams.Sink, error) {
		return extension.NewWriterSink(nopCloser{os.Stdout}, extension.WithContextCancel(t.Cancel), extension.WithLogger(t.Logger()))
	})
	err := flow.From(source.Slice([]string{"heron\n", "eel\n"})).To(out).With(quiet).Run(context.Background())
	fmt.Println(err)
	// Output:
	// heron
	// eel
	// <nil>
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func ExampleToSource() {
	ctx := context.Background()
	numbers, err := gostreams.ToSource(ctx, flow.From(source.Range(1, 4)))
	if err != nil {
		fmt.Println(err)
		return
	}
	numbers.
		Via(theirs.NewMap(func(v int) string { return strings.Repeat("*", v) }, 1)).
		To(extension.NewStdoutSink())
	fmt.Println(numbers.Err())
	// Output:
	// *
	// **
	// ***
	// <nil>
}

func ExampleToFlow() {
	name, remove := fileOf("heron\n\neel\n")
	defer remove()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	shout := operators.FilterMapErr(func(s string) (string, bool, error) {
		return strings.ToUpper(s), s != "", nil
	})
	ours, err := gostreams.ToFlow(ctx, shout, gostreams.WithContextCancel(cancel))
	if err != nil {
		fmt.Println(err)
		return
	}
	extension.NewFileSource(name, extension.WithContext(ctx)).
		Via(ours).
		To(extension.NewStdoutSink())
	fmt.Println(ours.Err())
	// Output:
	// HERON
	// EEL
	// <nil>
}

func ExampleToSink() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	name, remove := fileOf("1\n2\nthree\n4\n")
	defer remove()
	var sum int
	add := sink.ForEach(func(s string) error {
		n := 0
		_, err := fmt.Sscan(s, &n)
		sum += n
		return err
	})
	ours, err := gostreams.ToSink(ctx, add, gostreams.WithContextCancel(cancel))
	if err != nil {
		fmt.Println(err)
		return
	}
	extension.NewFileSource(name, extension.WithContext(ctx)).
		Via(theirs.NewPassThrough()).
		To(ours)
	fmt.Println(sum, ours.Err())
	// Output: 3 weir: stage "foreach": expected integer
}
