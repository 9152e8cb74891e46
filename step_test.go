package weir_test

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Operators, pages, Examples, methods, conformance, mistakes and benchmarks keep in
// step: who adds an operator is told here what is missing.

// exempt are what an operator does without, and why.
var exempt = map[string]map[string]string{
	"page": {
		"flow.MergeWith":            "it is Merge with options, and stands with it",
		"flow.ConcatWith":           "it is Concat with options, and stands with it",
		"flow.ZipWith":              "it is Zip with a function, and stands with it",
		"flow.Zip3With":             "it is Zip3 with a function, and stands with it",
		"flow.Zip4With":             "it is Zip4 with a function, and stands with it",
		"flow.MergeSortedWith":      "it is MergeSorted with options, and stands with it",
		"flow.InterleaveWith":       "it is Interleave with options, and stands with it",
		"flow.Flow.PrependWith":     "it is Prepend with options, and stands with it",
		"flow.MergePreferredWith":   "it is MergePreferred with options, and stands with it",
		"flow.MergePrioritizedWith": "it is MergePrioritized with options, and stands with it",
		"flow.RaceWith":             "it is Race with options, and stands with it",
	},
	"mistake": {
		"flow.MergeSortedWith": "MergeSorted calls it",
		"flow.InterleaveWith":  "Interleave calls it",
		"operators.Log":        "every logger and level will do",
		"operators.Monitor":    "every hook may be nil",
	},
	"benchmark": {
		"flow.MergeWith":            "it is Merge with options",
		"flow.ConcatWith":           "it is Concat with options",
		"flow.MergeSortedWith":      "it is MergeSorted with options",
		"flow.InterleaveWith":       "it is Interleave with options",
		"flow.Flow.PrependWith":     "it is Prepend with options",
		"flow.MergePreferredWith":   "it is MergePreferred with options",
		"flow.MergePrioritizedWith": "it is MergePrioritized with options",
		"flow.RaceWith":             "it is Race with options",
	},
	"conformance": {
		"flow.MergeSortedWith":  "MergeSorted calls it",
		"flow.InterleaveWith":   "Interleave calls it",
		"flow.Flow.PrependWith": "Prepend calls it",
		"flow.NewMergeHub":      "its ends are runs of their own: see TestHubKeepsLineage",
		"flow.NewBroadcastHub":  "its ends are runs of their own: see TestHubKeepsLineage",
		"flow.NewPartitionHub":  "its ends are runs of their own: see TestHubKeepsLineage",
	},
}

// advice says what to do about what is missing.
var advice = map[string]string{
	"page":        "put it into a family of internal/docgen/family.go",
	"Example":     "write func Example%s with // Output:",
	"method":      "give Flow a one-line method in flow/methods*.go, or say in notMethods of flow/methods_test.go why there is none",
	"conformance": "give it to a call of stagetest.Rules in operators/*_test.go, or of conforms in flow/*_test.go",
	"mistake":     "give it bad arguments in a call of metaErr or wantMistake, or in a test whose name says Mistakes or BadArguments",
	"benchmark":   "give it a row in internal/opbench",
}

// An operator is an exported constructor that is under these rules.
type operator struct {
	id     string // operators.Map, flow.Merge, flow.Flow.AlsoTo
	args   bool   // beside options
	method bool   // of Flow
}

func (o operator) name() string { return o.id[strings.LastIndexByte(o.id, '.')+1:] }

// operatorsOf finds the constructors of stages in package operators, and what makes
// one flow of several or several of one in package flow.
func operatorsOf(all []file) (found []operator) {
	for _, f := range all {
		if f.ast == nil || f.test() || f.dir() != "operators" && f.dir() != "flow" {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			name := fn.Name.Name
			args := fn.Type.Params.NumFields() - 1
			switch {
			case f.dir() == "operators" && fn.Recv == nil && returns(fn, "stage.Stage"):
				found = append(found, operator{id: "operators." + name, args: args > 0})
			case f.dir() == "operators" || strings.HasPrefix(f.path, "flow/methods") || name == "Via" || !returns(fn, "Flow") && !strings.HasSuffix(name, "Hub"):
			case fn.Recv != nil && typeName(fn.Recv.List[0].Type) == "Flow":
				found = append(found, operator{id: "flow.Flow." + name, args: args > 0, method: true})
			case fn.Recv == nil && !strings.HasPrefix(name, "From"):
				found = append(found, operator{id: "flow." + name, args: true})
			}
		}
	}
	return found
}

func returns(fn *ast.FuncDecl, name string) bool {
	return fn.Type.Results != nil && slices.ContainsFunc(fn.Type.Results.List, func(r *ast.Field) bool { return typeName(r.Type) == name })
}

func TestOperatorsKeepInStep(t *testing.T) {
	all := files(t)
	ops := operatorsOf(all)
	if len(ops) < 60 {
		t.Fatalf("found only %d operators", len(ops))
	}
	has := map[string]map[string]bool{
		"page":      words(all, "internal/docgen/family.go"),
		"benchmark": words(all, "internal/opbench/"),
		"Example":   examples(all),
		"method":    methods(all),
	}
	rules, mistakes := map[string]bool{}, map[string]bool{}
	for _, dir := range []string{"operators", "flow", "stage/stagetest"} {
		ts := testsOf(all, dir)
		maps.Copy(rules, ts.reach(func(c *ast.CallExpr) bool { return isRules(c) || nameOf(c.Fun) == "conforms" }))
		maps.Copy(mistakes, ts.reach(ts.isMistake()))
		maps.Copy(mistakes, ts.named("Mistake", "BadArguments", "BadBlueprints"))
	}
	missing := func(o operator, what string) bool {
		switch what {
		case "method":
			return strings.HasPrefix(o.id, "operators.") && !has[what][o.name()]
		case "mistake":
			return o.args && !mistakes[o.id] && !(o.method && mistakes["."+o.name()])
		case "conformance":
			return !rules[o.id] && !(o.method && rules["."+o.name()])
		case "benchmark":
			return !has[what][strings.TrimPrefix(o.id, "operators.")]
		case "Example":
			return !has[what][strings.Replace(o.id, "Flow.", "Flow_", 1)]
		}
		return !has[what][o.id]
	}
	for _, what := range slices.Sorted(maps.Keys(advice)) {
		left := maps.Clone(exempt[what])
		for _, o := range ops {
			reason := exempt[what][o.id]
			switch lacks := missing(o, what); {
			case lacks && reason == "":
				t.Errorf("%s has no %s: %s", o.id, what, strings.ReplaceAll(advice[what], "%s", strings.TrimPrefix(strings.Replace(strings.TrimPrefix(o.id, "operators."), "Flow.", "Flow_", 1), "flow.")))
			case !lacks && reason != "":
				t.Errorf("%s has its %s now: take it off the list", o.id, what)
			}
			delete(left, o.id)
		}
		for id := range left {
			t.Errorf("%s is on the list of those without %s, and does not exist", id, what)
		}
	}
}

// words are the string literals in the Go files that begin with path, and not in
// tests.
func words(all []file, path string) map[string]bool {
	found := map[string]bool{}
	for _, f := range all {
		if !strings.HasPrefix(f.path, path) || f.test() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					found[s] = true
				}
			}
			return true
		})
	}
	return found
}

// methods are the names of the fluent methods, and those on the list of what can't
// be one.
func methods(all []file) map[string]bool {
	found := map[string]bool{}
	for _, f := range all {
		if !strings.HasPrefix(f.path, "flow/methods") || f.ast == nil {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				found[fn.Name.Name] = true
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == "notMethods" {
				for _, e := range v.Values[0].(*ast.CompositeLit).Elts {
					name, _ := strconv.Unquote(e.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
					found[name] = true
				}
			}
			return true
		})
	}
	return found
}

func isRules(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	return ok && nameOf(s.X) == "stagetest" && s.Sel.Name == "Rules"
}

// isMistake picks metaErr(s), wantMistake(t, s, "…") and the call in s.Meta().Err.
func (ts tests) isMistake() func(*ast.CallExpr) bool {
	asked := map[*ast.CallExpr]bool{}
	for _, fn := range ts.funcs {
		ast.Inspect(fn, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Err" {
				if call, ok := s.X.(*ast.CallExpr); ok {
					asked[call] = true
				}
			}
			return true
		})
	}
	return func(c *ast.CallExpr) bool {
		if s, ok := c.Fun.(*ast.SelectorExpr); ok {
			return s.Sel.Name == "Meta" && asked[c]
		}
		name := nameOf(c.Fun)
		return name == "metaErr" || name == "wantMistake"
	}
}

// named is what tests mention whose name contains one of these.
func (ts tests) named(parts ...string) map[string]bool {
	found := map[string]bool{}
	for _, fn := range ts.funcs {
		if slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(fn.Name.Name, p) }) {
			ts.look(fn, fn.Body, found, map[ast.Node]bool{})
		}
	}
	return found
}
