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
			files[picture(id)] = svg(shown(id), entries[id].diagram)
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
	b.WriteString("\nIn the examples `show` runs a flow and prints its elements in one line, then the error if there is one.\n")
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
	fmt.Fprintf(b, "\n## %s\n\n<!-- sketch -->\n```go\n%s\n```\n\n%s\n\n", shown(e.id), e.signature, e.text)
	fmt.Fprintf(b, "![Marble diagram of %s](%s)\n\n", shown(e.id), picture(e.id))
	b.WriteString("| | |\n|---|---|\n")
	for _, r := range e.contract.rows {
		fmt.Fprintf(b, "| **%s** | %s |\n", r.when, strings.ReplaceAll(r.what, "|", `\|`))
	}
	for _, s := range e.snippets {
		fmt.Fprintf(b, "\n```go\n%s```\n", s.code)
		if s.output != "" {
			fmt.Fprintf(b, "\n```text\n%s\n```\n", strings.TrimRight(s.output, "\n"))
		}
	}
	if len(e.elsewhere) > 0 {
		fmt.Fprintf(b, "\nElsewhere: %s.\n", strings.Join(e.elsewhere, ", "))
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
