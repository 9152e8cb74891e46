package source_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
)

func ExampleRestart() {
	n := 0
	readings := source.Func(func(context.Context) (int, error) {
		switch n++; {
		case n == 3:
			return 0, errors.New("connection lost")
		case n > 5:
			return 0, demand.ErrCompleted
		}
		return n, nil
	})
	again := source.Restart(readings, source.Restarts{First: time.Millisecond, Most: time.Second, Jitter: 0.5, Max: 5, Within: time.Minute})
	fmt.Println(flow.Collect(context.Background(), flow.From(again)))
	// Output: [1 2 4 5] <nil>
}
