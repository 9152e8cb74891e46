package records

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// element is decoded from anything that is an object; its text tells elements apart.
type element map[string]any

func (e element) String() string {
	b, _ := json.Marshal(map[string]any(e))
	return string(b)
}

// normal is the text of an element made from some other text of it.
func normal(t testing.TB, text string) string {
	t.Helper()
	var e element
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	return e.String()
}

var damageSamples = map[string]string{
	"flat":   `{"date":"2001/01/01 00:0%d","delay":-66,"distance":1750,"origin":"DTW","destination":"L,A{S}"}`,
	"spaced": `{ "date" : "2001/01/01 00:0%d" , "delay" : -66 , "diverted" : false , "note" : null }`,
	"nested": `{"date":"2001/01/01 00:0%d","geo":{"lat":1.5,"lon":[1,2]},"items":[{"k":1,"v":"a \"b\" c"},{"k":2}],"ok":true}`,
	"lines":  "{\n  \"date\": \"2001/01/01 00:0%d\",\n  \"geo\": {\n    \"lat\": 1.5\n  },\n  \"delay\": -66\n}",
}

// samples are n elements of a kind.
func samples(format string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

// join makes an array of elements that takes sep between them, but glue behind the element with index at.
func join(elements []string, sep string, at int, glue string) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, e := range elements {
		b.WriteString(e)
		switch {
		case i == len(elements)-1:
		case i == at:
			b.WriteString(glue)
		default:
			b.WriteString(sep)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// An element cut off anywhere is one malformed record with its number, whatever follows it and wherever it stands.
func TestElementCutOff(t *testing.T) {
	for name, format := range damageSamples {
		for _, sep := range []string{",", " ,\n"} {
			for _, glue := range []string{sep, "", "\n"} {
				for _, at := range []int{0, 2, 4} {
					t.Run(fmt.Sprintf("%s/%q/%q/%d", name, sep, glue, at), func(t *testing.T) {
						for cut := 1; cut < len(fmt.Sprintf(format, at)); cut++ {
							elements := samples(format, 5)
							var want []string
							for i, e := range elements {
								want = append(want, normal(t, e))
								if i == at {
									want[i] = string(Malformed)
								}
							}
							elements[at] = elements[at][:cut]
							in := join(elements, sep, at, glue)
							if got := story(t, JSONArray[element](strings.NewReader(in), Options{})); got != strings.Join(want, " | ") {
								t.Errorf("%s\n got %s", in, got)
							}
						}
					})
				}
			}
		}
	}
}

// Two elements that are cut off in a row are two malformed records.
func TestTwoElementsCutOff(t *testing.T) {
	for name, format := range damageSamples {
		t.Run(name, func(t *testing.T) {
			for cut := 15; cut < len(fmt.Sprintf(format, 1)); cut++ { // the first key must be left
				for other := 15; other < len(fmt.Sprintf(format, 1)); other += 7 {
					elements := samples(format, 5)
					want := []string{normal(t, elements[0]), "malformed", "malformed", normal(t, elements[3]), normal(t, elements[4])}
					elements[1], elements[2] = elements[1][:cut], elements[2][:other]
					in := join(elements, ",", -1, "")
					if got := story(t, JSONArray[element](strings.NewReader(in), Options{})); got != strings.Join(want, " | ") {
						t.Errorf("%s\n got %s", in, got)
					}
				}
			}
		})
	}
}

// However one byte of an element is damaged, or its beginning lost, the elements around it come out.
func TestElementDamaged(t *testing.T) {
	for name, format := range damageSamples {
		for _, sep := range []string{",", ",\n"} {
			t.Run(fmt.Sprintf("%s/%q", name, sep), func(t *testing.T) {
				elements := samples(format, 5)
				good := elements[2]
				check := func(damaged string) {
					t.Helper()
					elements[2] = damaged
					in := join(elements, sep, -1, "")
					all, fatal := read(t, JSONArray[element](strings.NewReader(in), Options{}))
					var got []string
					for _, o := range all {
						got = append(got, o.value.String())
					}
					for _, i := range []int{0, 1, 3, 4} {
						if !slices.Contains(got, normal(t, elements[i])) {
							t.Errorf("%s\n element %d is missing: %v", in, i+1, got)
						}
					}
					if fatal != nil || len(all) > 9 || got[0] != normal(t, elements[0]) || got[1] != normal(t, elements[1]) {
						t.Errorf("%s\n got %v, %v", in, got, fatal)
					}
				}
				step := 1
				if testing.Short() {
					step = 5
				}
				for i := 0; i < len(good); i += step {
					check(good[i:])
					check(good[:i] + good[i+1:])
					for _, c := range "\"{}[],:\\ x\n#'\x00" {
						check(good[:i] + string(c) + good[i:])
						check(good[:i] + string(c) + good[i+1:])
					}
				}
			})
		}
	}
}

func TestDamageOfOtherKinds(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"garbage for an element": {`[{"delay":1},java.net.SocketTimeoutException: Read timed out, giving up,{"delay":3}]`, "{ 1} | malformed | { 3}"},
		"garbage line":           {"[{\"delay\":1},\n<<<<<<< HEAD\n{\"delay\":3}]", "{ 1} | malformed | { 3}"},
		"zeros":                  {`[{"delay":1},{"del` + strings.Repeat("\x00", 50) + `{"delay":3},{"delay":4}]`, "{ 1} | malformed | { 3} | { 4}"},
		"quote never closed":     {`[{"delay":1,"date":"a"},{"delay":2,"date":"b},{"delay":3,"date":"c"},{"delay":4}]`, "{a 1} | malformed | {c 3} | { 4}"},
		"quote never opened":     {`[{"delay":1,"date":"a"},{"delay":2,"date":b"},{"delay":3,"date":"c"},{"delay":4}]`, "{a 1} | malformed | {c 3} | { 4}"},
		"quotes inside text":     {`[{"delay":1,"date":"the "big" one"},{"delay":2}]`, "malformed | { 2}"},
		"single quotes":          {`[{'delay':1},{"delay":2}]`, "malformed | { 2}"},
		"comment":                {`[{"delay":1}, /* two */ {"delay":2}]`, "{ 1} | malformed | { 2}"},
		"wrong closing bracket":  {`[{"delay":1],{"delay":2}]`, "malformed | { 2}"},
		"cut inside an array":    {`[{"delay":1},{"delay":2,"x":[1,{"a":2},{"delay":3},{"delay":4}]`, "{ 1} | malformed | { 3} | { 4}"},
		"cut behind a colon":     {`[{"delay":1},{"delay":{"delay":3},{"delay":4}]`, "{ 1} | malformed | { 3} | { 4}"},
		"the last, no quote":     {`[{"delay":1},{"delay":2,"date":"b}]`, "{ 1} | malformed"},
		"many keys first":        {`[{"delay":1},{"date":"b","delay":2},{"delay":3 {"date":"d"},{"delay":5}]`, "{ 1} | {b 2} | malformed | {d 0} | { 5}"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := story(t, JSONArray[trip](strings.NewReader(test.in), Options{MaxRecord: 128})); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
