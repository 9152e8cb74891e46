package source_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleSlice() {
	fmt.Println(flow.Collect(context.Background(), flow.From(source.Slice([]string{"a", "b"}))))
	// Output: [a b] <nil>
}

func ExampleRange() {
	fmt.Println(flow.Collect(context.Background(), flow.From(source.Range(1, 4))))
	// Output: [1 2 3] <nil>
}

func ExampleLines() {
	f := flow.From(source.Lines(source.File("testdata/cities.txt")))
	fmt.Println(flow.Collect(context.Background(), f))
	// Output: [Ulm Bonn Trier] <nil>
}

func ExampleLinesWith() {
	in := source.Reader(strings.NewReader("short\nmuch too long\nshort too\n"))
	f := flow.From(source.LinesWith(in, source.RecordOptions{MaxRecord: 10}, stage.OnError(stage.Skip())))
	fmt.Println(flow.Collect(context.Background(), f))
	// Output: [short short too] <nil>
}

func ExampleCSV() {
	type city struct {
		Name   string
		People int `csv:"inhabitants"`
	}
	in := source.Reader(strings.NewReader("name,inhabitants\nUlm,126000\nBonn,332000\n"))
	fmt.Println(flow.Collect(context.Background(), flow.From(source.CSV[city](in))))
	// Output: [{Ulm 126000} {Bonn 332000}] <nil>
}

// Bad rows go to a sink of their own, with the place where they were found.
func ExampleCSVWith() {
	type city struct {
		Name   string
		People int
	}
	bad := stage.DeadLetter(sink.ForEach(func(l stage.Letter) error {
		fmt.Printf("%s, record %d: %v\n", l.Source, l.Record, l.Err)
		return nil
	}))
	in := source.Named("cities.csv", source.Reader(strings.NewReader("name;people\nUlm;many\nBonn;332000\n")))
	f := flow.From(source.CSVWith[city](in, source.RecordOptions{Comma: ';'}, stage.OnError(bad)))
	fmt.Println(flow.Collect(context.Background(), f))
	// Output:
	// cities.csv, record 1: bad_field: line 2: column "people": "many" does not fit int: invalid syntax
	// [{Bonn 332000}] <nil>
}

func ExampleJSONLines() {
	type event struct{ ID int }
	in := source.Reader(strings.NewReader("{\"id\":1}\n{\"id\":2}\n"))
	fmt.Println(flow.Collect(context.Background(), flow.From(source.JSONLines[event](in))))
	// Output: [{1} {2}] <nil>
}

func ExampleJSONLinesWith() {
	type event struct{ ID int }
	in := source.Reader(strings.NewReader("{\"id\":1}\n{\"id\":22222}\n"))
	f := flow.From(source.JSONLinesWith[event](in, source.RecordOptions{MaxRecord: 10}, stage.OnError(stage.Skip())))
	fmt.Println(flow.Collect(context.Background(), f))
	// Output: [{1}] <nil>
}

func ExampleJSONArray() {
	type event struct{ ID int }
	in := source.Reader(strings.NewReader(`[{"id":1},{"id":2}]`))
	fmt.Println(flow.Collect(context.Background(), flow.From(source.JSONArray[event](in))))
	// Output: [{1} {2}] <nil>
}

func ExampleJSONArrayWith() {
	type event struct{ ID int }
	in := source.Reader(strings.NewReader(`[{"id":1},{"id":22222}]`))
	f := flow.From(source.JSONArrayWith[event](in, source.RecordOptions{MaxRecord: 10}, stage.OnError(stage.Skip())))
	fmt.Println(flow.Collect(context.Background(), f))
	// Output: [{1}] <nil>
}

// The same struct, whatever the file holds.
func ExampleRecords() {
	type city struct{ Name string }
	for _, content := range []string{`[{"name":"Ulm"}]`, `{"name":"Bonn"}`, "name\nTrier\n"} {
		f := flow.From(source.Records[city](source.Reader(strings.NewReader(content))))
		fmt.Println(flow.Collect(context.Background(), f))
	}
	// Output:
	// [{Ulm}] <nil>
	// [{Bonn}] <nil>
	// [{Trier}] <nil>
}

func ExampleRecordsWith() {
	type city struct{ Name, State string }
	in := source.Reader(strings.NewReader("name;state\nUlm;BW\n"))
	fmt.Println(flow.Collect(context.Background(), flow.From(source.RecordsWith[city](in, source.RecordOptions{Comma: ';'}))))
	// Output: [{Ulm BW}] <nil>
}

// Many files are one flow each, one after the other.
func ExampleFile() {
	var files []flow.Flow[string]
	for _, path := range []string{"testdata/cities.txt", "testdata/rivers.txt"} {
		files = append(files, flow.From(source.Lines(source.File(path))))
	}
	fmt.Println(flow.Collect(context.Background(), flow.Concat(files...)))
	// Output: [Ulm Bonn Trier Danube Rhine Moselle] <nil>
}
