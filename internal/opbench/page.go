package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

const intro = `<!-- Written by make bench-operators. -->

# What an operator costs

Each operator alone, between ` + "`source.Range`" + ` and ` + "`sink.Discard`" + `, at the window that the run chooses by itself.
The numbers are for one element that goes in, and contain source and sink, which the first row shows alone.
Functions given to operators do next to nothing. Machines differ and are noisy: compare rows, and run it on
yours. For Weir beside other libraries see [benchmarks](../benchmarks.md).

`

const memory = `
What allocates, and why:

`

// page is docs/reference/speed.md.
func page(results []result, s settings) string {
	var b, why strings.Builder
	fmt.Fprintf(&b, "%s%s; median of %d rounds of about %s.\n\n", intro, machine(), s.rounds, s.target)
	b.WriteString("| operator | with | ns | min … max | B | allocations |\n|---|---|--:|--:|--:|--:|\n")
	for _, r := range results {
		if r.unmeasured != "" {
			fmt.Fprintf(&b, "| %s | %s | | | | |\n", r.name, r.unmeasured)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s … %s | %s | %s |\n", r.name, r.what, three(r.median()), three(r.ns[0]), three(r.ns[len(r.ns)-1]), few(r.bytes), few(r.allocs))
		if r.memory != "" {
			fmt.Fprintf(&why, "- %s, %s: %s\n", r.name, r.what, r.memory)
		}
	}
	if why.Len() > 0 {
		b.WriteString(memory + why.String())
	}
	return b.String()
}

// three writes a number with three digits that count.
func three(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// few writes a number of which next to nothing is nothing: what a run takes to
// start is spread over all of its elements.
func few(v float64) string {
	if v < 0.01 {
		return "0"
	}
	return three(v)
}

// machine says where and when it was measured.
func machine() string {
	return fmt.Sprintf("%s, %d cores (GOMAXPROCS %d), %s/%s, %s, %s", processor(), runtime.NumCPU(), runtime.GOMAXPROCS(0),
		runtime.GOOS, runtime.GOARCH, runtime.Version(), time.Now().Format(time.DateOnly))
}

// processor is the model where Linux keeps it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "an unknown processor"
}
