package records

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// flights is an array of n flights, of about 88 bytes each.
func flights(n int, open, sep, shut, format string) string {
	var b strings.Builder
	b.WriteString(open)
	for i := range n {
		if i > 0 {
			b.WriteString(sep)
		}
		fmt.Fprintf(&b, format, i%28+1, i%60, i%200-50, i%3000)
	}
	b.WriteString(shut)
	return b.String()
}

const (
	flightJSON = `{"date":"2001/01/%02d 00:%02d","delay":%d,"distance":%d,"origin":"DTW","destination":"LAS"}`
	flightCSV  = "2001/01/%02d 00:%02d,%d,%d,DTW,LAS"
)

type flight struct {
	Date        string `json:"date"`
	Delay       int    `json:"delay"`
	Distance    int    `json:"distance"`
	Origin      string `json:"origin"`
	Destination string `json:"destination"`
}

func benchmark[T any](b *testing.B, text string, open func(r io.Reader) Reader[T]) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	records := 0
	for b.Loop() {
		r := open(strings.NewReader(text))
		for {
			_, n, err := r.Next()
			if err == io.EOF {
				records = int(n)
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*records), "ns/record")
}

func BenchmarkLines(b *testing.B) {
	text := flights(10_000, "", "\n", "\n", flightJSON)
	benchmark(b, text, func(r io.Reader) Reader[string] { return Lines(r, Options{}) })
}

func BenchmarkJSONLines(b *testing.B) {
	text := flights(10_000, "", "\n", "\n", flightJSON)
	benchmark(b, text, func(r io.Reader) Reader[flight] { return JSONLines[flight](r, Options{}) })
}

func BenchmarkJSONArray(b *testing.B) {
	text := flights(10_000, "[", ",", "]", flightJSON)
	benchmark(b, text, func(r io.Reader) Reader[flight] { return JSONArray[flight](r, Options{}) })
}

// BenchmarkJSONDecoder is encoding/json on the same array, for comparison.
func BenchmarkJSONDecoder(b *testing.B) {
	text := flights(10_000, "[", ",", "]", flightJSON)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		dec := json.NewDecoder(strings.NewReader(text))
		if _, err := dec.Token(); err != nil {
			b.Fatal(err)
		}
		for dec.More() {
			var v flight
			if err := dec.Decode(&v); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkJSONArraySplit splits only.
func BenchmarkJSONArraySplit(b *testing.B) {
	text := flights(10_000, "[", ",", "]", flightJSON)
	b.SetBytes(int64(len(text)))
	var s shape
	for b.Loop() {
		rest := []byte(text)[1:]
		for len(rest) > 1 {
			s.reset()
			n, verdict := s.scan(rest, 0)
			if verdict != whole {
				b.Fatal(verdict)
			}
			rest = rest[n+1:]
		}
	}
}

// BenchmarkJSONArrayDamaged has every second element cut off.
func BenchmarkJSONArrayDamaged(b *testing.B) {
	text := flights(10_000, "[", ",", "]", flightJSON+`,{"date":"2001/01/01 00:47","dis`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := JSONArray[flight](strings.NewReader(text), Options{})
		for {
			if _, _, err := r.Next(); err == io.EOF {
				break
			}
		}
	}
}

func BenchmarkCSV(b *testing.B) {
	text := flights(10_000, "date,delay,distance,origin,destination\n", "\n", "\n", flightCSV)
	benchmark(b, text, func(r io.Reader) Reader[flight] { return CSV[flight](r, Options{}) })
}

func BenchmarkCSVQuoted(b *testing.B) {
	text := flights(10_000, "date,delay,distance,origin,destination\n", "\n", "\n", `"2001/01/%02d 00:%02d","%d","%d","DTW","LAS"`)
	benchmark(b, text, func(r io.Reader) Reader[flight] { return CSV[flight](r, Options{}) })
}
