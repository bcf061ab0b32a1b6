package report_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
)

// sheet writes the table and reads it back as a program would.
func sheet(t interface{ Fatal(...any) }, r report.Report) (raw string, rows [][]string) {
	var b bytes.Buffer
	if err := report.WriteCSV(&b, r, now.Location()); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Fatal("the table does not begin with the byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), rows
}

// TestCSV: the small company's table, whole, in testdata/report.csv.
func TestCSV(t *testing.T) {
	r := smallReport(t)
	r.Findings = append(r.Findings, report.Finding{Rule: roadmap.SprintOffRoadmap, Ref: "jira:Sprint 7", Title: "Sprint 7", Since: now})
	raw, _ := sheet(t, r)
	if strings.Count(raw, "\r\n") != strings.Count(raw, "\n") {
		t.Error("a line does not end with CRLF")
	}
	goldenText(t, "report.csv", strings.ReplaceAll(strings.TrimPrefix(raw, "\ufeff"), "\r\n", "\n"))
}

// TestColumnsTold: docs/report.md tells of every column.
func TestColumnsTold(t *testing.T) {
	doc, err := os.ReadFile("../../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rows := sheet(t, report.Report{})
	for _, column := range rows[0] {
		if !strings.Contains(string(doc), "`"+column+"`") {
			t.Errorf("docs/report.md does not tell of the column %s", column)
		}
	}
}

// goldenText compares a text with testdata/name; -update writes it anew.
func goldenText(t *testing.T, name, have string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Errorf("%s (-want +have):\n%s", path, diff)
	}
}

// TestCells: what a title becomes in a cell.
func TestCells(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"Pay in one tap", "Pay in one tap"},
		{"", ""},
		{"a = b + c - d, e@f", "a = b + c - d, e@f"},
		{"=1+1", "'=1+1"},
		{"+49 30 1234", "'+49 30 1234"},
		{"-5 °C", "'-5 °C"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"＝1+1", "'＝1+1"},
		{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		{"\t=1+1", "'=1+1"},
		{"\r\n=1+1", "'=1+1"},
		{" \u00a0=1+1", "'=1+1"},
		{"\u200b=1+1", "\u200b'=1+1"},
		{`"=1+1"`, `"'=1+1"`},
		{"done; =HYPERLINK(0)", "done; '=HYPERLINK(0)"},
		{`done;"=HYPERLINK(0)"`, `done;"'=HYPERLINK(0)"`},
		{"two\nlines\tand\x00more", "two lines and more"},
		{"not UTF-8: \xff", "not UTF-8: \ufffd"},
		{"שלום 🚀 \u202edesrever", "שלום 🚀 desrever"},
	} {
		r := report.Report{Stories: []report.Story{{Ref: "jira:A-1", Title: c.title}}}
		if _, rows := sheet(t, r); rows[1][2] != c.want {
			t.Errorf("%q becomes %q, want %q", c.title, rows[1][2], c.want)
		}
	}
}

// TestNoFormula: whatever the titles, names and keys are, and whichever of the
// comma and the semicolon a spreadsheet parts cells at, no cell begins as a
// formula does, and each story has one row with every column.
func TestNoFormula(t *testing.T) {
	word := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{"=", "+", "-", "@", "＝", ";", ",", `"`, "'", "\t", "\r", "\n", " ", "\u00a0", "\u200b", "\ufeff", "a", "1", "|"}),
			rapid.String(),
		), 0, 8).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		name := word.Draw(t, "name")
		r := report.Report{
			Goals:   []report.Goal{{Ref: "file:G", Title: word.Draw(t, "goal"), PM: []report.Named{{Name: "Ana"}, {Name: name}}}},
			Stories: []report.Story{{Ref: "jira:A-1", Title: word.Draw(t, "title"), Type: word.Draw(t, "type"), URL: &name, Goals: []roadmap.Ref{"file:G"}}},
		}
		raw, rows := sheet(t, r)
		if len(rows) != 3 {
			t.Fatalf("%d rows of one goal and one story:\n%q", len(rows), raw)
		}
		cells := slices.Concat(rows...)
		semicolons := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\ufeff")))
		semicolons.Comma, semicolons.LazyQuotes, semicolons.FieldsPerRecord = ';', true, -1
		other, err := semicolons.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, slices.Concat(other...)...)
		for _, c := range cells {
			begin := strings.TrimLeftFunc(c, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '"' })
			if begin != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) {
				t.Fatalf("the cell %q begins as a formula does, in\n%q", c, raw)
			}
		}
	})
}
