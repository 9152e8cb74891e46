// Command opbench measures what each operator costs: a run of the operator alone,
// between a source of numbers and a sink that does nothing.
//
//	go run ./internal/opbench                                  # print the table
//	go run ./internal/opbench -write docs/reference/speed.md   # and write the page
//	go run ./internal/opbench -only 'Map|Filter' -rounds 11
//
// All operators are measured in turn, round by round, so that what disturbs the
// machine for a while disturbs one round of many operators and not all rounds of
// one. The median counts. The same rows are benchmarks of go test,
// BenchmarkOperators, and a test checks that those that need no memory take none.
//
// A new operator needs a row: in operators.go, or in graphs.go if it has several
// inputs or branches. A test of the root package misses it otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/weir-go/weir/flow"
)

type settings struct {
	rounds int
	target time.Duration // of one run
	only   *regexp.Regexp
}

func main() {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 7, "how many times each operator is run")
	flag.DurationVar(&s.target, "time", 50*time.Millisecond, "about how long a run takes")
	only := flag.String("only", "", "regular expression of the operators to measure; all when empty")
	write := flag.String("write", "", "file to write the page to")
	flag.Parse()
	if err := run(s, *only, *write); err != nil {
		fmt.Fprintln(os.Stderr, "opbench:", err)
		os.Exit(1)
	}
}

func run(s settings, only, write string) (err error) {
	if s.only, err = regexp.Compile(only); err != nil {
		return err
	}
	if s.rounds < 1 || s.target <= 0 {
		return errors.New("-rounds and -time must be positive")
	}
	results, err := measure(context.Background(), rows(), s)
	if err != nil {
		return err
	}
	text := page(results, s)
	fmt.Print(text)
	if write != "" {
		return os.WriteFile(write, []byte(text), 0o644)
	}
	return nil
}

// rows are all operators, in the order of the reference. The first row is what the
// others share.
func rows() []row {
	all := []row{graph("(none)", "source and sink alone", func(n int) []flow.Pipeline { return discard(numbers(n)) })}
	return append(append(all, operatorRows()...), graphRows()...)
}
