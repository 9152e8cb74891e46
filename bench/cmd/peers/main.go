// Command peers measures Weir and its peers side by side and prints one
// Markdown table for each scenario. From the folder bench of the repository:
//
//	GOWORK=off go run ./cmd/peers                 everything, a few minutes
//	GOWORK=off go run ./cmd/peers -short          everything, roughly
//	GOWORK=off go run ./cmd/peers -group chain,ping
//	GOWORK=off go run ./cmd/peers -only 'weir|iter.Seq'
//
// Each case runs once a round, in an order that is shuffled every round; how
// much work a run does is chosen for each case so that runs take about the
// same time. The median of the rounds counts, and the spread is printed beside
// it. A wrong result ends the program with exit status 1.
//
// Package bench says how the libraries differ, and so does -notes.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/weir-go/weir/bench"
	"github.com/weir-go/weir/bench/internal/measure"
	"github.com/weir-go/weir/bench/internal/report"
)

func main() {
	if err := run(parseFlags()); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(s settings) error {
	if s.notes {
		report.Notes(os.Stdout)
		return nil
	}
	chosen, err := choose(bench.Scenarios(), s)
	if err != nil {
		return err
	}
	if s.list {
		list(chosen)
		return nil
	}
	out := report.Report{Machine: report.ThisMachine(), Rounds: s.rounds}
	report.Header(os.Stdout, out)
	options := measure.Options{
		Rounds: s.rounds,
		Target: s.target,
		Rand:   rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
	for _, one := range chosen {
		results, err := measure.Scenario(one, options)
		if err != nil {
			return err
		}
		table := report.Tabulate(one, results, s.baseline)
		report.Table(os.Stdout, table)
		out.Scenarios = append(out.Scenarios, table)
	}
	if s.json != "" {
		return report.WriteJSON(s.json, out)
	}
	return nil
}
