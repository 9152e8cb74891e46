package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

const generated = "<!-- Written by make docs from the code. -->\n\n"

func render(families []family, entries map[string]*entry) map[string][]byte {
	files := map[string][]byte{"elsewhere.md": elsewhere(families, entries)}
	for _, f := range families {
		files[f.file] = f.page(entries)
		for _, id := range f.ids {
			if d := entries[id].diagram; d != "" {
				files[picture(id)] = svg(shown(id), d)
			}
		}
	}
	return files
}

func (f family) page(entries map[string]*entry) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n", generated, f.title, f.intro)
	for _, id := range f.ids {
		fmt.Fprintf(&b, "- [%s](#%s)\n", shown(id), anchor(id))
	}
	if slices.ContainsFunc(f.ids, func(id string) bool { return entries[id].uses("show(") }) {
		b.WriteString("\nIn the examples `show` runs a flow and prints its elements in one line, then the error if there is one.\n")
	}
	for _, id := range f.ids {
		entries[id].write(&b)
	}
	return b.Bytes()
}

// picture is where the diagram of an entry is, from docs/reference.
func picture(id string) string { return "marbles/" + anchor(id) + ".svg" }

// shown is how an entry is called on a page: operators without their package.
func shown(id string) string { return strings.TrimPrefix(id, "operators.") }

func anchor(id string) string {
	return strings.ReplaceAll(strings.ToLower(shown(id)), ".", "")
}

func (e *entry) write(b *bytes.Buffer) {
	signature := e.signature
	for _, w := range e.with {
		if w.kind == e.kind { // the same with options
			signature += "\n" + w.signature
		}
	}
	fmt.Fprintf(b, "\n## %s\n\n<!-- sketch -->\n```go\n%s\n```\n\n%s\n\n", shown(e.id), signature, e.text)
	for _, w := range e.with {
		if w.kind == e.kind {
			fmt.Fprintf(b, "%s\n\n", w.text)
		}
	}
	if e.diagram != "" {
		fmt.Fprintf(b, "![Marble diagram of %s](%s)\n\n", shown(e.id), picture(e.id))
	}
	e.writeContract(b)
	for _, w := range e.with {
		if w.kind != e.kind { // an end of a hub
			fmt.Fprintf(b, "<!-- sketch -->\n```go\n%s\n```\n\n%s\n\n", w.signature, w.text)
			w.writeContract(b)
			b.WriteString("\n")
		}
	}
	e.writeSnippets(b)
	for _, w := range e.with {
		w.writeSnippets(b)
	}
	if len(e.elsewhere) > 0 {
		fmt.Fprintf(b, "\nElsewhere: %s.\n", strings.Join(e.elsewhere, ", "))
	}
}

// uses reports that an Example has this in it.
func (e *entry) uses(code string) bool {
	return slices.ContainsFunc(e.snippets, func(s snippet) bool { return strings.Contains(s.code, code) })
}

func (e *entry) writeContract(b *bytes.Buffer) {
	if len(e.contract.rows) == 0 {
		return
	}
	b.WriteString("| | |\n|---|---|\n")
	for _, r := range e.contract.rows {
		fmt.Fprintf(b, "| **%s** | %s |\n", r.when, strings.ReplaceAll(r.what, "|", `\|`))
	}
}

func (e *entry) writeSnippets(b *bytes.Buffer) {
	for _, s := range e.snippets {
		fmt.Fprintf(b, "\n```go\n%s```\n", s.code)
		if s.output != "" {
			fmt.Fprintf(b, "\n```text\n%s\n```\n", strings.TrimRight(s.output, "\n"))
		}
	}
}

// elsewhere is the table from other libraries' names to ours.
func elsewhere(families []family, entries map[string]*entry) []byte {
	byLibrary := map[string][]string{}
	for _, f := range families {
		for _, id := range f.ids {
			for _, name := range entries[id].elsewhere {
				library, word, ok := strings.Cut(name, " ")
				if !ok {
					continue
				}
				line := fmt.Sprintf("| %s | [%s](%s#%s) |\n", word, shown(id), f.file, anchor(id))
				byLibrary[library] = append(byLibrary[library], line)
			}
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s# What other libraries call it\n\nFrom the word you know to ours.\n", generated)
	for _, library := range libraries {
		lines := byLibrary[library]
		slices.Sort(lines)
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n| there | here |\n|---|---|\n%s", library, strings.Join(slices.Compact(lines), ""))
		}
	}
	return b.Bytes()
}

var libraries = []string{"Pekko", "Reactor", "RxJava", "ro", "rill", "go-streams"}
