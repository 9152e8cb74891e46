package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTableFitsTheCode(t *testing.T) {
	names, sample := map[string]bool{}, 0
	for _, m := range table {
		if names[m.name] {
			t.Errorf("two mutants are named %q", m.name)
		}
		names[m.name] = true
		if m.sample {
			sample++
		}
		src, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Error(err)
			continue
		}
		if broken, err := m.mutate(string(src)); err != nil || broken == string(src) {
			t.Errorf("%s: changed: %t, %v", m.name, broken != string(src), err)
		}
	}
	if sample != 4 || len(table) < 20 {
		t.Errorf("%d mutants, %d in the sample", len(table), sample)
	}
}
