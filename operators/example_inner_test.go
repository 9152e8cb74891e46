package operators_test

import (
	"context"
	"fmt"
	"io"
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
