package operators_test

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// parsed is a flow that fails at its third word.
func parsed() flow.Flow[int] {
	words := flow.From(source.Slice([]string{"1", "2", "three", "4"}))
	return flow.Via(words, operators.MapErr(strconv.Atoi, stage.Name("parse")))
}

func ExampleWrapError() {
	show(parsed().Via(operators.WrapError[int](func(err error) error {
		return fmt.Errorf("reading the fares: %w", err)
	})))
	// Output:
	// 1 2
	// weir: stage "parse": reading the fares: strconv.Atoi: parsing "three": invalid syntax
}

func ExampleOnErrorComplete() {
	show(parsed().Via(operators.OnErrorComplete[int](func(err error) bool {
		return errors.Is(err, strconv.ErrSyntax)
	})))
	// Output: 1 2
}

func ExampleRecoverWith() {
	show(parsed().Via(operators.RecoverWith(func(error) (stage.Source[int], bool) {
		return source.Range(100, 103), true
	})))
	// Output: 1 2 100 101 102
}
