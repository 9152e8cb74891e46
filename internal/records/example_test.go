package records

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The second flight is cut off, the third has a delay that is no number; the reader goes on after both.
func ExampleJSONArray() {
	type flight struct {
		Origin string `json:"origin"`
		Delay  int    `json:"delay"`
	}
	in := strings.NewReader(`[{"origin":"DTW","delay":66},{"origin":"HN
		{"origin":"LAS","delay":"late"},{"origin":"MHT","delay":-6}]`)

	flights := JSONArray[flight](in, Options{MaxRecord: 64 << 10})
	for {
		f, n, err := flights.Next()
		var bad *Error
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &bad):
			fmt.Println(n, bad.Reason)
		case err != nil:
			fmt.Println("fatal:", err)
			return
		default:
			fmt.Println(n, f.Origin, f.Delay)
		}
	}
	// Output:
	// 1 DTW 66
	// 2 malformed
	// 3 bad_field
	// 4 MHT -6
}

func ExampleCSV() {
	type airport struct {
		Code string  `csv:"iata"`
		Lat  float64 `csv:"latitude"`
		Note *string `csv:"note,optional"`
	}
	in := strings.NewReader("iata,name,latitude\nDTW,\"Detroit, Metropolitan\",42.21\nLAS,McCarran,north\n")

	airports := CSV[airport](in, Options{})
	for {
		a, n, err := airports.Next()
		if err == io.EOF {
			return
		}
		fmt.Println(n, a.Code, a.Lat, err)
	}
	// Output:
	// 1 DTW 42.21 <nil>
	// 2  0 record 2: bad_field: line 3: column "latitude": "north" does not fit float64: invalid syntax
}

func ExampleSniff() {
	format, in, err := Sniff(strings.NewReader(`  [{"delay":1}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if format == FormatJSONArray {
		v, _, _ := JSONArray[map[string]int](in, Options{}).Next()
		fmt.Println(format, v["delay"])
	}
	// Output: json-array 1
}
