package sink_test

import (
	"context"
	"fmt"
	"os"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func ExampleEncode() {
	row := func(dst []byte, v int) ([]byte, error) {
		return fmt.Appendf(dst, "%03d;", v), nil
	}
	err := flow.From(source.Range(7, 10)).To(sink.Encode(sink.Output(os.Stdout), row)).Run(context.Background())
	fmt.Println(err)
	// Output:
	// 007;008;009;<nil>
}
