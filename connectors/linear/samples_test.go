package linear

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(shared(t, "samples", "linear", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A sample that no test reads proves nothing.
func TestEverySampleIsRead(t *testing.T) {
	var tests strings.Builder
	for _, file := range []string{"samples_test.go", "samples_comment_test.go", "classify_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(text)
	}
	files, err := os.ReadDir(shared(t, "samples", "linear"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		if f.Name() != "README.md" && !strings.Contains(tests.String(), `"`+f.Name()+`"`) {
			t.Errorf("no test reads %s", f.Name())
		}
	}
}

// Headers as Linear sent them: what is left, and a reset in milliseconds.
func TestSampleHeaders(t *testing.T) {
	h := http.Header{}
	for line := range strings.Lines(string(sample(t, "headers-rate-limit.txt"))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			h.Set(name, value)
		}
	}
	var b budget
	b.take(h)
	if got := b.String(); got != "2499 of 2500 requests and 30713 of 3000000 points left in the hour" || b.cost != 1 {
		t.Errorf("read %q, and %v points for the query", got, b.cost)
	}
	if at := b.points.reset.UTC().Format(time.RFC3339); at != "2026-07-06T21:28:03Z" {
		t.Errorf("the reset is at %s", at)
	}
}

// Rows that come with an error beside them are used, and the pass is told. The
// field that this sample lacks data for is none that we ask for.
func TestSamplePartialData(t *testing.T) {
	f := newFake(t)
	var answer map[string]any
	if err := json.Unmarshal(sample(t, "resp-200-partial-data.json"), &answer); err != nil {
		t.Fatal(err)
	}
	node := answer["data"].(map[string]any)["issues"].(map[string]any)["nodes"].([]any)[0].(map[string]any)
	for _, unasked := range []string{"number", "description", "children", "inverseRelations"} {
		delete(node, unasked)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	f.reply("issues", reply{Body: string(body)})
	got := pullAll(t, f.tracker(), "")
	if len(got.items) != 1 || got.items[0].Ref != "eng:ENG-10" || len(got.warnings) != 1 || !strings.Contains(got.warnings[0], "Entity not found") {
		t.Errorf("items %+v\nwarnings %q", got.items, got.warnings)
	}
}

// The issue inside a delivery reads as the item that a pull would bring, as far
// as the delivery tells it.
func TestSampleIssues(t *testing.T) {
	for file, want := range map[string]roadmap.Item{
		"webhook-issue-create.json": {},
		"webhook-issue-update.json": {
			Ref: "eng:LIN-34", Title: "Foobar", Status: roadmap.StatusTodo, Project: "Testing", Team: "LIN",
			Links: []roadmap.Link{{Way: roadmap.WayProject, Field: "project", To: roadmap.Key{Tracker: "eng", ID: "30c1f0c4-086a-4f38-bd9c-48c63e2be880"}}},
		},
	} {
		var delivery struct {
			Data issueNode
			URL  string
		}
		var raw struct{ Data map[string]any }
		b := sample(t, file)
		if err := json.Unmarshal(b, &delivery); err != nil {
			t.Fatal(file, err)
		}
		if err := json.Unmarshal(b, &raw); err != nil {
			t.Fatal(file, err)
		}
		n := delivery.Data
		if n.Identifier == "" { // a delivery names the number, and the address holds the identifier
			parts := strings.Split(delivery.URL, "/")
			n.Identifier = parts[slices.Index(parts, "issue")+1]
		}
		tr := newFake(t).tracker()
		if err := tr.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := tr.issue(n)
		if got.Key.ID != raw.Data["id"] || got.Title != raw.Data["title"] || got.Updated.IsZero() || got.Kind != roadmap.KindIssue || got.Status == roadmap.StatusTriage {
			t.Errorf("%s: %+v", file, got)
		}
		if want.Ref == "" {
			continue
		}
		got = roadmap.Item{Ref: got.Ref, Title: got.Title, Status: got.Status, Project: got.Project, Team: got.Team, Links: got.Links}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// A hundred issues of a real team, in Portuguese, pull without loss.
func TestRealIssues(t *testing.T) {
	b, err := os.ReadFile(shared(t, "data", "linear-garraia.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	type real struct {
		ID, Identifier, Title string
		UpdatedAt             time.Time
		Labels                struct{ Nodes []struct{ Name string } }
	}
	want := map[string]real{}
	lines := bufio.NewScanner(z)
	for lines.Buffer(nil, 8<<20); lines.Scan(); {
		var r real
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		want[r.ID] = r
	}
	w, closeTown := newTown(t)
	defer closeTown()
	if n, err := w.LoadJSONL(bytes.NewReader(b)); err != nil || n != len(want) || n != 100 {
		t.Fatalf("loaded %d of %d: %v", n, len(want), err)
	}
	tr := w.tracker(t, 7)
	tr.o.Config = config.Tracker{Name: "eng", URL: w.url, Teams: []string{"GAR"}}
	for _, it := range pullAll(t, tr, "").items {
		if it.Kind != roadmap.KindIssue {
			continue
		}
		r, known := want[it.Key.ID]
		var labels []string
		for _, l := range r.Labels.Nodes {
			labels = append(labels, l.Name)
		}
		slices.Sort(labels)
		if !known || it.Ref != roadmap.NewRef("eng", r.Identifier) || it.Title != r.Title || !it.Updated.Equal(r.UpdatedAt) || !slices.Equal(it.Labels, labels) || !it.InScope {
			t.Errorf("%+v\nis not %+v", it, r)
		}
		delete(want, it.Key.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d issues did not come", len(want))
	}
}

// BenchmarkQuietPass is a pass over 10,000 issues of which none has changed:
// what it costs of the limits is reported as requests and points.
func BenchmarkQuietPass(b *testing.B) {
	w, closeTown := newTown(b)
	defer closeTown()
	for range 10000 - len(w.issues) {
		w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Work"})
	}
	w.now = w.now.Add(time.Hour)
	k := newKept()
	k.pull(b, w.trackerWith(b, 0, k), func() bool { return false })
	if err := w.EditProject(w.projects[0], w.users[0], func(p *linearsim.Project) { p.Name = "The latest" }); err != nil {
		b.Fatal(err)
	}
	if err := w.EditIssue(w.issues[0], w.users[0], func(i *linearsim.Issue) { i.Title = "The latest" }); err != nil {
		b.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	k.pull(b, w.trackerWith(b, 0, k), func() bool { return false })
	requests, points := 0, 0
	for b.Loop() {
		w.ResetRequests()
		k.pull(b, w.trackerWith(b, 0, k), func() bool { return false })
		requests, points = 0, 0
		for _, r := range w.Requests() {
			requests++
			points += r.Complexity
		}
	}
	b.ReportMetric(float64(requests), "requests/pass")
	b.ReportMetric(float64(points), "points/pass")
	b.ReportMetric(0, "ns/op") // the built-in Linear's own time says nothing
}
