package records

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestJSONArray(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"empty array":        {`[]`, ""},
		"space everywhere":   {" \n[ \t{ \"delay\" : 1 }\r\n, {\"delay\":2} ] \n", "{ 1} | { 2}"},
		"compact":            {`[{"delay":1},{"delay":2}]`, "{ 1} | { 2}"},
		"brackets in text":   {`[{"date":"]},{\"\\"},{"date":"\\\""}]`, `{]},{"\ 0} | {\" 0}`},
		"nested":             {`[{"x":{"y":[[{}],[]]},"delay":1}]`, "{ 1}"},
		"unknown, missing":   {`[{"date":null,"z":1},{}]`, "{ 0} | { 0}"},
		"nothing":            {"", "fatal"},
		"only space":         {" \n", "fatal"},
		"an object":          {`{"delay":1}`, "fatal"},
		"text":               {`delay`, "fatal"},
		"wrong type":         {`[{"delay":"late"},{"delay":1.5},{"date":1},{"delay":1}]`, "bad_field | bad_field | bad_field | { 1}"},
		"another kind":       {`[5,"x",null,[1],[{"z":1}],true,{"delay":1}]`, "malformed | malformed | malformed | malformed | malformed | malformed | { 1}"},
		"too long":           {`[{"delay":1},{"date":"` + strings.Repeat("x", 100) + `"},{"delay":3}]`, "{ 1} | too_long | { 3}"},
		"too long at end":    {`[{"delay":1},{"date":"` + strings.Repeat("x", 100), "{ 1} | too_long"},
		"too long, broken":   {`[{"delay":1},{"date":"` + strings.Repeat("x", 100) + `" "},{"delay":3}]`, "{ 1} | too_long | { 3}"},
		"two commas":         {`[{"delay":1},,{"delay":3}]`, "{ 1} | malformed | { 3}"},
		"comma first":        {`[,{"delay":2}]`, "malformed | { 2}"},
		"comma last":         {`[{"delay":1},]`, "{ 1}"},
		"no comma":           {`[{"delay":1}{"delay":2} {"delay":3}]`, "{ 1} | { 2} | { 3}"},
		"brace too many":     {`[{"delay":1}},{"delay":2}]`, "{ 1} | { 2}"},
		"bracket too many":   {`[{"delay":1}]]`, "{ 1}"},
		"bracket inside":     {`[{"delay":1}],{"delay":3}]`, "{ 1} | malformed | { 3}"},
		"no closing bracket": {`[{"delay":1}`, "{ 1} | malformed"},
		"the same, comma":    {`[{"delay":1},`, "{ 1} | malformed"},
		"only the opening":   {`[`, "malformed"},
		"cut off":            {`[{"delay":1},{"del`, "{ 1} | malformed"},
		"two arrays":         {`[{"delay":1}] [{"delay":3}]`, "{ 1} | malformed | { 3}"},
		"text behind":        {`[{"delay":1}] done`, "{ 1} | malformed"},
		"bad literal":        {`[{"delay":NaN},{"delay":2}]`, "malformed | { 2}"},
		"trailing comma":     {`[{"delay":1,},{"delay":2}]`, "malformed | { 2}"},
		"bad escape":         {`[{"date":"\q"},{"delay":2}]`, "malformed | { 2}"},
		"line break in text": {"[{\"delay\":1,\"date\":\"a\nb\"},{\"delay\":2}]", "malformed | { 2}"},
		"nested too deep":    {`[` + strings.Repeat(`{"a":`, 20_000) + `1,{"delay":2}]`, "too_long | { 2}"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, test.in, func(t *testing.T, r io.Reader) {
				if got := story(t, JSONArray[trip](r, Options{MaxRecord: 64})); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestJSONArrayOfOtherKinds(t *testing.T) {
	check := func(name, got, want string) {
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	text := strings.NewReader
	check("numbers", story(t, JSONArray[int](text(`[1,x#3,300000000000000000000, 4 5,"x",{"a":1},7`), Options{})),
		"1 | malformed | bad_field | 4 | 5 | bad_field | malformed | malformed")
	check("anything", story(t, JSONArray[any](text(`[1,"a",x#3,{"a":[1,2}, {"a":1}, tru, [1,2],[3,4], null, 7]`), Options{})),
		"1 | a | malformed | malformed | map[a:1] | malformed | [1 2] | [3 4] | <nil> | 7")
	check("arrays", story(t, JSONArray[[]int](text(`[[1,2],[],[3,"x"],[4 5],[6]]`), Options{})),
		"[1 2] | [] | bad_field | malformed | [6]")
	check("pointers", story(t, JSONArray[*int](text(`[1,null]`), Options{}))[:2], "0x")
	check("times", story(t, JSONArray[time.Time](text(`["2001-01-01T00:00:00Z","late",5]`), Options{})),
		"2001-01-01 00:00:00 +0000 UTC | bad_field | bad_field")
}

func TestJSONArrayDetail(t *testing.T) {
	type place struct{ Lat float64 }
	type flight struct {
		Delay *int      `json:"delay"`
		At    time.Time `json:"at"`
		Place place     `json:"place"`
	}
	for in, want := range map[string]string{
		`[{"delay":"late"}]`:            `field "delay": "late" does not fit int, at byte 10`,
		`[ {"x":1, "delay" : [1,  2]}]`: `field "delay": [1, 2] does not fit int, at byte 20`,
		`[{"place":{"Lat":true}}]`:      `field "place.Lat": {"Lat":true} does not fit float64, at byte 10`,
		`[{"at":"soon"}]`:               `field "at": parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006", at byte 7`,
		`[7]`:                           `7 does not fit records.flight, at byte 1`,
		`[null]`:                        `null does not fit records.flight, at byte 1`,
		`[{"delay":1,}]`:                `invalid character '}' looking for beginning of object key string, at byte 12; going on at byte 13`,
		`[{"delay":1},`:                 `the input ends at byte 13 without the closing bracket of the array`,
		`[{"delay":1}, {"del`:           `the input ends inside the record, at byte 19`,
		`[{"delay":1},,{}]`:             `no element before the comma at byte 13`,
		`[{"delay":1}] ["`:              `data after the closing bracket of the array, at byte 14 | the input ends inside the record, at byte 16`,
		`[{"at":"` + strings.Repeat("x", 99) + `"}]`: `longer than 64 bytes, from byte 1`,
	} {
		if got := details(t, JSONArray[flight](strings.NewReader(in), Options{MaxRecord: 64})); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestErrorUnwraps(t *testing.T) {
	_, n, err := JSONArray[trip](strings.NewReader(`[{"delay":"late"}]`), Options{}).Next()
	var bad *Error
	var cause *json.UnmarshalTypeError
	if !errors.As(err, &bad) || !errors.As(err, &cause) || n != 1 || string(bad.Raw) != `{"delay":"late"}` {
		t.Fatalf("%d, %#v", n, err)
	}
	if want := `record 1: bad_field: field "delay": "late" does not fit int, at byte 10`; err.Error() != want {
		t.Fatalf("got %q, want %q", err, want)
	}
}

// An element is given when its last byte is there, not when the next one comes.
func TestJSONArrayDoesNotWait(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	elements := JSONArray[trip](r, Options{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		io.WriteString(w, `[{"delay":1}`)
	}()
	if v, _, err := elements.Next(); err != nil || v.Delay != 1 {
		t.Fatalf("got %+v, %v", v, err)
	}
	<-sent
}

// Values keep nothing of the reader's buffer and nothing of each other.
func TestValuesAreIndependent(t *testing.T) {
	type bag struct {
		Raw  json.RawMessage
		Tags []string
		Next *bag
	}
	all, err := read(t, JSONArray[bag](strings.NewReader(`[{"Raw":[1],"Tags":["a","b"],"Next":{}},{"Raw":[2],"Tags":["c"]},{}]`), Options{}))
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	one, two, three := all[0].value, all[1].value, all[2].value
	if string(one.Raw) != "[1]" || one.Tags[0] != "a" || one.Next == nil || string(two.Raw) != "[2]" || two.Next != nil || three.Tags != nil {
		t.Fatalf("%+v %+v %+v", one, two, three)
	}
}

// fussy panics over one of its values.
type fussy string

func (f *fussy) UnmarshalText(text []byte) error {
	if string(text) == "bad" {
		panic("fussy")
	}
	*f = fussy(text)
	return nil
}

// After a panic in user code the next call goes on with the next record.
func TestPanicInUserCode(t *testing.T) {
	type row struct{ A, B fussy }
	for name, r := range map[string]Reader[row]{
		"array": JSONArray[row](strings.NewReader(`[{"A":"1","B":"2"},{"A":"x","B":"bad"},{"B":"3"}]`), Options{}),
		"lines": JSONLines[row](strings.NewReader("{\"A\":\"1\",\"B\":\"2\"}\n{\"A\":\"x\",\"B\":\"bad\"}\n{\"B\":\"3\"}\n"), Options{}),
		"CSV":   CSV[row](strings.NewReader("A,B\n1,2\nx,bad\n,3\n"), Options{}),
	} {
		t.Run(name, func(t *testing.T) {
			next := func() (v row, n int64, err error) {
				defer func() {
					if p := recover(); p != nil {
						err = errors.New("panic")
					}
				}()
				return r.Next()
			}
			if v, n, err := next(); v != (row{"1", "2"}) || n != 1 || err != nil {
				t.Fatal(v, n, err)
			}
			if _, _, err := next(); err == nil || err.Error() != "panic" {
				t.Fatal(err)
			}
			if v, n, err := next(); v != (row{"", "3"}) || n != 3 || err != nil {
				t.Fatal(v, n, err)
			}
			if _, n, err := next(); n != 3 || err != io.EOF {
				t.Fatal(n, err)
			}
		})
	}
}
