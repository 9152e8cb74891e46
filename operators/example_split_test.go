package operators_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleGroupBy() {
	words := flow.From(source.Slice([]string{"apple", "bank", "avocado", "apricot", "bay"}))
	initial := func(w string) byte { return w[0] }
	counted := flow.Via(words, operators.GroupBy(initial, 100, func(k byte) stage.Stage[string, string] {
		n := 0
		return operators.Map(func(w string) string { n++; return fmt.Sprintf("%c%d %s", k, n, w) })
	}))
	got, err := flow.Collect(context.Background(), counted)
	fmt.Println(got, err)
	// Output: [a1 apple b1 bank a2 avocado a3 apricot b2 bay] <nil>
}
