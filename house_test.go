package weir_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house that a machine can check. Lists of exceptions may only
// become shorter: an entry that is no longer needed fails too.

const module = "github.com/weir-go/weir"

// A file is one Go file of the repository.
type file struct {
	path  string // from the root, with slashes
	lines int
	ast   *ast.File
}

func (f file) dir() string {
	if d := path.Dir(f.path); d != "." {
		return d
	}
	return ""
}

func (f file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// files parses all Go files. Those that only a newer Go can read are left to the
// tests under that Go, where their name says that they are such files.
func files(t *testing.T) []file {
	t.Helper()
	var all []file
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "out" || name == "bin"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil && !strings.Contains(p, "_go127") {
			return err
		}
		all = append(all, file{filepath.ToSlash(p), bytes.Count(src, []byte("\n")), parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// layers are the packages from the bottom up. A package may import what stands
// on a lower layer, and what stands in its own folder; nothing beside it.
var layers = [][]string{
	{"demand"},
	{"internal/engine", "internal/records"},
	{"stage"},
	{"operators", "source", "sink", "trace"},
	{"flow"},
	{"connect", "docs"},
	{"examples", "bench"},
}

// theirs are the modules that packages may import from elsewhere. What is not
// listed imports the standard library only.
var theirs = map[string][]string{
	"demand/tck":      {"pgregory.net/rapid"},
	"stage":           {"github.com/cenkalti/backoff/v5"},
	"stage/stagetest": {"github.com/google/go-cmp"},
	"trace":           {"go.opentelemetry.io/otel"},
	"flow":            {"go.opentelemetry.io/otel"},
	"flow/gostreams":  {"github.com/reugn/go-streams"},
}

// layer returns where a package stands, and the top of its folder.
func layer(dir string) (at int, top string, ok bool) {
	for i, tops := range layers {
		for _, top := range tops {
			if dir == top || strings.HasPrefix(dir, top+"/") {
				return i, top, true
			}
		}
	}
	return 0, "", false
}

func TestImportsPointOneWay(t *testing.T) {
	for _, f := range files(t) {
		at, top, ok := layer(f.dir())
		if f.test() || f.dir() == "" || !ok && strings.HasPrefix(f.dir(), "internal/") {
			continue
		}
		if !ok {
			t.Errorf("%s: no layer is named for this folder", f.path)
			continue
		}
		for _, imp := range f.ast.Imports {
			to, _ := strconv.Unquote(imp.Path.Value)
			if err := arrow(f.dir(), at, top, to); err != nil {
				t.Errorf("%s: %v", f.path, err)
			}
		}
	}
}

// arrow returns what is wrong with an import of to.
func arrow(dir string, at int, top, to string) error {
	ours, isOurs := strings.CutPrefix(to, module+"/")
	first, _, _ := strings.Cut(to, "/")
	switch {
	case isOurs:
		below, belowTop, known := layer(ours)
		if !known && strings.HasPrefix(ours, "internal/") || known && (below < at || belowTop == top) {
			return nil
		}
		return fmt.Errorf("%s must not import %s: arrows point demand ← stage ← operators, source, sink, trace ← flow ← connect, examples", dir, ours)
	case !strings.Contains(first, "."):
		return nil // the standard library
	}
	if at > 4 {
		return nil // connectors and examples have clients of their own
	}
	for _, m := range theirs[dir] {
		if to == m || strings.HasPrefix(to, m+"/") {
			return nil
		}
	}
	return fmt.Errorf("%s must not import %s: it is not among the modules that %s may use", dir, to, dir)
}

// What a user of flow compiles is small: no client of a broker or a database.
func TestFlowCompilesNoClient(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./flow")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr(err))
	}
	allowed := regexp.MustCompile(`^(github\.com/weir-go/weir/|go\.opentelemetry\.io/|github\.com/cenkalti/backoff/|github\.com/go-logr/|github\.com/cespare/xxhash/)`)
	for _, p := range strings.Fields(string(out)) {
		if !allowed.MatchString(p) {
			t.Errorf("who imports flow compiles %s", p)
		}
	}
}

func stderr(err error) []byte {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

func TestRootModuleRequiresNoClient(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	client := regexp.MustCompile(`(?i)kafka|franz|sarama|nats|amqp|rabbit|mqtt|paho|pulsar|pgx|/pq\b|mysql|mariadb|redis|mongo|sqlite|sqlx|gorm|clickhouse|cassandra|elastic|grpc|aws-sdk|cloud\.google`)
	for line := range strings.Lines(string(mod)) {
		line, _, _ = strings.Cut(line, "//")
		if client.MatchString(line) {
			t.Errorf("go.mod: %s: clients belong into modules below connect/ or examples/", strings.TrimSpace(line))
		}
	}
}

// Goroutines are started in one package, which waits for all of them. The
// compliance kit, which runs in tests only, has one place to call from elsewhere.
// Connectors that are modules of their own can't use the engine, and have clients
// that want goroutines; their tests must look for leaks.
func TestOnlyTheEngineStartsGoroutines(t *testing.T) {
	all := files(t)
	for _, f := range all {
		if f.test() || f.dir() == "internal/engine" || f.path == "demand/tck/async.go" || strings.HasPrefix(f.path, "examples/") || strings.HasPrefix(f.path, "bench/") || f.ast == nil {
			continue
		}
		if ownModule(f.dir()) && looksForLeaks(all, f.dir()) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s has a go statement: only internal/engine starts goroutines", f.path)
			case *ast.CallExpr:
				// WaitGroup.Go and errgroup's Group.Go.
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Go" || s.Sel.Name == "TryGo") {
					t.Errorf("%s calls a method %s: only internal/engine starts goroutines", f.path, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// ownModule reports that a folder of connect/ is a module of its own.
func ownModule(dir string) bool {
	_, err := os.Stat(path.Join(dir, "go.mod"))
	return strings.HasPrefix(dir, "connect/") && err == nil
}

// looksForLeaks reports that the tests of a folder fail if a goroutine is left.
func looksForLeaks(all []file, dir string) bool {
	return testsOf(all, dir).reach(func(call *ast.CallExpr) bool { return true })["goleak.VerifyTestMain"]
}

func TestNoFileIsTooLong(t *testing.T) {
	const most = 400
	for _, f := range files(t) {
		if !f.test() && f.lines > most {
			t.Errorf("%s has %d lines, more than %d: split it by concept", f.path, f.lines, most)
		}
	}
}

func TestConstructorsHaveExamples(t *testing.T) {
	all := files(t)
	made, shown := map[string]bool{}, examples(all)
	for _, f := range all {
		if dir := f.dir(); f.test() || dir != "source" && dir != "sink" && dir != "operators" && dir != "flow" {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && constructs(fn) {
				made[f.dir()+"."+fn.Name.Name] = true
			}
		}
	}
	if len(made) == 0 {
		t.Fatal("found no constructor")
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if !shown[name] {
			t.Errorf("%s has no Example with // Output:", name)
		}
	}
}

// examples are what has an Example that says what it prints: source.Slice,
// flow.Flow_AlsoTo.
func examples(all []file) map[string]bool {
	shown := map[string]bool{}
	for _, f := range all {
		if !f.test() || f.ast == nil {
			continue
		}
		for _, ex := range doc.Examples(f.ast) {
			name, suffix, _ := strings.Cut(ex.Name, "_")
			if suffix != "" && ast.IsExported(suffix) {
				name += "_" + suffix
			}
			if ex.Output != "" || ex.EmptyOutput {
				shown[f.dir()+"."+name] = true
			}
		}
	}
	return shown
}

// constructs reports that a function makes a part of a pipeline, or runs one.
func constructs(fn *ast.FuncDecl) bool {
	if n := len(fn.Type.Params.List); n > 0 {
		if rest, ok := fn.Type.Params.List[n-1].Type.(*ast.Ellipsis); ok && typeName(rest.Elt) == "stage.Option" {
			return true
		}
	}
	if fn.Type.Results == nil || len(fn.Type.Results.List) == 0 {
		return false
	}
	switch typeName(fn.Type.Results.List[0].Type) {
	case "stage.Source", "stage.Stage", "stage.Sink", "Flow", "Pipeline":
		return true
	}
	switch fn.Name.Name {
	case "All", "Collect", "Fold", "Run", "Start", "DrainOn":
		return true
	}
	return false
}

// typeName names the type that a composed type is made of.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.ArrayType:
		return typeName(e.Elt)
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}
