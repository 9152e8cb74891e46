package operators_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleConcatMap() {
	files := map[string]string{"a.txt": "one\ntwo\n", "b.txt": "three\n"}
	lines := operators.ConcatMap(func(name string) stage.Source[string] {
		return source.Lines(func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[name])), nil
		})
	})
	got, err := flow.Collect(context.Background(), flow.Via(flow.From(source.Slice([]string{"a.txt", "b.txt"})), lines))
	fmt.Println(got, err)
	// Output: [one two three] <nil>
}

func ExampleMergeMap() {
	pages := map[string][]int{"red": {1, 2, 3}, "green": {10, 20}, "blue": {100}}
	fetch := operators.MergeMap(2, func(query string) stage.Source[int] { return source.Slice(pages[query]) })
	got, err := flow.Collect(context.Background(), flow.Via(flow.From(source.Slice([]string{"red", "green", "blue"})), fetch))
	slices.Sort(got) // there is no order between queries
	fmt.Println(got, err)
	// Output: [1 2 3 10 20 100] <nil>
}

func ExampleSwitchMap() {
	// Somebody types, faster than a search can be begun.
	search := operators.SwitchMap(func(query string) stage.Source[string] {
		return source.Slice([]string{query + "house", query + "water"})
	})
	got, err := flow.Collect(context.Background(), flow.Via(flow.From(source.Slice([]string{"g", "gr", "green"})), search))
	fmt.Println(got, err)
	// Output: [greenhouse greenwater] <nil>
}

func ExampleExhaustMap() {
	// Of three clicks at once the first begins a refresh, which the others would only
	// repeat.
	refresh := operators.ExhaustMap(func(click int) stage.Source[string] {
		return source.Slice([]string{fmt.Sprint("refresh ", click), "done"})
	})
	got, err := flow.Collect(context.Background(), flow.Via(flow.From(source.Slice([]int{1, 2, 3})), refresh))
	fmt.Println(got, err)
	// Output: [refresh 1 done] <nil>
}
