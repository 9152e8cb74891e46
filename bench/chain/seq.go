package chain

import "iter"

// seq is the chain over iter.Seq, with the helpers anybody would write: push
// iterators on one goroutine, one indirect call for each stage and element.
func seq(n int) (int, error) {
	s := seqMap(seqFilter(seqMap(seqRange(n), AddOne), Even), Triple)
	return seqFold(s, 0, Add), nil
}

func seqRange(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func seqMap[In, Out any](in iter.Seq[In], fn func(In) Out) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		for x := range in {
			if !yield(fn(x)) {
				return
			}
		}
	}
}

func seqFilter[T any](in iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for x := range in {
			if keep(x) && !yield(x) {
				return
			}
		}
	}
}

func seqFold[T, A any](in iter.Seq[T], acc A, fn func(A, T) A) A {
	for x := range in {
		acc = fn(acc, x)
	}
	return acc
}
