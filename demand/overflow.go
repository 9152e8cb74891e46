package demand

import "fmt"

// Overflow says what a full buffer does with one more element.
type Overflow uint8

const (
	// Block makes the producer wait for room.
	Block Overflow = iota + 1
	// DropNewest drops the element that arrives.
	DropNewest
	// DropOldest drops the element that has waited longest.
	DropOldest
	// DropBuffer drops all that is held, and takes the element that arrives.
	DropBuffer
	// Shed refuses the element that arrives: its producer gets an
	// *OverloadError. Where elements have a priority, one of lower priority that
	// is held is shed in its place. In the middle of a pipeline, where nobody can
	// be told, what is shed is dropped and counted with that reason.
	Shed
	// Fail fails the stream.
	Fail
)

var overflowNames = [...]string{Block: "block", DropNewest: "drop_newest", DropOldest: "drop_oldest", DropBuffer: "drop_buffer", Shed: "shed", Fail: "fail"}

// Valid reports whether o is one of the six strategies.
func (o Overflow) Valid() bool { return o >= Block && o <= Fail }

func (o Overflow) String() string {
	if !o.Valid() {
		return fmt.Sprintf("overflow(%d)", uint8(o))
	}
	return overflowNames[o]
}
