package report

import (
	_ "embed"
	"html/template"
	"io"
	"time"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

// How much of each list the page shows, so that a large org's can still be
// mailed: the page of a very large one has three or four megabytes.
const (
	maxGoals     = 1000
	maxPlaces    = 100 // projects and teams
	maxOrphans   = 50  // of one project or team
	maxPerRule   = 100 // findings
	maxPeople    = 300
	maxPerPerson = 10 // goals named
	maxErrors    = 20
	maxTitle     = 160 // characters
)

// WriteHTML writes the report as one page that stands alone: it loads nothing
// and runs no script, and says so to the browser in its content security policy.
// All texts of others are escaped where they stand (html/template), cut to a
// length and kept from turning the direction of what is around them. Times are
// those of the time zone. What is cut says so, and where the whole is.
//
// Its bars are SVG in the template: they are rectangles with a title, they take
// their colours from the page's style, light or dark, and differ by pattern too.
func WriteHTML(w io.Writer, r Report, zone *time.Location) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"css": func() template.CSS { return template.CSS(pageCSS) }, // ours
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, newPage(r, zone))
}
