package flow_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleMergeSorted() {
	got, err := flow.Collect(context.Background(), flow.MergeSorted(strings.Compare, words("ash elm oak"), words("beech fir"), words("yew")))
	fmt.Println(got, err)
	// Output: [ash beech elm fir oak yew] <nil>
}

func ExampleMergeSortedWith() {
	byLength := func(a, b string) int { return cmp.Compare(len(a), len(b)) }
	inputs := []flow.Flow[string]{words("a dam"), words("i am the weir")}
	got, err := flow.Collect(context.Background(), flow.MergeSortedWith(byLength, inputs, stage.Name("by length")))
	fmt.Println(got, err)
	// Output: [a i am dam the weir] <nil>
}

func ExampleInterleave() {
	got, err := flow.Collect(context.Background(), flow.Interleave(2, flow.From(source.Range(1, 8)), flow.From(source.Range(100, 103))))
	fmt.Println(got, err)
	// Output: [1 2 100 101 3 4 102 5 6 7] <nil>
}

func ExampleInterleaveWith() {
	inputs := []flow.Flow[string]{words("a c e"), words("b d f")}
	got, err := flow.Collect(context.Background(), flow.InterleaveWith(1, inputs, stage.Name("in turn")))
	fmt.Println(got, err)
	// Output: [a b c d e f] <nil>
}

func ExampleFlow_Prepend() {
	got, err := flow.Collect(context.Background(), words("1,2 3,4").Prepend("x,y"))
	fmt.Println(got, err)
	// Output: [x,y 1,2 3,4] <nil>
}

func ExampleFlow_PrependWith() {
	header := []string{"x,y"}
	got, err := flow.Collect(context.Background(), words("1,2 3,4").PrependWith(header, stage.Name("header")))
	fmt.Println(got, err)
	// Output: [x,y 1,2 3,4] <nil>
}

func ExampleFlow_OrElse() {
	long := func(w string) bool { return len(w) > 9 }
	got, err := flow.Collect(context.Background(), words("a weir holds").Filter(long).OrElse(words("nothing long")))
	fmt.Println(got, err)
	// Output: [nothing long] <nil>
}

func ExampleZip3() {
	got, err := flow.Collect(context.Background(), flow.Zip3(words("a b c"), flow.From(source.Range(1, 100)), words("x y")))
	fmt.Println(got, err)
	// Output: [{a 1 x} {b 2 y}] <nil>
}

func ExampleZip3With() {
	cut := func(w string, from, to int) string { return w[from:to] }
	got, err := flow.Collect(context.Background(),
		flow.Zip3With(words("demand flows up"), flow.From(source.Range(0, 9)), flow.From(source.Slice([]int{2, 5})), cut))
	fmt.Println(got, err)
	// Output: [de lows] <nil>
}

func ExampleZip4() {
	n := flow.From(source.Range(1, 100))
	got, err := flow.Collect(context.Background(), flow.Zip4(words("a b c"), n, words("x y"), n))
	fmt.Println(got, err)
	// Output: [{a 1 x 1} {b 2 y 2}] <nil>
}

func ExampleZip4With() {
	sum := func(a, b, c, d int) int { return a + b + c + d }
	n := flow.From(source.Range(0, 4))
	got, err := flow.Collect(context.Background(), flow.Zip4With(n, n, n, n, sum))
	fmt.Println(got, err)
	// Output: [0 4 8 12] <nil>
}
