package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

const at = "2026-09-21T10:00:00.000Z"

func TestFetch(t *testing.T) {
	f := newFake(t)
	f.on("issues", func(v map[string]any) reply {
		filter, _ := json.Marshal(v["filter"])
		switch {
		case strings.Contains(string(filter), `"number":{"in":[7]}`) && strings.Contains(string(filter), `"in":["OPS"]`):
			return reply{Body: `{"data":` + connection("issues", "", issueRow("i7", "OPS-7", at, `"team":{"key":"OPS"}`)) + `}`}
		case strings.Contains(string(filter), `"i1"`):
			return reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at)) + `}`}
		}
		return reply{Body: `{"data":` + connection("issues", "") + `}`}
	})
	f.on("projects", func(v map[string]any) reply {
		filter, _ := json.Marshal(v["filter"])
		if strings.Contains(string(filter), "p1") || strings.Contains(string(filter), "aaaabbbbcccc") {
			return reply{Body: `{"data":` + connection("projects", "", projectRow("p1", "aaaabbbbcccc", at)) + `}`}
		}
		return reply{Body: `{"data":` + connection("projects", "") + `}`}
	})
	f.rows("initiatives", initiativeRow("n1", "ddddeeeeffff", at))
	nothing := f.answers["issue"]
	f.on("issue", func(v map[string]any) reply {
		if v["id"] == "WEB-9" {
			return reply{Body: `{"data":{"issue":` + issueRow("i7", "OPS-7", at, `"team":{"key":"OPS"}`, `"previousIdentifiers":["WEB-9"]`) + `}}`}
		}
		return nothing(v)
	})
	k := func(id string) roadmap.Key { return roadmap.Key{Tracker: "eng", ID: id} }

	for _, tt := range []struct {
		what  string
		keys  []roadmap.Key
		refs  []roadmap.Ref
		want  string
		roots string // requests after the start-up reads
	}{
		{"nothing", nil, nil, "", ""},
		{"another tracker's", []roadmap.Key{{Tracker: "jira", ID: "1"}}, []roadmap.Ref{"jira:PAY-1"}, "", ""},
		{"an issue", []roadmap.Key{k("i1"), k("i1")}, nil, "eng:ENG-1", "issues"},
		{"a project", []roadmap.Key{k("p1")}, nil, "eng:aaaabbbbcccc", "issues projects"},
		{"one of each", []roadmap.Key{k("i1"), k("p1"), k("n1")}, nil, "eng:ENG-1 eng:aaaabbbbcccc eng:ddddeeeeffff", "issues projects initiatives"},
		{"by name", nil, []roadmap.Ref{"eng:OPS-7", "OPS-7"}, "eng:OPS-7", "issues"},
		{"by the name before it was moved", nil, []roadmap.Ref{"eng:WEB-9"}, "eng:OPS-7", "issues issue"},
		{"by a name that nothing ever had", nil, []roadmap.Ref{"eng:WEB-10"}, "", "issues issue"},
		{"by slug", nil, []roadmap.Ref{"eng:aaaabbbbcccc"}, "eng:aaaabbbbcccc eng:ddddeeeeffff", "projects initiatives"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			tr := f.tracker()
			if tt.roots != "" {
				if err := tr.start(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			before := len(f.log)
			items, err := tr.Fetch(context.Background(), tt.keys, tt.refs)
			if err != nil {
				t.Fatal(err)
			}
			var refs []string
			for _, it := range items {
				refs = append(refs, string(it.Ref))
				if it.InScope != (it.Team == "ENG") {
					t.Errorf("%s of team %q: in scope %v", it.Ref, it.Team, it.InScope)
				}
			}
			if got := strings.Join(refs, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := strings.Join(f.roots(before), " "); got != tt.roots {
				t.Errorf("asked for %q, want %q", got, tt.roots)
			}
		})
	}
}

func TestFetchAsksForFiftyAtATime(t *testing.T) {
	f := newFake(t)
	var keys []roadmap.Key
	for i := range 120 {
		keys = append(keys, roadmap.Key{Tracker: "eng", ID: fmt.Sprint("x", i)})
	}
	if _, err := f.tracker().Fetch(context.Background(), keys, nil); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, a := range f.asks("issues") {
		in := a.Variables["filter"].(map[string]any)["id"].(map[string]any)["in"].([]any)
		sizes = append(sizes, len(in))
		if a.Variables["first"] != float64(len(in)) {
			t.Errorf("first %v for %d ids", a.Variables["first"], len(in))
		}
	}
	if !slices.Equal(sizes, []int{50, 50, 20}) {
		t.Errorf("ids a request: %v", sizes)
	}
}

// What is asked for by name comes on one page. Where Linear says that there is
// more, something is missing, and a part is not taken for all.
func TestPartOfWhatWasAskedForIsNone(t *testing.T) {
	f := newFake(t)
	f.data("issues", connection("issues", "c1", issueRow("i1", "ENG-1", at)))
	f.data("comments", connection("comments", "c1"))
	it := roadmap.Item{Key: roadmap.Key{Tracker: "eng", ID: "i1"}}
	items, err := f.tracker().Fetch(t.Context(), []roadmap.Key{it.Key}, nil)
	if len(items) > 0 || connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("read %d items, %v", len(items), err)
	}
	comments, err := f.tracker().Comments(t.Context(), []roadmap.Item{it})
	if len(comments) > 0 || connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("found %d comments, %v", len(comments), err)
	}
}
