package main

import (
	"io"
	"strconv"
	"testing"
)

// One operation is one pass over the built-in input, 20,000 flights and more.
func BenchmarkETL(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if code := run(b.Context(), []string{"-out", dir}, io.Discard, io.Discard); code != 0 {
			b.Fatal(code)
		}
	}
}

// The same inputs many times over, in one run.
func BenchmarkRepeat(b *testing.B) {
	b.ReportAllocs()
	args := []string{"-out", b.TempDir(), "-repeat", strconv.Itoa(b.N)}
	if code := run(b.Context(), args, io.Discard, io.Discard); code != 0 {
		b.Fatal(code)
	}
}
