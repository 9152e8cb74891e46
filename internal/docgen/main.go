// Command docgen writes docs/reference from the documentation in the code: one
// page a family, with signature, diagram, Example and the lines that say when an
// operator emits, backpressures, completes, fails and cancels; and a table of what
// other libraries call them. Sources say when they emit, complete and fail; sinks
// when they backpressure, complete and fail, and when an element is handled; hubs
// say both of their ends. They need no diagram. What is called like another with
// With behind it and has no lines of its own stands with that.
//
//	go run ./internal/docgen          # write
//	go run ./internal/docgen -check   # fail if a page is not what would be written
//
// It is run from the root of the module, by make docs and make docs-check. An
// exported constructor that stands in no family, or lacks a line, a diagram or an
// Example, is an error.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	check := flag.Bool("check", false, "compare with what is there, write nothing")
	root := flag.String("root", ".", "root of the module")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	entries, err := read(root)
	if err != nil {
		return err
	}
	for _, id := range notHere {
		delete(entries, id)
	}
	if err := assign(entries, families); err != nil {
		return err
	}
	files := render(families, entries)
	dir := filepath.Join(root, "docs", "reference")
	if check {
		return compare(dir, files)
	}
	if err := os.MkdirAll(filepath.Join(dir, "marbles"), 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compare reports every generated file that is not what is in dir.
func compare(dir string, files map[string][]byte) error {
	var errs []error
	for name, text := range files {
		path := filepath.Join(dir, name)
		if have, err := os.ReadFile(path); err != nil {
			errs = append(errs, err)
		} else if !bytes.Equal(have, text) {
			errs = append(errs, fmt.Errorf("%s is not what the code says: run make docs", path))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return bytes.Compare([]byte(a.Error()), []byte(b.Error())) })
	return errors.Join(errs...)
}
