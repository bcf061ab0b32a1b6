package linear

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func TestPullTroubles(t *testing.T) {
	at := "2026-09-21T09:00:00.000Z"
	for _, tt := range []struct {
		what  string
		setUp func(*fake)
		teams []string
		kind  connectors.Kind
		says  string
	}{
		{"a team that is not visible", func(*fake) {}, []string{"ENG", "PAY"}, connectors.NotFound, "it sees ENG, OPS"},
		{"a team in the wrong case", func(*fake) {}, []string{"eng"}, connectors.NotFound, "write the team as ENG"},
		{"a page cursor that stands still", func(f *fake) {
			f.data("issues", connection("issues", "c1", issueRow("i", "ENG-1", at)))
		}, nil, connectors.Temporary, "stands still"},
		{"an empty page cursor", func(f *fake) {
			f.data("issues", `{"issues":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":""}}}`)
		}, nil, connectors.Temporary, "stands still"},
		{"page cursors that go round in a circle", func(f *fake) {
			f.on("users", func(v map[string]any) reply {
				next := map[any]string{nil: "a", "a": "b", "b": "a"}[v["after"]]
				return reply{Body: `{"data":` + connection("users", next) + `}`}
			})
		}, nil, connectors.Temporary, "in a circle"},
		{"pages of issues that go round in a circle", func(f *fake) {
			f.on("issues", func(v map[string]any) reply {
				next := map[any]string{nil: "a", "a": "b", "b": "a"}[v["after"]]
				return reply{Body: `{"data":` + connection("issues", next) + `}`}
			})
		}, nil, connectors.Temporary, "in a circle"},
		{"an answer without data", func(f *fake) { f.reply("issues", reply{Body: `{}`}) }, nil, connectors.Temporary, "neither data nor errors"},
		{"data that are null", func(f *fake) { f.reply("issues", reply{Body: `{"data":null}`}) }, nil, connectors.Temporary, "neither data nor errors"},
		{"data that are empty", func(f *fake) { f.reply("issues", reply{Body: `{"data":{}}`}) }, nil, connectors.Temporary, "neither data nor errors"},
		{"a page without page info", func(f *fake) { f.data("issues", `{"issues":{"nodes":[]}}`) }, nil, connectors.Temporary, "does not hold the page"},
		{"HTML from a proxy", func(f *fake) {
			f.reply("issues", reply{Status: 502, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>Bad gateway"})
		}, nil, connectors.Temporary, "HTTP 502, text/html"},
		{"a redirect", func(f *fake) {
			f.reply("viewer", reply{Status: 302, Header: map[string]string{"Location": "https://evil.example/?k=1"}})
		}, nil, connectors.Invalid, "check the tracker's url"},
		{"no workspace in the answer", func(f *fake) { f.data("viewer", `{"viewer":{"id":"u","name":"","email":"","app":false}}`) }, nil, connectors.Temporary, "neither user nor workspace"},
		{"initiatives that the plan does not have, but the file needs", func(f *fake) {
			f.reply("sight", reply{Status: 400, Body: `{"errors":[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]}`})
		}, nil, connectors.Forbidden, "plan"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			tt.setUp(f)
			tr := f.tracker(func(o *Options) {
				o.Sources = map[int]config.Source{0: {From: "eng", Goals: "initiatives", PM: "owner"}}
				if tt.teams != nil {
					o.Config.Teams = tt.teams
				}
			})
			var err error
			var c connectors.Cursor
			for range 10 {
				var p connectors.Page
				if p, err = tr.Pull(context.Background(), c); err != nil || !p.More {
					break
				}
				c = p.Next
			}
			var e *connectors.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v (%s)\nwant %s that says %q", err, connectors.KindOf(err), tt.kind, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), "VERYSECRET") {
				t.Errorf("the error holds the key: %v", err)
			}
		})
	}
}

// Where nothing in the file needs initiatives, the rest goes on without them. A
// plan that has none hides nothing; a scope that is missing may hide what a
// project serves, so its stories' linkage is unknown and no finding. Once they
// can be seen, the projects are read again.
func TestPullWithoutInitiatives(t *testing.T) {
	for _, tt := range []struct {
		what, errors string
		link         string
	}{
		{"the plan has none", `[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]`, ""},
		{"the scope is missing", "[{\"message\":\"Invalid scope: `initiative:read` required\",\"extensions\":{\"code\":\"FORBIDDEN\"}}]", unseenInitiative},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			no := reply{Status: 400, Body: `{"errors":` + tt.errors + `}`}
			for _, root := range []string{"sight", "initiatives", "initiativeLabels", "initiativeToProjects", "initiativeRelations"} {
				f.reply(root, no)
			}
			f.rows("projects", projectRow("p1", "aaaabbbbcccc", "2026-09-21T10:00:00.000Z"))
			got := pullAll(t, f.tracker(), "")
			if len(got.sets) != 2 || !got.sets[0].First || !got.sets[0].Last || len(got.sets[0].Edges) != 0 || len(got.warnings) != 0 {
				t.Errorf("sets %+v, warnings %v; want two empty sets", got.sets, got.warnings)
			}
			link := ""
			for _, l := range got.items[0].Links {
				link = l.To.ID
			}
			if link != tt.link {
				t.Errorf("the project leads to %q, want %q", link, tt.link)
			}
			if items, err := f.tracker().Fetch(context.Background(), []roadmap.Key{{Tracker: "eng", ID: unseenInitiative}}, nil); err != nil || len(items) != 0 {
				t.Errorf("what stands for it brings %v, %v", items, err)
			}

			f.data("sight", connection("initiatives", ""))
			for _, root := range []string{"initiatives", "initiativeLabels", "initiativeToProjects", "initiativeRelations"} {
				f.rows(root)
			}
			again := pullAll(t, f.tracker(), got.cursor)
			if len(again.items) != 1 || len(again.items[0].Links) != 0 {
				t.Errorf("when they can be seen: %+v", again.items)
			}
			if b, _ := json.Marshal(f.asks("projects")[len(f.asks("projects"))-1].Variables["filter"]); string(b) != `{}` {
				t.Errorf("the projects are asked for by %s, want all of them", b)
			}
		})
	}
}

// Rows that come with errors are used, the pass is told, and the watermark stays
// so that the rows that were withheld are asked for again.
func TestPullPartialData(t *testing.T) {
	f := newFake(t)
	f.reply("issues", reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", "2026-09-21T09:00:00.000Z"), "null") +
		`,"errors":[{"message":"Entity not found: Project","path":["issues","nodes",1]}]}`})
	got := pullAll(t, f.tracker(), "")
	if len(got.items) != 1 || len(got.warnings) != 1 || !strings.Contains(got.warnings[0], "Entity not found: Project") {
		t.Errorf("items %v\nwarnings %v", got.items, got.warnings)
	}
	pullAll(t, f.tracker(), got.cursor)
	if b, _ := json.Marshal(f.asks("issues")[1].Variables["filter"]); strings.Contains(string(b), "updatedAt") {
		t.Errorf("after a torn crawl the pull filters by %s, want everything again", b)
	}
}
