package weir_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// The documentation is checked like code: its links lead somewhere, its programs
// build and print what the page says, and what it quotes stands in a Go file that
// is compiled.

// A page is one Markdown file.
type page struct {
	path   string // from the root, with slashes
	text   string // without fenced blocks
	blocks []block
}

// A block is a fenced block of a page.
type block struct {
	line   int
	info   string // what stands behind the fence
	text   string
	sketch bool // preceded by <!-- sketch -->: not meant to be compiled
}

func (b block) program() bool {
	return b.info == "go" && regexp.MustCompile(`(?m)^package main$`).MatchString(b.text)
}

func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "out" || name == "bin"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".md"):
			return nil
		}
		src, err := os.ReadFile(p)
		if err == nil {
			all = append(all, parsePage(filepath.ToSlash(p), string(src)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parsePage(name, src string) page {
	p := page{path: name}
	var text strings.Builder
	var open *block
	before := ""
	for i, line := range strings.Split(src, "\n") {
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 1, info: info, sketch: before == "<!-- sketch -->"}
		case fence:
			p.blocks = append(p.blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
			continue
		default:
			text.WriteString(line + "\n")
		}
		if s := strings.TrimSpace(line); s != "" {
			before = s
		}
	}
	p.text = text.String()
	return p
}

var (
	linked  = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	code    = regexp.MustCompile("`[^`\n]*`")
)

func TestDocsLinks(t *testing.T) {
	anchors := map[string]map[string]bool{}
	all := pages(t)
	for _, p := range all {
		anchors[p.path] = map[string]bool{}
		for _, h := range heading.FindAllStringSubmatch(p.text, -1) {
			anchors[p.path][slug(h[1])] = true
		}
	}
	for _, p := range all {
		for _, m := range linked.FindAllStringSubmatch(code.ReplaceAllString(p.text, ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			to := p.path
			if file != "" {
				to = path.Join(path.Dir(p.path), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: link to %s, which is not there", p.path, m[1])
				continue
			}
			if anchor != "" && strings.HasSuffix(to, ".md") && !anchors[to][anchor] {
				t.Errorf("%s: link to %s, which has no such heading", p.path, m[1])
			}
		}
	}
}

// slug is how a heading is addressed.
func slug(h string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(h)) {
		switch {
		case r == ' ' || r == '-':
			b.WriteByte('-')
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestDocsIndexNamesEveryPage(t *testing.T) {
	index, err := os.ReadFile("docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages(t) {
		rel, ok := strings.CutPrefix(p.path, "docs/")
		if ok && rel != "README.md" && !strings.Contains(string(index), "("+rel+")") {
			t.Errorf("docs/README.md has no link to %s", rel)
		}
	}
}

// A block that begins a program is built. Where the next block is marked
// "output", the program is run and must print that.
func TestDocsProgramsBuildAndPrint(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	type program struct{ where, name, want string }
	var programs []program
	tmp := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for _, p := range pages(t) {
		for i, b := range p.blocks {
			if !b.program() {
				continue
			}
			pr := program{where: fmt.Sprintf("%s:%d", p.path, b.line), name: fmt.Sprintf("p%d", len(programs))}
			if i+1 < len(p.blocks) && p.blocks[i+1].info == "output" {
				pr.want = p.blocks[i+1].text
			}
			src := filepath.Join(tmp, pr.name+".go")
			if err := os.WriteFile(src, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay.Replace[filepath.Join(root, "docs", "programs", pr.name, "main.go")] = src
			programs = append(programs, pr)
		}
	}
	if len(programs) == 0 {
		t.Fatal("no page holds a program")
	}
	js, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tmp, "overlay.json"), js, 0o600); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(tmp, "bin") + string(filepath.Separator)
	out, err := exec.Command("go", "build", "-overlay="+filepath.Join(tmp, "overlay.json"), "-o", bin, "./docs/programs/...").CombinedOutput()
	if err != nil {
		for _, pr := range programs {
			out = []byte(strings.ReplaceAll(string(out), filepath.Join(tmp, pr.name+".go"), pr.where))
		}
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, pr := range programs {
		if pr.want == "" {
			continue
		}
		out, err := exec.Command(bin + pr.name).CombinedOutput()
		if err != nil || string(out) != pr.want {
			t.Errorf("%s: %v, prints\n%s\nthe page says\n%s", pr.where, err, out, pr.want)
		}
	}
}

// A block of Go that is no program is a quotation: it must stand in a Go file of
// the repository, so that it is compiled. A block that can't be says so with
// <!-- sketch --> above it.
func TestDocsQuoteCompiledCode(t *testing.T) {
	var sources []string
	for _, f := range files(t) {
		src, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, squeeze(string(src)))
	}
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			if b.info != "go" || b.program() || b.sketch {
				continue
			}
			found := false
			for _, src := range sources {
				found = found || strings.Contains(src, squeeze(b.text))
			}
			if !found {
				t.Errorf("%s:%d: this code stands in no Go file", p.path, b.line)
			}
		}
	}
}

// squeeze takes away blank lines and what lines begin and end with.
func squeeze(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// The program on the front page is the one in examples/quickstart, whose test
// checks what it prints.
func TestDocsReadmeShowsTheQuickstart(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("examples/quickstart/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range parsePage("README.md", string(readme)).blocks {
		if b.program() && b.text == string(want) {
			return
		}
	}
	t.Error("README.md does not show the program of examples/quickstart/main.go")
}

// The map in docs/design.md names every file of the packages that it lists.
func TestDocsDesignNamesEveryFile(t *testing.T) {
	design, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"demand", "demand/tck", "internal/engine", "stage", "flow"} {
		_, rest, found := strings.Cut(string(design), "\n`"+dir+"`, ")
		if !found {
			t.Errorf("docs/design.md has no map of %s", dir)
			continue
		}
		table := strings.SplitN(rest, "\n\n", 3)[1]
		listed := map[string]bool{}
		for _, m := range regexp.MustCompile("`([a-z0-9_]+\\.go)`").FindAllStringSubmatch(table, -1) {
			listed[m[1]] = true
			if _, err := os.Stat(filepath.Join(dir, m[1])); err != nil {
				t.Errorf("docs/design.md: %s has no file %s", dir, m[1])
			}
		}
		for _, f := range files(t) {
			if f.dir() == dir && !f.test() && !listed[path.Base(f.path)] {
				t.Errorf("docs/design.md: the map of %s does not name %s", dir, path.Base(f.path))
			}
		}
	}
}
