package docs_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// blocks reads a log two records at a time, and hears what became of them.
func blocks(log []string) stage.Source[string] {
	return stage.NewSource(stage.Meta{Kind: "blocks"}, func(*stage.Runtime) demand.Upstream[string] {
		return &blockReader{rest: log}
	})
}

type blockReader struct {
	rest []string
	base int64 // records read before
	err  error
}

func (b *blockReader) Pull(dst *demand.Chunk[string]) error {
	switch {
	case b.err != nil:
		return b.err
	case len(b.rest) == 0:
		return demand.ErrCompleted
	}
	n := min(2, dst.Free(), len(b.rest))
	first, last := b.base+1, b.base+int64(n)
	l := demand.NewLineage(func(s demand.Settlement) {
		fmt.Printf("records %d to %d: %s\n", first, last, s.Outcome)
	})
	l.Origin = demand.Origin{Source: "log", Base: b.base}
	for i, v := range b.rest[:n] {
		dst.AppendRecord(v, int32(i+1))
	}
	dst.SetLineage(l)
	b.rest, b.base = b.rest[n:], last
	return nil
}

func (b *blockReader) Cancel(cause error) { b.err = cause }

func Example_lineage() {
	f := flow.From(blocks([]string{"a", "b", "c", "", "d", "e"}))
	f = f.Filter(func(s string) bool { return s != "" })
	threes := flow.Via(f, operators.Batch[string](3, 0))
	err := threes.To(sink.ForEach(func(b []string) error {
		fmt.Println("stored", b)
		return nil
	})).Run(context.Background())
	fmt.Println(err)
	// Output:
	// stored [a b c]
	// records 1 to 2: done
	// records 3 to 3: done
	// stored [d e]
	// records 4 to 5: done
	// records 6 to 6: done
	// <nil>
}
