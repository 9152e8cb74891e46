package scenario

// Run does the work of a scenario over n units and returns what the scenario
// wants: usually a sum that proves that every element went through. It
// returns after every goroutine that it started has ended, or is about to.
type Run func(n int) (sum int, err error)

// A Case is one library, set up in one way, doing the work of a scenario.
type Case struct {
	Library Library
	Variant string // how it is set up; empty when there is only one way
	Run     Run
}

// Name is unique in a scenario: "samber/ro", "ReactiveX/RxGo, buffered",
// and for plain Go just the variant: "hand loop".
func (c Case) Name() string {
	switch {
	case c.Library == Go:
		return c.Variant
	case c.Variant == "":
		return c.Library.Name
	}
	return c.Library.Name + ", " + c.Variant
}
