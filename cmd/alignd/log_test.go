package main

import (
	"strings"
	"testing"
)

// The plan says that the log tells why a write was refused: so it does, to the
// last word, but nothing of it reaches the terminal as a command.
func TestTheLogTellsTheWholeReason(t *testing.T) {
	why := "jira: add label needs-goal on jira:PAY-5: 400 labels: Field 'labels' cannot be set.\x1b[2J Try: " + strings.Repeat("put it on the screen ", 20) + "there"
	line := written{Ref: "jira:PAY-5", Action: "add-label", Outcome: "refused", Error: &why}.line(1, 10)
	if !strings.HasSuffix(line, "there)") || strings.Contains(line, "\x1b") || !strings.Contains(line, "cannot be set.[2J Try: put") {
		t.Errorf("%q", line)
	}
}
