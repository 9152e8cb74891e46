package main

import (
	"context"
	"fmt"
	"log"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

type flight struct {
	from, to string
	delay    int
}

func main() {
	lines := flow.From(source.Slice([]string{"DTW LAS 66", "HNL SFO 95", "LAS OAK -5", "no flight", "ALB JFK 50"}))
	flights := flow.Via(lines, operators.MapErr(func(line string) (f flight, err error) {
		_, err = fmt.Sscan(line, &f.from, &f.to, &f.delay)
		return f, err
	}, stage.Workers(4), stage.OnError(stage.Skip())))
	late := flights.Filter(func(f flight) bool { return f.delay > 15 })
	err := late.To(sink.ForEach(func(f flight) error {
		_, err := fmt.Printf("%s to %s: %d minutes late\n", f.from, f.to, f.delay)
		return err
	})).Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
}
