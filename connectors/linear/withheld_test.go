package linear

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// An issue whose parent or project we may not see stays so for as long as the
// account is what it is. The error's path tells where the gap is: the issue gets
// a link that leads nowhere, and the pull is whole. Of any other error nothing
// tells what it cost, and the pull is not.
func TestWithheldParentsAndProjects(t *testing.T) {
	parent := roadmap.Link{Way: roadmap.WayParent, Field: "parent"}
	project := roadmap.Link{Way: roadmap.WayProject, Field: "project"}
	milestone := roadmap.Link{Way: roadmap.WayProject, Field: "milestone"}
	const notFound = `"message":"Entity not found: Issue"`
	for _, tt := range []struct {
		what   string
		errors string
		want   []roadmap.Link // of the second issue, besides its project
		whole  bool
	}{
		{"the parent", `{` + notFound + `,"path":["issues","nodes",1,"parent"]}`, []roadmap.Link{parent}, true},
		{"the parent, by a field of it", `{` + notFound + `,"path":["issues","nodes",1,"parent","id"]}`, []roadmap.Link{parent}, true},
		{"the parent, for want of a permission", `{"message":"no","path":["issues","nodes",1,"parent"],"extensions":{"code":"FORBIDDEN"}}`, []roadmap.Link{parent}, true},
		{"the parent, in passing", `{"message":"no","path":["issues","nodes",1,"parent"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}`, nil, false},
		{"the parent, and something else", `{` + notFound + `,"path":["issues","nodes",1,"parent"]},{` + notFound + `}`, []roadmap.Link{parent}, false},
		{"the assignee", `{` + notFound + `,"path":["issues","nodes",1,"assignee"]}`, nil, false},
		{"the milestone", `{"message":"Entity not found: ProjectMilestone","path":["issues","nodes",1,"projectMilestone"]}`, []roadmap.Link{milestone}, true},
		{"a project that is there", `{` + notFound + `,"path":["issues","nodes",1,"project"]}`, nil, false},
		{"a row", `{` + notFound + `,"path":["issues","nodes",1]}`, nil, false},
		{"a row that there is not", `{` + notFound + `,"path":["issues","nodes",9,"parent"]}`, nil, false},
		{"a row of no number", `{` + notFound + `,"path":["issues","nodes",-0.5,"parent"]}`, nil, false},
		{"a null row", `{` + notFound + `,"path":["issues","nodes",2,"parent"]}`, nil, false},
		{"a page that is another", `{` + notFound + `,"path":["issues","edges",1,"parent"]}`, nil, false},
		{"no path", `{` + notFound + `}`, nil, false},
		{"an odd path", `{` + notFound + `,"path":"issues"}`, nil, false},
		{"both of the first issue", `{` + notFound + `,"path":["issues","nodes",0,"parent"]},{"message":"Entity not found: Project","path":["issues","nodes",0,"project"]}`, nil, true},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			f.reply("issues", reply{Body: `{"data":` + connection("issues", "",
				issueRow("i1", "ENG-1", at), issueRow("i2", "ENG-2", at, `"project":{"id":"p1","name":"P"}`), "null") + `,"errors":[` + tt.errors + `]}`})
			check := func(how string, items []roadmap.Item) {
				t.Helper()
				first := []roadmap.Link(nil)
				if strings.Contains(tt.what, "first") {
					first = []roadmap.Link{parent, project}
				}
				second := append([]roadmap.Link{{Way: roadmap.WayProject, Field: "project", To: roadmap.Key{Tracker: "eng", ID: "p1"}}}, tt.want...)
				for i, want := range [][]roadmap.Link{first, second} {
					if diff := cmp.Diff(want, items[i].Links); diff != "" || items[i].Level != roadmap.LevelStory {
						t.Errorf("%s: links of %s at level %d (-want +got):\n%s", how, items[i].Ref, items[i].Level, diff)
					}
				}
			}
			got := pullAll(t, f.tracker(), "")
			if (len(got.warnings) == 0) != tt.whole {
				t.Errorf("warnings %q, want none: %v", got.warnings, tt.whole)
			}
			check("pulled", got.items)
			pullAll(t, f.tracker(), got.cursor)
			asked := f.asks("issues")
			if mark := asked[1].Variables["filter"].(map[string]any)["updatedAt"]; (mark != nil) != tt.whole {
				t.Errorf("the next pull asks from %v", mark)
			}
			items, err := f.tracker().Fetch(context.Background(), []roadmap.Key{{Tracker: "eng", ID: "i1"}, {Tracker: "eng", ID: "i2"}}, nil)
			if !tt.whole {
				if connectors.KindOf(err) != connectors.Temporary || len(items) > 0 {
					t.Errorf("read directly: %d items, %v", len(items), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			check("read directly", items)
			if !slices.ContainsFunc(append(items[0].Links, items[1].Links...), roadmap.Link.Withheld) {
				t.Error("no link says that it leads to what is withheld")
			}
		})
	}
}
