package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// align writes rows, the first of which is the head, as a Markdown table with
// columns of equal width: the first to the left, numbers to the right.
func align(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	right := make([]bool, len(widths))
	for i := range right {
		right[i] = i > 0 && len(rows) > 1 && startsWithDigit(rows[1][i])
	}
	for at, row := range rows {
		fmt.Fprint(w, "|")
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if right[i] {
				cell = gap + cell
			} else {
				cell += gap
			}
			fmt.Fprintf(w, " %s |", cell)
		}
		fmt.Fprintln(w)
		if at == 0 {
			rule(w, widths, right)
		}
	}
}

func rule(w io.Writer, widths []int, right []bool) {
	fmt.Fprint(w, "|")
	for i, width := range widths {
		end := "-"
		if right[i] {
			end = ":"
		}
		fmt.Fprintf(w, "-%s%s|", strings.Repeat("-", width), end)
	}
	fmt.Fprintln(w)
}

func startsWithDigit(cell string) bool {
	return cell != "" && '0' <= cell[0] && cell[0] <= '9'
}
