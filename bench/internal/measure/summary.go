package measure

import "slices"

// Summary is a sample in five numbers.
type Summary struct {
	Min, Q1, Median, Q3, Max float64
}

// Summarize summarizes values, of which there must be one at least. Quartiles
// between two values are interpolated.
func Summarize(values []float64) Summary {
	sorted := slices.Sorted(slices.Values(values))
	at := func(part float64) float64 {
		place := part * float64(len(sorted)-1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		return sorted[low] + (sorted[high]-sorted[low])*(place-float64(low))
	}
	return Summary{Min: at(0), Q1: at(0.25), Median: at(0.5), Q3: at(0.75), Max: at(1)}
}
