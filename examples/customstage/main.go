// Command customstage uses a stage that the library doesn't have: Pairwise, in
// pairwise.go. It prints on which days of January 2012 it was much warmer or
// colder in Seattle than on the day before, after a drawing of the pipeline
// which shows that the stage is fused with its neighbours.
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

type day struct {
	date    string
	highest float64 // °C
}

// Daily observations in Seattle, by NOAA.
var january = []day{
	{"2012-01-01", 12.8}, {"2012-01-02", 10.6}, {"2012-01-03", 11.7}, {"2012-01-04", 12.2},
	{"2012-01-05", 8.9}, {"2012-01-06", 4.4}, {"2012-01-07", 7.2}, {"2012-01-08", 10.0},
}

func main() {
	days := flow.From(source.Slice(january, stage.Name("days")))
	jumps := flow.Via(days, Pairwise[day]()).Filter(jump)
	p := jumps.To(sink.ForEach(show, stage.Name("show")))

	fmt.Print(p)
	if err := p.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func jump(p [2]day) bool { return math.Abs(p[1].highest-p[0].highest) > 2.5 }

func show(p [2]day) error {
	_, err := fmt.Printf("%s: %+.1f °C\n", p[1].date, p[1].highest-p[0].highest)
	return err
}
