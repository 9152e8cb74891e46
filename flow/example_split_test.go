package flow_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
)

func ExampleFlow_DivertTo() {
	var long []string
	short, err := flow.Collect(context.Background(), words("a weir is a small dam").
		DivertTo(sink.Slice(&long), func(w string) bool { return len(w) > 2 }))
	fmt.Println(short, long, err)
	// Output: [a is a] [weir small dam] <nil>
}

func ExampleFlow_WireTap() {
	seen := 0
	got, err := flow.Collect(context.Background(), words("what flows by").
		WireTap(sink.ForEach(func(string) error { seen++; return nil })))
	fmt.Println(got, seen, err)
	// Output: [what flows by] 3 <nil>
}

func ExampleUnzip() {
	names, lengths := flow.Unzip(words("a weir holds"), func(w string) (string, int) { return w, len(w) })
	var sizes []int
	var all []string
	err := flow.Run(context.Background(), names.To(sink.Slice(&all)), lengths.To(sink.Slice(&sizes)))
	fmt.Println(all, sizes, err)
	// Output: [a weir holds] [1 4 5] <nil>
}
