package chain

// closures is the hand loop with its four functions passed in as values: what
// a library that takes functions cannot go below.
func closures(n int) (int, error) {
	return loopOver(n, AddOne, Even, Triple, Add), nil
}

// loopOver is kept out of line so that the compiler cannot see the functions.
//
//go:noinline
func loopOver(
	n int,
	first func(int) int,
	keep func(int) bool,
	second func(int) int,
	fold func(int, int) int,
) int {
	sum := 0
	for i := range n {
		x := first(i)
		if !keep(x) {
			continue
		}
		sum = fold(sum, second(x))
	}
	return sum
}
