package operators_test

import (
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func ExampleDedupe() {
	type message struct {
		ID   string
		Text string
	}
	// A sender that got no answer sends again.
	sent := flow.From(source.Slice([]message{{"1", "pay"}, {"1", "pay"}, {"2", "ship"}, {"1", "pay"}}))
	show(sent.Via(operators.Dedupe(5*time.Minute, 100_000, func(m message) string { return m.ID })))
	// Output: {1 pay} {2 ship}
}

func ExampleSkipUntil() {
	lines := flow.From(source.Slice([]string{"# comment", "", "BEGIN", "a", "b"}))
	show(lines.Via(operators.SkipUntil(func(s string) bool { return s == "BEGIN" })))
	// Output: BEGIN a b
}
