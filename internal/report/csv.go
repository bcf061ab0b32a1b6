package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/alignd/alignd/internal/roadmap"
)

// byteOrderMark tells a spreadsheet that a file is UTF-8; without it Excel reads
// the code page of the machine and spoils every accent.
const byteOrderMark = "\ufeff"

// columns are the header of the table, and its documentation is docs/report.md.
var columns = []string{
	"kind", "ref", "title", "status", "type", "project", "team", "target",
	"linkage", "goals", "pm", "po", "open_stories", "done_stories", "findings", "since", "url", "stood_down",
}

// WriteCSV writes the report as one table, a row for each goal, then one for each
// story, then one for whatever else a rule speaks of: RFC 4180 with CRLF, a header, UTF-8 with a byte order mark. Several
// values in a cell are parted by "; ". Days are those of the time zone. No cell
// is a formula to a spreadsheet: see cell.
func WriteCSV(w io.Writer, r Report, zone *time.Location) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(columns); err != nil {
		return err
	}
	findings := map[roadmap.Ref][]Finding{}
	for _, f := range r.Findings {
		findings[f.Ref] = append(findings[f.Ref], f)
	}
	write := func(ref roadmap.Ref, cells map[string]string) error {
		cells["ref"] = string(ref)
		cells["findings"], cells["since"] = spoken(findings[ref], zone)
		cells["stood_down"] = leftAlone(findings[ref], zone)
		delete(findings, ref)
		row := make([]string, len(columns))
		for i, name := range columns {
			row[i] = cell(cells[name])
		}
		return out.Write(row)
	}
	goals := map[roadmap.Ref]Goal{}
	for _, g := range r.Goals {
		goals[g.Ref] = g
		err := write(g.Ref, map[string]string{
			"kind": "goal", "title": g.Title, "status": g.Status, "target": text(g.Target), "url": text(g.URL), "pm": names(g.PM), "po": names(g.PO),
			"open_stories": strconv.Itoa(g.Stories.Open), "done_stories": strconv.Itoa(g.Stories.Done),
		})
		if err != nil {
			return err
		}
	}
	for _, s := range r.Stories {
		var refs []string
		var pm, po []Named
		for _, ref := range s.Goals {
			refs = append(refs, string(ref))
			pm, po = union(pm, goals[ref].PM), union(po, goals[ref].PO)
		}
		err := write(s.Ref, map[string]string{
			"kind": "story", "title": s.Title, "status": string(s.Status), "type": s.Type, "project": text(s.Project), "team": text(s.Team), "url": text(s.URL),
			"linkage": string(s.Linkage), "goals": strings.Join(refs, "; "), "pm": names(pm), "po": names(po),
		})
		if err != nil {
			return err
		}
	}
	for _, f := range r.Findings {
		if findings[f.Ref] == nil {
			continue // it stands in the row of its goal or story
		}
		if err := write(f.Ref, map[string]string{"kind": "other", "title": f.Title}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// spoken gives the rules of an item's findings, and the day since when the
// oldest is known.
func spoken(findings []Finding, zone *time.Location) (rules, since string) {
	var words []string
	var oldest time.Time
	for _, f := range findings {
		words = append(words, string(f.Rule))
		if oldest.IsZero() || f.Since.Before(oldest) {
			oldest = f.Since
		}
	}
	if len(findings) == 0 {
		return "", ""
	}
	return strings.Join(words, "; "), oldest.In(zone).Format(time.DateOnly)
}

// leftAlone tells what alignd has stood down on, each once.
func leftAlone(findings []Finding, zone *time.Location) string {
	var words []string
	for _, f := range findings {
		for _, s := range f.StoodDown {
			if w := s.Words(zone); !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	return strings.Join(words, "; ")
}

// union adds to people who is not yet among them.
func union(all, more []Named) []Named {
	for _, n := range more {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

func names(people []Named) string {
	words := make([]string, len(people))
	for i, p := range people {
		words[i] = p.Name
	}
	return strings.Join(words, "; ")
}

// text gives "" for what is not known.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// maxCell is how many characters a cell keeps; Excel takes 32,767 and cuts the
// rest without a word.
const maxCell = 32_000

// cell makes a text one that no spreadsheet reads as a formula. One that begins
// with = + - @ gets an apostrophe, as OWASP advises (https://owasp.org/www-community/attacks/CSV_Injection),
// and so does what follows a semicolon: that is what parts cells where a
// spreadsheet's language writes 1,5, and quotes do not help there. A space, a
// quote or an invisible character before the sign changes nothing. Tabs and line
// ends, which also part cells, become spaces.
func cell(s string) string {
	s = clip(strings.Join(strings.Fields(oneLine(s)), " "), maxCell)
	var b strings.Builder
	begin := true // at the begin of what may be read as a cell
	for _, r := range s {
		if begin && strings.ContainsRune("=+-@＝＋－＠", r) {
			b.WriteByte('\'')
		}
		switch {
		case r == ';':
			begin = true
		case r != '"' && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r):
			begin = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
