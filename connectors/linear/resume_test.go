package linear

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// withheldPart is an error that does not tell what it cost.
const withheldPart = `,"errors":[{"message":"Entity not found: Project","extensions":{"code":"INPUT_ERROR"}}]}`

// pullUntil pulls until the pages end or one fails, and gives the cursor after
// the last good one.
func pullUntil(t *testing.T, tr *Tracker, c connectors.Cursor) (connectors.Cursor, error) {
	t.Helper()
	for range 50 {
		p, err := tr.Pull(context.Background(), c)
		if err != nil {
			return c, err
		}
		if c = p.Next; !p.More {
			return c, nil
		}
	}
	t.Fatal("the pull does not end")
	return "", nil
}

// A pass that was broken off after a page with holes knew of them; the one that
// goes on would not, and would take an issue without its project for one of none.
func TestPullBeginsAgainAfterHoles(t *testing.T) {
	whole := reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at, `"project":{"id":"p1","name":"P"}`)) + `}`}
	holed := reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at)) + withheldPart}
	down := reply{Status: 502, Body: "<html>"}
	none := reply{Body: `{"data":` + connection("initiativeToProjects", "") + `}`}
	for _, tt := range []struct {
		what  string
		first reply // of the issues, before the pull breaks off
		want  []string
	}{
		{"a page with holes", holed, []string{"initiatives", "projects", "issues", "initiativeToProjects", "initiativeRelations"}},
		{"whole pages", whole, []string{"initiativeToProjects", "initiativeRelations"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			f.script("issues", tt.first, whole)
			f.script("initiativeToProjects", down, none)
			c, err := pullUntil(t, f.tracker(), "")
			if connectors.KindOf(err) != connectors.Temporary {
				t.Fatalf("the pull ended with %v, want a failing gateway", err)
			}
			tr := f.tracker()
			if err := tr.start(context.Background()); err != nil {
				t.Fatal(err)
			}
			before := len(f.log)
			if c, err = pullUntil(t, tr, c); err != nil {
				t.Fatal(err)
			}
			if got := f.roots(before); !slices.Equal(got, tt.want) {
				t.Errorf("the next pass asked for %v, want %v", got, tt.want)
			}
			before = len(f.log)
			if _, err = pullUntil(t, tr, c); err != nil {
				t.Fatal(err)
			}
			if n := len(f.roots(before)); n != 5 {
				t.Errorf("and the one after it made %d requests, want one for each stream", n)
			}
		})
	}
}

// A stored page cursor may be refused, as when its row was deleted for good:
// then the stream is read from its first page, and not never.
func TestPullBeginsAgainWhereItsCursorIsRefused(t *testing.T) {
	refused := reply{Body: `{"data":null,"errors":[{"message":"Entity not found: Issue","extensions":{"code":"INPUT_ERROR"}}]}`}
	page := func(next, id string) reply {
		return reply{Body: `{"data":` + connection("issues", next, issueRow(id, "ENG-1", at)) + `}`}
	}
	f := newFake(t)
	f.on("issues", func(v map[string]any) reply {
		if v["after"] == nil {
			return page("old", "i1")
		}
		return reply{Status: 502}
	})
	c, err := pullUntil(t, f.tracker(), "")
	if connectors.KindOf(err) != connectors.Temporary {
		t.Fatal(err)
	}
	f.on("issues", func(v map[string]any) reply {
		switch v["after"] {
		case nil:
			return page("new", "i1")
		case "new":
			return page("", "i2")
		}
		return refused
	})
	got := pullAll(t, f.tracker(), c)
	if len(got.items) != 2 || len(got.warnings) > 0 {
		t.Errorf("items %v, warnings %v, want both issues", got.items, got.warnings)
	}

	f.on("issues", func(v map[string]any) reply { // whatever the cursor
		if v["after"] == nil {
			return page("x", "i1")
		}
		return refused
	})
	if _, err := pullUntil(t, f.tracker(), c); connectors.KindOf(err) != connectors.NotFound {
		t.Errorf("where every cursor is refused the pull ends with %v, want the refusal", err)
	}
}

// What is read directly says nothing of holes of which nobody knows where they
// are, so there are none.
func TestFetchRefusesPartialData(t *testing.T) {
	f := newFake(t)
	f.reply("issues", reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at)) + withheldPart})
	f.reply("issue", reply{Body: `{"data":{"issue":` + issueRow("i1", "ENG-1", at) + `}` + withheldPart})
	refused := func(what string, keys []roadmap.Key, refs []roadmap.Ref) {
		t.Helper()
		items, err := f.tracker().Fetch(context.Background(), keys, refs)
		if len(items) > 0 || connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "Entity not found: Project") {
			t.Errorf("%s: %d items, %v (%s), want none and why", what, len(items), err, connectors.KindOf(err))
		}
	}
	refused("by identity", []roadmap.Key{{Tracker: "eng", ID: "i1"}}, nil)
	f.rows("issues")
	refused("by a former name", nil, []roadmap.Ref{"eng:OLD-1"})
}
