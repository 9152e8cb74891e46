package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

// settings is what the flags say.
type settings struct {
	rounds   int
	target   time.Duration
	groups   string
	only     *regexp.Regexp
	baseline string
	json     string
	list     bool
	notes    bool
}

// parseFlags reads the command line; a wrong one ends the program.
func parseFlags() settings {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 11, "how many times each case is run")
	flag.DurationVar(&s.target, "time", 100*time.Millisecond, "about how long one run of a case takes")
	short := flag.Bool("short", false, "three short rounds: a rough picture in a fraction of the time")
	flag.StringVar(&s.groups, "group", "", "comma-separated groups or names of scenarios; all when empty")
	only := flag.String("only", "", "regular expression of the names of the cases to run; all when empty")
	flag.StringVar(&s.baseline, "baseline", "", "name of the case to compare with, where a scenario has it")
	flag.StringVar(&s.json, "json", "", "file to write the results to")
	flag.BoolVar(&s.list, "list", false, "list scenarios and cases and exit")
	flag.BoolVar(&s.notes, "notes", false, "print how the libraries differ and exit")
	flag.Parse()
	if *short {
		s.rounds, s.target = 3, 20*time.Millisecond
	}
	var err error
	if s.only, err = regexp.Compile(*only); err != nil {
		usage(err)
	}
	if s.rounds < 1 || s.target <= 0 {
		usage(fmt.Errorf("-rounds and -time must be positive"))
	}
	if flag.NArg() > 0 {
		usage(fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	return s
}

func usage(err error) {
	fmt.Fprintln(os.Stderr, "peers:", err)
	flag.Usage()
	os.Exit(2)
}
