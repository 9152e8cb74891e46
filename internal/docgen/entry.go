package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const module = "github.com/weir-go/weir"

// An entry is one exported constructor.
type entry struct {
	id        string // operators.Map, flow.Flow.AlsoTo, source.Slice
	kind      kind
	signature string
	text      string   // Markdown, without what follows
	diagram   string   // the marble diagram
	elsewhere []string // "Pekko mapConcat", "RxJava flatMapIterable"
	contract  contract
	snippets  []snippet
	with      []*entry // the same with options; the two ends of a hub
}

type kind uint8

const (
	isOperator kind = iota // has a diagram, and the lines of an operator
	isSource
	isSink
	isHub // has its lines at its ends
)

// A snippet is the body of an Example and what it prints.
type snippet struct{ code, output string }

// read returns the entries of the packages that the reference is about.
func read(root string) (map[string]*entry, error) {
	all := map[string]*entry{}
	for _, pkg := range []string{"operators", "flow", "source", "sink"} {
		if err := readPackage(root, pkg, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readPackage(root, pkg string, all map[string]*entry) error {
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil {
		return err
	}
	var files []*ast.File
	source := map[string][]byte{}
	for _, path := range paths {
		// The fluent methods are one line each and say what they are.
		if strings.HasPrefix(filepath.Base(path), "methods") || strings.Contains(path, "_go127") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, path, src, parser.ParseComments)
		if err != nil {
			return err
		}
		source[path] = src
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, module+"/"+pkg)
	if err != nil {
		return err
	}
	b := &builder{pkg: p, fset: fset, source: source, all: all}
	for _, fn := range p.Funcs {
		b.add(pkg+".", fn)
	}
	for _, t := range p.Types {
		for _, fn := range t.Funcs {
			b.add(pkg+".", fn)
		}
		for _, fn := range t.Methods {
			b.add(pkg+"."+t.Name+".", fn)
		}
		b.joinHub(t)
	}
	b.joinVariants()
	return b.err
}

type builder struct {
	pkg    *doc.Package
	fset   *token.FileSet
	source map[string][]byte
	all    map[string]*entry
	err    error
}

// describes finds the paragraph that every constructor ends with.
var describes = regexp.MustCompile(`(?s)(?:^|\n\n)((?:emits|backpressures when) .*)`)

// add makes an entry of fn, if it makes a part of a pipeline.
func (b *builder) add(prefix string, fn *doc.Func) {
	e := &entry{id: prefix + fn.Name, signature: b.signature(fn.Decl)}
	parts := parts
	switch makes := result(fn.Decl); {
	case makes == "Source" || makes == "HotQueue":
		e.kind, parts = isSource, endParts
	case makes == "Sink":
		e.kind, parts = isSink, endParts
	case strings.HasSuffix(makes, "Hub"):
		e.kind = isHub
	case makes != "Stage" && makes != "Flow":
		return
	}
	lines := describes.FindStringSubmatch(fn.Doc)
	if lines == nil {
		lines = []string{"", ""}
	}
	text, diagram := cutDiagram(strings.TrimSuffix(strings.TrimSpace(fn.Doc), strings.TrimSpace(lines[1])))
	text, e.elsewhere = cutElsewhere(text)
	e.diagram = diagram
	e.contract = parseContract(lines[1], parts)
	if lines[1] == "" {
		e.contract = contract{}
	}
	e.text = b.markdown(text)
	for _, ex := range fn.Examples {
		e.snippets = append(e.snippets, b.snippet(ex))
	}
	b.all[e.id] = e
}

// result names the type that a function returns, without its package.
func result(decl *ast.FuncDecl) string {
	if decl.Type.Results == nil {
		return ""
	}
	name := ""
	ast.Inspect(decl.Type.Results.List[0].Type, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr:
			return name == ""
		case *ast.SelectorExpr:
			if name == "" {
				name = n.Sel.Name
			}
			return false
		case *ast.Ident:
			if name == "" {
				name = n.Name
			}
		}
		return true
	})
	return name
}

// joinHub makes one entry of a hub: its type, its constructor and its ends.
func (b *builder) joinHub(t *doc.Type) {
	id := "flow.New" + t.Name
	e := b.all[id]
	if e == nil || e.kind != isHub {
		return
	}
	text, _ := cutElsewhere(t.Doc)
	e.text = b.markdown(text) + "\n\n" + e.text
	for _, end := range []string{"flow." + t.Name + ".Source", "flow." + t.Name + ".Sink"} {
		if b.all[end] != nil {
			e.with = append(e.with, b.all[end])
			delete(b.all, end)
		}
	}
}

// joinVariants puts what says nothing of its own, as CSVWith, beside what it
// varies.
func (b *builder) joinVariants() {
	for _, id := range slices.Sorted(maps.Keys(b.all)) {
		base, ok := strings.CutSuffix(id, "With")
		if e := b.all[id]; ok && len(e.contract.rows) == 0 && b.all[base] != nil {
			b.all[base].with = append(b.all[base].with, e)
			delete(b.all, id)
		}
	}
}

func (b *builder) signature(decl *ast.FuncDecl) string {
	short := *decl
	short.Doc, short.Body = nil, nil
	var out bytes.Buffer
	if err := format.Node(&out, b.fset, &short); err != nil {
		b.err = err
	}
	return out.String()
}

func (b *builder) markdown(text string) string {
	pr := b.pkg.Printer()
	pr.HeadingLevel = 3
	pr.HeadingID = nil
	pr.DocLinkURL = nil
	out := string(pr.Markdown(b.pkg.Parser().Parse(text)))
	out = strings.ReplaceAll(out, "\\`", "`") // a struct tag is code here
	return strings.TrimSpace(docLink.ReplaceAllString(out, "`$1`"))
}

// docLink is a link to an identifier as go/doc writes it: shown as code, since
// pages are read where no documentation server is.
var docLink = regexp.MustCompile(`\[([A-Za-z.*]+)\]\([^)]*\)`)

// snippet returns the body of an Example as it stands in its file.
func (b *builder) snippet(ex *doc.Example) snippet {
	block, ok := ex.Code.(*ast.BlockStmt)
	if !ok {
		b.err = fmt.Errorf("the Example %s has no body", ex.Name)
		return snippet{}
	}
	from, to := b.fset.Position(block.Lbrace), b.fset.Position(block.Rbrace)
	body := string(b.source[from.Filename][from.Offset+1 : to.Offset])
	var code strings.Builder
	for line := range strings.Lines(body) {
		if l := strings.ToLower(strings.TrimSpace(line)); strings.HasPrefix(l, "// output:") || strings.HasPrefix(l, "// unordered output:") {
			break
		}
		code.WriteString(strings.TrimPrefix(line, "\t"))
	}
	return snippet{code: strings.Trim(code.String(), "\n") + "\n", output: ex.Output}
}
