package parallel

import "github.com/destel/rill"

// rillUnordered is Map with n workers over unbuffered channels.
func rillUnordered(n int) (int, error) {
	return rillFold(rill.Map(rillRange(n), Workers(), burnTry), Sum)
}

// rillOrdered is OrderedMap, which passes a permit to write from one element
// to the next.
func rillOrdered(n int) (int, error) {
	return rillFold(rill.OrderedMap(rillRange(n), Workers(), burnTry), Chain)
}

func burnTry(x int) (int, error) { return Burn(x), nil }

func rillRange(n int) <-chan rill.Try[int] {
	return rill.Generate(func(send func(int), _ func(error)) {
		for i := range n {
			send(i)
		}
	})
}

func rillFold(results <-chan rill.Try[int], fold func(acc, x int) int) (int, error) {
	acc := 0
	err := rill.ForEach(results, 1, func(x int) error {
		acc = fold(acc, x)
		return nil
	})
	return acc, err
}
