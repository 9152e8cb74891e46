package sink

import (
	"fmt"
	"slices"
	"strings"
)

// Insert returns the SQL that inserts a row of these columns into table, with
// placeholders $1, $2 and so on, as PostgreSQL and SQLite take them. Names are
// quoted; a dot in table separates it from its schema.
func Insert(table string, columns ...string) string {
	if len(columns) == 0 {
		return "INSERT INTO " + quoteTable(table) + " DEFAULT VALUES"
	}
	var places []string
	for i := range columns {
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", quoteTable(table), quoteAll(columns), strings.Join(places, ", "))
}

// Upsert is Insert, but where there is a row with the same keys already, it gets
// the other columns' values. The keys are columns with a unique index; if they
// are all the columns, a row that is there stays as it is. Writing the same rows
// again then changes nothing, which is what a source that delivers at least once
// needs.
func Upsert(table string, columns []string, keys ...string) string {
	insert := Insert(table, columns...)
	if len(keys) == 0 {
		return insert
	}
	var sets []string
	for _, c := range columns {
		if !slices.Contains(keys, c) {
			sets = append(sets, fmt.Sprintf("%s = excluded.%[1]s", quote(c)))
		}
	}
	action := "NOTHING"
	if len(sets) > 0 {
		action = "UPDATE SET " + strings.Join(sets, ", ")
	}
	return fmt.Sprintf("%s ON CONFLICT (%s) DO %s", insert, quoteAll(keys), action)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(names []string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, quote(n))
	}
	return strings.Join(quoted, ", ")
}

func quoteTable(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, ".") {
		parts = append(parts, quote(part))
	}
	return strings.Join(parts, ".")
}
