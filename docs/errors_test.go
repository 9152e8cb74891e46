package docs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

var words = flow.From(source.Slice([]string{"1", "2", "three", "4"}))

func Example_fail() {
	got, err := flow.Collect(context.Background(), flow.Via(words, operators.MapErr(strconv.Atoi, stage.Name("parse"))))
	fmt.Println(got)
	fmt.Println(err)

	var at *stage.Error
	fmt.Println(errors.As(err, &at), at.Stage, errors.Is(err, strconv.ErrSyntax))
	// Output:
	// [1 2]
	// weir: stage "parse": strconv.Atoi: parsing "three": invalid syntax
	// true parse true
}

func Example_skip() {
	numbers := flow.Via(words, operators.MapErr(strconv.Atoi, stage.Name("parse"), stage.OnError(stage.Skip())))
	run, err := numbers.To(sink.Discard[int]()).Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.Wait())
	parse, _ := run.Snapshot().Stage("parse")
	fmt.Println("in", parse.In, "out", parse.Out, "failed", parse.Failed, "dropped", parse.Dropped)
	// Output:
	// <nil>
	// in 4 out 3 failed 1 dropped map[skipped_error:1]
}

func Example_retryThenDeadLetter() {
	var dead []stage.Letter
	policy := stage.Retry(2, time.Millisecond, 10*time.Millisecond, stage.DeadLetter(sink.Slice(&dead)))

	calls := 0
	parse := func(s string) (int, error) { calls++; return strconv.Atoi(s) }
	got, err := flow.Collect(context.Background(), flow.Via(words, operators.MapErr(parse, stage.Name("parse"), stage.OnError(policy))))
	fmt.Println(got, err, "calls:", calls)
	for _, l := range dead {
		fmt.Printf("%s refused %q: %v\n", l.Stage, l.Element, l.Err)
	}
	// Output:
	// [1 2 4] <nil> calls: 6
	// parse refused "three": strconv.Atoi: parsing "three": invalid syntax
}

func Example_panic() {
	lengths := flow.Via(words, operators.Map(func(s string) int {
		var none []int
		return none[len(s)]
	}, stage.Name("length")))
	err := lengths.To(sink.Discard[int]()).Run(context.Background())

	var p *stage.PanicError
	fmt.Println(errors.As(err, &p))
	fmt.Println(p.Stage, p.Value)
	// Output:
	// true
	// length runtime error: index out of range [1] with length 0
}

func Example_endOfFile() {
	read := func(s string) (string, error) {
		if s == "three" {
			return "", io.EOF
		}
		return s, nil
	}
	got, err := flow.Collect(context.Background(), flow.Via(words, operators.MapErr(read, stage.Name("read"))))
	fmt.Println(got, err, errors.Is(err, io.EOF), errors.Is(err, demand.ErrCompleted))
	// Output: [1 2] weir: stage "read": EOF true false
}

func Example_blueprint() {
	f := flow.Via(words, operators.Batch[string](0, 0))
	_, err := f.To(sink.ForEach[[]string](nil, stage.Workers(2))).Start(context.Background())
	fmt.Println(err)
	// Output:
	// weir: stage "batch": batch size must be at least 1, is 0
	// weir: stage "foreach": option Workers is not one that ForEach takes
}
