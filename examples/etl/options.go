package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// options are what the command line says.
type options struct {
	in       []string // files; none: what is built in
	airports string   // a file; "": what is built in
	out      string
	report   string // text or json
	slow     time.Duration
	repeat   int
}

const usage = `Usage: etl [flags]

Reads flights, rejects bad records, and writes rows and summaries to a SQLite
database. Without -in it reads 20,000 real flights and a file with damage in it,
which are built in. Ctrl-C stops reading and writes what was read.

`

// parseOptions reads the command line. Help goes to w.
func parseOptions(args []string, w io.Writer) (options, error) {
	o := options{report: "text", repeat: 1, out: filepath.Join("out", "etl")}
	f := flag.NewFlagSet("etl", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Func("in", "read flights from `FILE`: a JSON array, JSON lines or CSV, also packed with gzip (may be given again)", func(s string) error {
		o.in = append(o.in, s)
		return nil
	})
	f.StringVar(&o.airports, "airports", o.airports, "read airports from the CSV `FILE` (default: built in)")
	f.StringVar(&o.out, "out", o.out, "write to the folder `DIR`, over flights.db and dead.jsonl of an earlier run")
	f.StringVar(&o.report, "report", o.report, "report as text, or as one object of json: `FORMAT`")
	f.DurationVar(&o.slow, "slow", o.slow, "wait `TIME` for each record at the sink, to see the source follow")
	f.IntVar(&o.repeat, "repeat", o.repeat, "read the input `N` times over")

	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w, usage)
		f.SetOutput(w)
		f.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected arguments %s: files are given with -in", strings.Join(f.Args(), " "))
	case o.report != "text" && o.report != "json":
		return o, fmt.Errorf("-report %s: want text or json", o.report)
	case o.repeat < 1:
		return o, fmt.Errorf("-repeat %d: want at least 1", o.repeat)
	case o.slow < 0:
		return o, fmt.Errorf("-slow %s: want no negative time", o.slow)
	case o.out == "":
		return o, errors.New("-out: want a folder")
	}
	return o, nil
}
