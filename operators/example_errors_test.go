package operators_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// parsed is a flow that fails at its third word.
func parsed() flow.Flow[int] {
	words := flow.From(source.Slice([]string{"1", "2", "three", "4"}))
	return flow.Via(words, operators.MapErr(strconv.Atoi, stage.Name("parse")))
}

func ExampleWrapError() {
	show(parsed().Via(operators.WrapError[int](func(err error) error {
		return fmt.Errorf("reading the fares: %w", err)
	})))
	// Output:
	// 1 2
	// weir: stage "parse": reading the fares: strconv.Atoi: parsing "three": invalid syntax
}

func ExampleOnErrorComplete() {
	show(parsed().Via(operators.OnErrorComplete[int](func(err error) bool {
		return errors.Is(err, strconv.ErrSyntax)
	})))
	// Output: 1 2
}

func ExampleRecoverWith() {
	show(parsed().Via(operators.RecoverWith(func(error) (stage.Source[int], bool) {
		return source.Range(100, 103), true
	})))
	// Output: 1 2 100 101 102
}

func ExampleKill() {
	var ks operators.KillSwitch
	f := flow.From(source.Range(0, 1_000_000)).Via(operators.Kill[int](&ks))
	show(f.Via(operators.TakeUntil(func(v int) bool {
		if v == 0 {
			ks.Abort(errors.New("too hot"))
		}
		return false
	})))
	// Output:
	// 0
	// weir: stage "kill": too hot
}

func ExampleGate() {
	var valve operators.Valve
	valve.Pause()
	time.AfterFunc(time.Millisecond, valve.Resume)
	show(flow.From(source.Range(0, 3)).Via(operators.Gate[int](&valve)))
	// Output: 0 1 2
}

func ExampleMonitor() {
	passed := 0
	show(parsed().Via(operators.Monitor[int](operators.Hooks{
		Elements: func(n int) { passed += n },
		Error:    func(error) { fmt.Println("failed after", passed) },
	})))
	// Output:
	// failed after 2
	// 1 2
	// weir: stage "parse": strconv.Atoi: parsing "three": invalid syntax
}

func ExampleDoOnComplete() {
	show(flow.From(source.Range(0, 3)).Via(operators.DoOnComplete[int](func() { fmt.Println("completed") })))
	// Output:
	// completed
	// 0 1 2
}

func ExampleDoOnError() {
	f := parsed().Via(operators.DoOnError[int](func(error) { fmt.Println("failed") }))
	show(f.Via(operators.OnErrorComplete[int](func(error) bool { return true })))
	// Output:
	// failed
	// 1 2
}

func ExampleDoOnCancel() {
	f := flow.From(source.Range(0, 9)).Via(operators.DoOnCancel[int](func(cause error) { fmt.Println(cause) }))
	show(f.Via(operators.Take[int](3)))
	// Output:
	// weir: enough was taken
	// 0 1 2
}

func ExampleLog() {
	plain := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	logger := slog.New(slog.NewTextHandler(os.Stdout, plain))
	show(flow.From(source.Range(0, 3)).Via(operators.Log[int](logger, slog.LevelInfo, stage.Name("fares"))))
	// Output:
	// level=INFO msg=completed stage=fares elements=3
	// 0 1 2
}
