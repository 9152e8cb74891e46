package report

import (
	"encoding/json"
	"os"
)

// WriteJSON writes the report to a file, replacing it.
func WriteJSON(name string, r Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
