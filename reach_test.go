package weir_test

import (
	"go/ast"
	"strings"
)

// tests are the test files of one package, and what stands at the top of them.
type tests struct {
	funcs []*ast.FuncDecl
	tops  map[string]ast.Node // functions and variables, by name
}

func testsOf(all []file, dir string) tests {
	ts := tests{tops: map[string]ast.Node{}}
	for _, f := range all {
		if f.dir() != dir || !f.test() || f.ast == nil {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				ts.funcs = append(ts.funcs, d)
				if d.Recv == nil {
					ts.tops[d.Name.Name] = d
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							ts.tops[name.Name] = v
						}
					}
				}
			}
		}
	}
	return ts
}

// reach returns the selectors (operators.Map, f.AlsoTo) in what is given to the
// calls that target picks: in their arguments; in tables that they are ranged
// over; in functions, variables and closures named there; and the same of calls of
// a helper that makes such a call.
func (ts tests) reach(target func(*ast.CallExpr) bool) map[string]bool {
	helpers := map[string]bool{}
	for _, fn := range ts.funcs {
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if !strings.HasPrefix(n.Name.Name, "Test") && calls(n.Body, target) {
					helpers[n.Name.Name] = true
				}
			case *ast.AssignStmt:
				for i, v := range n.Rhs {
					if lit, ok := v.(*ast.FuncLit); ok && calls(lit, target) {
						helpers[nameOf(n.Lhs[i])] = true
					}
				}
			}
			return true
		})
	}
	found := map[string]bool{}
	for _, fn := range ts.funcs {
		seen := map[ast.Node]bool{}
		var path []ast.Node
		ast.Inspect(fn, func(n ast.Node) bool {
			if n == nil {
				path = path[:len(path)-1]
				return true
			}
			path = append(path, n)
			if call, ok := n.(*ast.CallExpr); ok && (target(call) || helpers[nameOf(call.Fun)]) {
				for _, given := range givenTo(path) {
					ts.look(fn, given, found, seen)
				}
			}
			return true
		})
	}
	return found
}

// calls reports that there is a call that target picks.
func calls(n ast.Node, target func(*ast.CallExpr) bool) (yes bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		yes = yes || ok && target(call)
		return !yes
	})
	return yes
}

// givenTo returns what the call at the end of a path gets: its operands, and what
// the loops around it range over, or the functions that it is a callback of.
func givenTo(path []ast.Node) (given []ast.Node) {
	call := path[len(path)-1].(*ast.CallExpr)
	given = append(given, call.Fun)
	for _, a := range call.Args {
		given = append(given, a)
	}
	for _, n := range path[:len(path)-1] {
		switch n := n.(type) {
		case *ast.RangeStmt:
			given = append(given, n.X)
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok {
				given = append(given, id)
			}
		}
	}
	return given
}

// look collects the selectors in n, and in what n names.
func (ts tests) look(fn *ast.FuncDecl, n ast.Node, found map[string]bool, seen map[ast.Node]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found[nameOf(n.X)+"."+n.Sel.Name] = true
			found["."+n.Sel.Name] = true
		case *ast.Ident:
			if top := ts.tops[n.Name]; top != nil && !strings.HasPrefix(n.Name, "Test") {
				ts.look(fn, top, found, seen)
			}
			ast.Inspect(fn, func(m ast.Node) bool {
				if set, ok := m.(*ast.AssignStmt); ok && len(set.Lhs) == len(set.Rhs) {
					for i, to := range set.Lhs {
						if nameOf(to) == n.Name && n.Name != "_" && n.Name != "err" {
							ts.look(fn, set.Rhs[i], found, seen)
						}
					}
				}
				return true
			})
		}
		return true
	})
}

// nameOf is the name that an expression begins or consists of, or "".
func nameOf(n ast.Expr) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.IndexExpr:
		return nameOf(n.X)
	case *ast.IndexListExpr:
		return nameOf(n.X)
	}
	return ""
}
