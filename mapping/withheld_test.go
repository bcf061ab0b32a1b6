package mapping_test

import (
	"slices"
	"testing"

	"github.com/alignd/alignd/internal/example"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// What a tracker withholds of one issue makes its linkage unknown, and any goal
// may be the one that it serves. Where another way leads to a goal it is linked.
func TestWithheldLinks(t *testing.T) {
	org := load(t, `roadmap: [{from: eng, goals: initiatives}]
rules: {goal-without-stories: {enabled: true}}`)
	for _, c := range []struct {
		name, story string
		linkage     mapping.Linkage
		findings    []string
	}{
		{"seen", "eng:ENG-1 issue todo", mapping.Unlinked, []string{"goal-without-stories eng:speed", "story-without-goal eng:ENG-1"}},
		{"withheld", "eng:ENG-1 issue todo", mapping.Unknown, nil},
		{"withheld, and a label leads to another goal", "eng:ENG-1 issue todo labels=goal:trust", mapping.Linked, nil},
		{"withheld of a finished one", "eng:ENG-1 issue done", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := world(t, org, "eng:speed initiative active owner=Ana\neng:trust initiative planned owner=Ana\neng:cache project doing initiative=eng:speed lead=Bo\n"+
				"eng:audit project doing initiative=eng:trust lead=Bo\n"+c.story).Input()
			key := example.KeyOf("eng:ENG-1")
			if c.name != "seen" {
				i := slices.IndexFunc(in.Items, func(it roadmap.Item) bool { return it.Key == key })
				in.Items[i].Links = append(in.Items[i].Links, roadmap.Link{Way: roadmap.WayProject, Field: "project"})
			}
			a, err := mapping.Map(in)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, f := range a.Findings {
				found = append(found, string(f.Rule)+" "+string(f.Ref))
			}
			slices.Sort(found)
			if s, _ := a.Story(key); s.Linkage != c.linkage || !slices.Equal(found, c.findings) {
				t.Errorf("it is %q, and found is %q", s.Linkage, found)
			}
		})
	}
}
