package operators_test

import (
	"context"
	"strings"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleMapKeyed() {
	// Stands for calls that must not overtake each other for one account.
	book := func(_ context.Context, entry string) (string, error) {
		if strings.HasPrefix(entry, "slow") {
			time.Sleep(50 * time.Millisecond)
		}
		return entry, nil
	}
	account := func(entry string) string { name, _, _ := strings.Cut(entry, "+"); return name }
	entries := flow.From(source.Slice([]string{"slow+1", "slow+2", "ann+1", "ann+2"}))
	show(flow.Via(entries, operators.MapKeyed(account, book, stage.Workers(2))))
	// Output: ann+1 ann+2 slow+1 slow+2
}
