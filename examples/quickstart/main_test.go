package main

func Example() {
	main()
	// Output:
	// DTW to LAS: 66 minutes late
	// HNL to SFO: 95 minutes late
	// ALB to JFK: 50 minutes late
}
