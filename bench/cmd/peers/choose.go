package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-go/weir/bench/scenario"
)

// choose keeps the scenarios and cases that the settings ask for. A group
// that does not exist is an error.
func choose(all []scenario.Scenario, s settings) ([]scenario.Scenario, error) {
	var chosen []scenario.Scenario
	for _, wanted := range strings.Split(s.groups, ",") {
		found := false
		for _, one := range all {
			if wanted != "" && wanted != one.Group && wanted != one.Name {
				continue
			}
			found = true
			one.Cases = slices.DeleteFunc(slices.Clone(one.Cases), func(c scenario.Case) bool {
				return !s.only.MatchString(c.Name())
			})
			if len(one.Cases) > 0 {
				chosen = append(chosen, one)
			}
		}
		if !found {
			return nil, fmt.Errorf("no group or scenario is named %q; -list shows all", wanted)
		}
	}
	return chosen, nil
}

// list prints what there is.
func list(all []scenario.Scenario) {
	for _, one := range all {
		fmt.Printf("%s/%s: %s\n", one.Group, one.Name, one.Title)
		for _, c := range one.Cases {
			fmt.Println("\t" + c.Name())
		}
	}
}
