package flow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func words(s string) flow.Flow[string] { return flow.From(source.Slice(strings.Fields(s))) }

func Example() {
	lengths := flow.Via(words("a weir holds water back"), operators.Map(func(w string) int { return len(w) }))
	err := lengths.Filter(func(n int) bool { return n > 4 }).
		To(sink.ForEach(func(n int) error { fmt.Println(n); return nil })).
		Run(context.Background())
	fmt.Println(err)
	// Output:
	// 5
	// 5
	// <nil>
}

func ExampleFrom() {
	got, err := flow.Collect(context.Background(), flow.From(source.Range(1, 4)))
	fmt.Println(got, err)
	// Output: [1 2 3] <nil>
}

func ExampleVia() {
	f := flow.Via(flow.From(source.Range(1, 4)), operators.Map(func(n int) string { return strings.Repeat("~", n) }))
	got, _ := flow.Collect(context.Background(), f)
	fmt.Println(got)
	// Output: [~ ~~ ~~~]
}

func ExampleCollect() {
	odd := errors.New("odd")
	f := flow.Via(flow.From(source.Slice([]int{2, 4, 5, 6})), operators.MapErr(func(n int) (int, error) {
		if n%2 != 0 {
			return 0, odd
		}
		return n / 2, nil
	}, stage.Name("halve")))
	got, err := flow.Collect(context.Background(), f)
	fmt.Println(got, err)
	// Output: [1 2] weir: stage "halve": odd
}

func ExampleFold() {
	sum, _ := flow.Fold(context.Background(), flow.From(source.Range(0, 101)), 0, func(sum, n int) int { return sum + n })
	fmt.Println(sum)
	// Output: 5050
}

func ExampleAll() {
	for w, err := range flow.All(context.Background(), words("demand flows up, elements flow down")) {
		if err != nil {
			fmt.Println(err)
		}
		if fmt.Println(w); strings.HasSuffix(w, ",") {
			break
		}
	}
	// Output:
	// demand
	// flows
	// up,
}

func ExampleMerge() {
	sum, _ := flow.Fold(context.Background(), flow.Merge(flow.From(source.Range(0, 10)), flow.From(source.Range(10, 20))), 0,
		func(sum, n int) int { return sum + n })
	fmt.Println(sum)
	// Output: 190
}

func ExampleMergeWith() {
	inputs := []flow.Flow[string]{words("a b"), words("c")}
	n, _ := flow.Fold(context.Background(), flow.MergeWith(inputs, stage.Name("all"), stage.Capacity(16)), 0,
		func(n int, _ string) int { return n + 1 })
	fmt.Println(n)
	// Output: 3
}

func ExampleConcat() {
	got, _ := flow.Collect(context.Background(), flow.Concat(words("first this"), words("then that")))
	fmt.Println(got)
	// Output: [first this then that]
}

func ExampleConcatWith() {
	inputs := []flow.Flow[string]{words("one"), words("two")}
	got, _ := flow.Collect(context.Background(), flow.ConcatWith(inputs, stage.Name("in turn")))
	fmt.Println(got)
	// Output: [one two]
}

func ExampleZip() {
	got, _ := flow.Collect(context.Background(), flow.Zip(words("one two three"), flow.From(source.Range(1, 100))))
	fmt.Println(got)
	// Output: [{one 1} {two 2} {three 3}]
}

func ExampleZipWith() {
	got, _ := flow.Collect(context.Background(), flow.ZipWith(words("a b"), flow.From(source.Range(2, 9)), strings.Repeat))
	fmt.Println(got)
	// Output: [aa bbb]
}

func ExampleBroadcast() {
	var all []int
	sum := 0
	branches := flow.Broadcast(flow.From(source.Range(1, 5)), 2)
	err := flow.Run(context.Background(),
		branches[0].To(sink.Slice(&all)),
		branches[1].To(sink.ForEach(func(n int) error { sum += n; return nil })))
	fmt.Println(all, sum, err)
	// Output: [1 2 3 4] 10 <nil>
}

func ExampleBalance() {
	square := func(f flow.Flow[int]) flow.Flow[int] {
		return flow.Via(f, operators.Map(func(n int) int { return n * n }))
	}
	workers := flow.Balance(flow.From(source.Range(0, 1000)), 2)
	sum, _ := flow.Fold(context.Background(), flow.Merge(square(workers[0]), square(workers[1])), 0, func(sum, n int) int { return sum + n })
	fmt.Println(sum)
	// Output: 332833500
}

func ExamplePartition() {
	var short, long []string
	parts := flow.Partition(words("a weir is a small dam"), 2, func(w string) int {
		if len(w) < 3 {
			return 0
		}
		return 1
	})
	err := flow.Run(context.Background(), parts[0].To(sink.Slice(&short)), parts[1].To(sink.Slice(&long)))
	fmt.Println(short, long, err)
	// Output: [a is a] [weir small dam] <nil>
}

func ExampleFlow_AlsoTo() {
	var copied []string
	got, _ := flow.Collect(context.Background(), words("keep these").AlsoTo(sink.Slice(&copied)))
	fmt.Println(got, copied)
	// Output: [keep these] [keep these]
}

func ExamplePipeline_String() {
	f := flow.Via(words("").Async(16), operators.Map(strings.ToUpper, stage.Name("shout")))
	fmt.Print(f.To(sink.Discard[string]()))
	// Output:
	// island 1: slice → async
	// island 2: async =[16]=> shout → discard
}

func ExamplePipeline_Mermaid() {
	fmt.Print(words("").Async(16).To(sink.Discard[string]()).Mermaid())
	// Output:
	// flowchart LR
	//   subgraph island1 [island 1]
	//     n0(["slice"])
	//     n1["async"]
	//   end
	//   subgraph island2 [island 2]
	//     n2(["discard"])
	//   end
	//   n0 --> n1
	//   n1 ==>|16| n2
}

func ExamplePipeline_Start() {
	running, err := flow.From(source.Range(0, 1<<60)).To(sink.Discard[int]()).Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(running.Drain(context.Background()))
	s := running.Snapshot()
	in, _ := s.Stage("range")
	out, _ := s.Stage("discard")
	fmt.Println(in.Out == out.In)
	// Output:
	// <nil>
	// true
}

func ExampleRun() {
	sum, n := 0, 0
	branches := flow.Broadcast(flow.From(source.Range(1, 5)), 2)
	err := flow.Run(context.Background(),
		branches[0].To(sink.ForEach(func(v int) error { sum += v; return nil })),
		branches[1].To(sink.ForEach(func(int) error { n++; return nil })))
	fmt.Println(sum, n, err)
	// Output: 10 4 <nil>
}

func ExampleStart() {
	running, err := flow.Start(context.Background(), flow.From(source.Range(0, 1<<60)).To(sink.Discard[int]()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(running.Stop(errors.New("the shop is closed")))
	// Output: the shop is closed
}

func ExampleDrainOn() {
	p := flow.From(source.Range(0, 10)).To(sink.Discard[int]()).
		With(flow.DrainOn([]os.Signal{os.Interrupt}, 10*time.Second))
	fmt.Println(p.Run(context.Background()))
	// Output: <nil>
}
