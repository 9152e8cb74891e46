//go:build race

package tck

const raceEnabled = true
