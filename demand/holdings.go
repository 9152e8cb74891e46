package demand

// Holdings are what the stages of a part hold that may end before its island
// does, such as a source that was opened for one element. The island would else
// list it until the end of the run.
//
// The zero value is empty.
type Holdings struct{ held []holding }

// Mark returns where the island's list of what is held ends, for Since.
func (i *Island) Mark() int { return len(i.held) }

// Since takes over what was added to the list of isl since mark.
func (h *Holdings) Since(isl *Island, mark int) {
	if len(isl.held) == mark {
		return
	}
	h.held = append(h.held, isl.held[mark:]...)
	clear(isl.held[mark:])
	isl.held = isl.held[:mark]
}

// Release abandons what is held, and returns how many elements that were.
func (h *Holdings) Release(cause error) (n int) {
	for _, held := range h.held {
		n += held.chunk.release(cause)
	}
	h.held = nil
	return n
}
