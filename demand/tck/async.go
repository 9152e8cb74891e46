package tck

// async runs f at the same time. The check ends after it. This is the only place
// where the kit starts a goroutine.
func (e *env) async(f func()) {
	e.others.Add(1)
	go func() {
		defer e.others.Done()
		f()
	}()
}

// elsewhere runs f in a goroutine of its own and waits for it, so that calls are
// serial and yet come from different goroutines. A panic is the caller's.
func (e *env) elsewhere(f func()) {
	done := make(chan any, 1)
	e.async(func() {
		defer func() { done <- recover() }()
		f()
	})
	if v := <-done; v != nil {
		panic(v)
	}
}
