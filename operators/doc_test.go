package operators_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Every operator says when it emits, backpressures, completes, fails and cancels.
func TestOperatorsAreDocumented(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || strings.HasSuffix(path, "_test.go") {
				continue
			}
			n++
			_, lines, found := strings.Cut(strings.Join(strings.Fields(fn.Doc.Text()), " "), "emits when ")
			if !found {
				t.Errorf("%s does not say when it emits", fn.Name.Name)
				continue
			}
			for _, what := range []string{"· backpressures when ", "· completes ", "· fails when ", "· cancels when "} {
				before, after, found := strings.Cut(lines, what)
				if !found || before == "" {
					t.Errorf("%s: after the lines before, there is no %q", fn.Name.Name, what)
				}
				lines = after
			}
		}
	}
	if n < 20 {
		t.Errorf("found only %d operators", n)
	}
}
