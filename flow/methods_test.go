package flow_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// notMethods are the operators that can't be methods of Flow[T], and why.
var notMethods = map[string]string{
	"Dematerialize":        "a method can't ask that T be an operators.Event, nor name the type of its elements",
	"Distinct":             "a method can't ask that T be comparable; DistinctBy with the element as its key does the same",
	"DistinctUntilChanged": "a method can't ask that T be comparable; DistinctUntilChangedBy does the same",
	"Unbatch":              "a method can't ask that T be a slice, nor name the type of its elements",
}

// parse returns the functions of a file. Under Go 1.26 the parser complains of
// methods with type parameters, and reads them.
func parse(t *testing.T, path string) (funcs []*ast.FuncDecl) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution|parser.AllErrors)
	if err != nil && !strings.Contains(path, "_go127") {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.IsExported() {
			funcs = append(funcs, fn)
		}
	}
	return funcs
}

// constructors returns the functions of package operators that return a stage.
func constructors(t *testing.T) map[string]*ast.FuncDecl {
	t.Helper()
	paths, err := filepath.Glob("../operators/*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*ast.FuncDecl{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, fn := range parse(t, path) {
			if fn.Recv == nil && fn.Type.Results != nil && mentions(fn.Type.Results, "stage", "Stage") {
				all[fn.Name.Name] = fn
			}
		}
	}
	return all
}

// mentions reports that pkg.name occurs in n.
func mentions(n ast.Node, pkg, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			x, ok := s.X.(*ast.Ident)
			found = found || ok && x.Name == pkg
		}
		return true
	})
	return found
}

func TestEveryOperatorHasItsMethod(t *testing.T) {
	methods := map[string]*ast.FuncDecl{}
	paths, err := filepath.Glob("methods*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, fn := range parse(t, path) {
			methods[fn.Name.Name] = fn
		}
	}
	all := constructors(t)
	if len(all) < 20 {
		t.Fatalf("found only %d operators", len(all))
	}
	for name, op := range all {
		fn, reason := methods[name], notMethods[name]
		switch {
		case fn == nil && reason == "":
			t.Errorf("operators.%s has no method of Flow", name)
		case fn == nil:
		case reason != "":
			t.Errorf("operators.%s has a method now: take it off the list", name)
		case len(fn.Body.List) != 1 || !mentions(fn.Body, "operators", name):
			t.Errorf("Flow.%s is not one line that calls operators.%s", name, name)
		case fn.Type.Params.NumFields() != op.Type.Params.NumFields():
			t.Errorf("Flow.%s takes %d arguments, operators.%s takes %d", name, fn.Type.Params.NumFields(), name, op.Type.Params.NumFields())
		}
	}
	for name := range methods {
		if all[name] == nil {
			t.Errorf("Flow.%s is no operator", name)
		}
	}
	for name := range notMethods {
		if all[name] == nil {
			t.Errorf("operators.%s is on the list, and does not exist", name)
		}
	}
}

// numbered is a flow of numbers that fails at its end.
func numbered() flow.Flow[int] {
	return flow.Via(flow.From(source.Range(0, 41)), operators.MapErr(func(v int) (int, error) {
		if v == 40 {
			return 0, errors.New("the end")
		}
		return v, nil
	}))
}

func TestMethods(t *testing.T) {
	ctx := context.Background()
	odd := func(v int) bool { return v%2 == 1 }
	below := func(v int) bool { return v < 10 }
	peeked := 0
	peek := func(int) { peeked++ }
	last := func(error) (int, bool) { return -1, true }
	config := demand.BufferConfig[int]{Capacity: 100, Overflow: demand.Fail}
	f := numbered()
	for name, c := range map[string]struct {
		method flow.Flow[int]
		op     stage.Stage[int, int]
	}{
		"Filter":     {f.Filter(odd), operators.Filter(odd)},
		"Take":       {f.Take(3), operators.Take[int](3)},
		"TakeWhile":  {f.TakeWhile(below), operators.TakeWhile(below)},
		"TakeUntil":  {f.TakeUntil(odd), operators.TakeUntil(odd)},
		"Skip":       {f.Skip(3), operators.Skip[int](3)},
		"SkipWhile":  {f.SkipWhile(below), operators.SkipWhile(below)},
		"Peek":       {f.Peek(peek), operators.Peek(peek)},
		"Async":      {f.Async(3), operators.Async[int](3)},
		"Buffer":     {f.Buffer(100, demand.Block), operators.Buffer[int](100, demand.Block)},
		"BufferWith": {f.BufferWith(config), operators.BufferWith(config)},
		"Throttle":   {f.Throttle(1000, time.Millisecond), operators.Throttle[int](1000, time.Millisecond)},
		"Timeout":    {f.Timeout(time.Hour), operators.Timeout[int](time.Hour)},
		"Recover":    {f.Recover(last), operators.Recover(last)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := flow.Collect(ctx, c.method)
			want, wantErr := flow.Collect(ctx, f.Via(c.op))
			if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("got %v, %v; the operator gives %v, %v", got, err, want, wantErr)
			}
		})
	}
	if peeked != 80 {
		t.Errorf("peeked %d times, want 80", peeked)
	}
}

// Methods pass their options on.
func TestMethodsTakeOptions(t *testing.T) {
	f := flow.From(source.Range(0, 3)).
		Filter(func(int) bool { return true }, stage.Name("a")).Take(9, stage.Name("b")).
		TakeWhile(func(int) bool { return true }, stage.Name("c")).TakeUntil(func(int) bool { return false }, stage.Name("d")).
		Skip(0, stage.Name("e")).SkipWhile(func(int) bool { return false }, stage.Name("f")).Peek(func(int) {}, stage.Name("g")).
		Async(1, stage.Name("h")).Buffer(9, demand.Block, stage.Name("i")).
		BufferWith(demand.BufferConfig[int]{Capacity: 9, Overflow: demand.Fail}, stage.Name("j")).
		Throttle(9, time.Millisecond, stage.Name("k")).Timeout(time.Hour, stage.Name("l")).
		Recover(func(error) (int, bool) { return 0, false }, stage.Name("m"))
	var got []int
	r, err := f.To(sink.Slice(&got)).Start(t.Context())
	if err == nil {
		err = r.Wait()
	}
	if err != nil || len(got) != 3 {
		t.Fatalf("got %v, error %v", got, err)
	}
	for name := range strings.SplitSeq("abcdefghijklm", "") {
		if _, ok := r.Snapshot().Stage(name); !ok {
			t.Errorf("no stage is called %s", name)
		}
	}
}
