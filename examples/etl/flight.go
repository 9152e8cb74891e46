package main

import (
	"fmt"
	"time"

	"github.com/weir-go/weir/source"
)

// A record is a flight as it stands in an input.
type record struct {
	Date        string `json:"date" csv:"date"`
	Origin      string `json:"origin" csv:"origin"`
	Destination string `json:"destination" csv:"destination"`
	Distance    *int   `json:"distance" csv:"distance"` // miles
	Delay       *int   `json:"delay" csv:"delay"`       // minutes
}

// A flight is a record that makes sense.
type flight struct {
	date        string // as in the input
	hour        int    // of the day
	origin      string
	destination string
	distance    int // miles
	delay       int // minutes, negative: early
}

const dateLayout = "2006/01/02 15:04"

// parse makes a flight of a record. What it returns as an error becomes a dead
// letter.
func parse(r record) (flight, error) {
	switch {
	case r.Date == "":
		return flight{}, badField("no date")
	case r.Origin == "":
		return flight{}, badField("no origin")
	case r.Destination == "":
		return flight{}, badField("no destination")
	case r.Distance == nil:
		return flight{}, badField("no distance")
	case r.Delay == nil:
		return flight{}, badField("no delay")
	case *r.Distance <= 0:
		return flight{}, badField("distance %d: want more than 0 miles", *r.Distance)
	}
	date, err := time.Parse(dateLayout, r.Date)
	if err != nil {
		return flight{}, badField("date %.40q is no time as in 2001/12/31 23:59", r.Date)
	}
	return flight{r.Date, date.Hour(), r.Origin, r.Destination, *r.Distance, *r.Delay}, nil
}

func badField(format string, args ...any) error {
	return &rejection{source.BadField, fmt.Sprintf(format, args...)}
}
