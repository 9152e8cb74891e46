//go:build go1.27

package docs_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func Example_chain() {
	err := flow.From(source.Range(1, 7)).
		Filter(func(v int) bool { return v%2 == 1 }).
		Map(func(v int) string { return fmt.Sprint("number ", v) }).
		Batch(2, 0).
		To(sink.ForEach(func(two []string) error { fmt.Println(two); return nil })).
		Run(context.Background())
	fmt.Println(err)
	// Output:
	// [number 1 number 3]
	// [number 5]
	// <nil>
}
