package main

import (
	"context"
	"fmt"
	"io"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// An airport is a row of the file of airports.
type airport struct {
	Code  string `csv:"iata"`
	Name  string `csv:"name"`
	City  string `csv:"city"`
	State string `csv:"state"`
}

// airports are found by their code.
type airports map[string]*airport

// loadAirports reads a CSV file into memory, the one built in if path is empty:
// a small pipeline of its own, which ends in a value instead of a sink.
func loadAirports(ctx context.Context, path string) (airports, error) {
	open := source.File(path)
	if path == "" {
		open = source.Named(builtInAirports, func(context.Context) (io.ReadCloser, error) {
			return builtIn.Open("data/" + builtInAirports)
		})
	}
	rows := flow.From(source.CSV[airport](open, stage.Name("airports")))
	return flow.Fold(ctx, rows, airports{}, func(all airports, a airport) airports {
		all[a.Code] = &a
		return all
	})
}

// A trip is a flight between two airports that are known.
type trip struct {
	flight
	from, to *airport
}

// join finds the airports of a flight.
func (all airports) join(f flight) (trip, error) {
	from, to := all[f.origin], all[f.destination]
	switch {
	case from == nil:
		return trip{}, &rejection{unknownAirport, fmt.Sprintf("origin %.20q", f.origin)}
	case to == nil:
		return trip{}, &rejection{unknownAirport, fmt.Sprintf("destination %.20q", f.destination)}
	}
	return trip{f, from, to}, nil
}
