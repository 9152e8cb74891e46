// Command mutants checks the tests: it breaks the code in one place at a time, as
// the table says, and runs the tests that should notice. A mutant that survives
// is a mistake that somebody could make unseen.
//
// Run it at the root of the module, or with make mutants. The work tree is left as
// it is: mutants are made in a temporary copy.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	list := flag.Bool("list", false, "print the table and run nothing")
	only := flag.String("only", "", "run the mutant of this `name`")
	short := flag.Bool("short", false, "run a sample of the table")
	flag.Parse()
	if err := run(*list, *only, *short); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(list bool, only string, short bool) error {
	var chosen []mutant
	for _, m := range table {
		if (only == "" || only == m.name) && (!short || m.sample) {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("there is no mutant %q", only)
	}
	if list {
		for _, m := range chosen {
			fmt.Printf("%-28s %-28s %s\n", m.name, m.file, m.tests)
		}
		return nil
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copyModule(".", dir); err != nil {
		return err
	}
	survived := 0
	for _, m := range chosen {
		begun := time.Now()
		killer, err := m.try(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		verdict := "killed by " + killer
		if killer == "" {
			verdict = "SURVIVED"
			survived++
		}
		fmt.Printf("%-28s %4.0f s  %s\n", m.name, time.Since(begun).Seconds(), verdict)
	}
	fmt.Printf("%d mutants, %d survived\n", len(chosen), survived)
	if survived > 0 {
		return errors.New("a mutant that survives is a test that is missing")
	}
	return nil
}

// A mutant is one mistake.
type mutant struct {
	name     string
	file     string
	old, new string // old stands in the file exactly once
	tests    string // the packages whose tests should notice
	sample   bool   // it is part of the short run
}

// mutate returns the file with the mistake in it.
func (m mutant) mutate(src string) (string, error) {
	if n := strings.Count(src, m.old); n != 1 {
		return "", fmt.Errorf("%s holds the old text %d times, not once:\n%s", m.file, n, m.old)
	}
	return strings.Replace(src, m.old, m.new, 1), nil
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)|^(panic: .*)|^FAIL\t(\S+)`)

// try makes the mutant in dir, runs the tests, and takes it back. It returns what
// failed first, or "". Packages are tested one after the other: a mutant that hangs
// need not hang in each.
func (m mutant) try(dir string) (killer string, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	src, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	broken, err := m.mutate(string(src))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, src, 0o600)) }()
	for _, pkg := range strings.Fields(m.tests) {
		if killer, err = test(dir, pkg); killer != "" || err != nil {
			break
		}
	}
	return killer, err
}

// test runs the tests of a package, and returns what failed first, or "".
func test(dir, pkg string) (failure string, err error) {
	cmd := exec.Command("go", "test", "-failfast", "-timeout=60s", "-count=1", pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", err
	case strings.Contains(string(out), "[build failed]") || strings.Contains(string(out), "[setup failed]"):
		return "", fmt.Errorf("it does not build:\n%s", out)
	}
	found := failed.FindStringSubmatch(string(out))
	if found == nil {
		return "", fmt.Errorf("go test: %w\n%s", err, out)
	}
	return found[1] + found[2] + found[3], nil
}

// copyModule copies the module at root, without the modules inside it.
func copyModule(root, to string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil || rel == "." {
			return err
		}
		if d.IsDir() {
			_, inner := os.Stat(filepath.Join(path, "go.mod"))
			if inner == nil || strings.HasPrefix(d.Name(), ".") || rel == "bin" || rel == "out" || rel == "examples" {
				return fs.SkipDir
			}
			return os.Mkdir(filepath.Join(to, rel), 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), src, 0o600)
	})
}
