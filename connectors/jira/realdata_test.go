package jira

import (
	"bytes"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// TestRealProjects pulls and counts the issues of public projects over HTTP, as
// both kinds of Jira hold them, and misses none. Under the race detector the
// largest is left to the smaller file.
func TestRealProjects(t *testing.T) {
	titanium := "titanium.jsonl.gz"
	if raceDetector || testing.Short() {
		titanium = "titanium-small.jsonl.gz"
	}
	for _, file := range []string{titanium, "eucalyptus-gui.jsonl.gz"} {
		raw := shared(t, "data", file)
		for name, dc := range map[string]*jirasim.DataCenter{"Cloud": nil, "Data Center": {ContextPath: "/jira"}} {
			t.Run(file+" "+name, func(t *testing.T) {
				t.Parallel()
				realProject(t, raw, dc)
			})
		}
	}
}

func realProject(t *testing.T, raw []byte, dc *jirasim.DataCenter) {
	now := at("2026-11-22T12:00:00Z")
	sim := jirasim.New(jirasim.Options{Clock: func() time.Time { return now }, PageSize: 1000, DataCenter: dc})
	n, err := sim.LoadJSONL(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	sim.AddUser(jirasim.User{AccountID: "bot", Name: "bot", Active: true, TimeZone: "America/St_Johns"})
	sim.AddBearer(testToken, "bot")
	h := httptest.NewServer(sim)
	defer h.Close()
	o := optionsFor(h.URL)
	if dc != nil {
		o.Config.URL += dc.ContextPath
	}
	o.Config.Auth = config.Auth{Type: config.Bearer}
	o.Config.Projects = nil
	o.PageSize = 1000
	want := map[string]jirasim.Issue{}
	for _, is := range sim.Issues() {
		want[is.ID] = is
	}
	for _, p := range sim.Projects() {
		o.Config.Projects = append(o.Config.Projects, p.Key)
	}
	tr := mustNew(t, o)
	got := map[string]roadmap.Item{}
	var at connectors.Cursor
	for more := true; more; {
		p, err := tr.Pull(t.Context(), at)
		if err != nil || len(p.Warnings) > 0 {
			t.Fatal(err, p.Warnings)
		}
		for _, it := range p.Items {
			got[it.Key.ID] = it
		}
		at, more = p.Next, p.More
	}
	links, sprints, epics := 0, 0, 0
	for id, is := range want {
		it, there := got[id]
		if !there || it.Title != is.Summary || it.Ref != roadmap.NewRef("jira", is.Key) || !it.Updated.Equal(is.Updated) || !it.InScope {
			t.Fatalf("%s is %+v, pulled %t", is.Key, it, there)
		}
		if len(it.Links) > 0 {
			links++
		}
		if it.Sprint != "" {
			sprints++
		}
		if it.Level == roadmap.LevelEpic {
			epics++
		}
		named := is.ParentKey != "" || is.EpicLink != ""
		if named != (len(it.Links) > 0) {
			t.Fatalf("%s belongs to %q and %q, and has the links %v", is.Key, is.ParentKey, is.EpicLink, it.Links)
		}
	}
	counted := map[string]bool{}
	for c, more := (connectors.Count{}), true; more; more = c.More {
		if c, err = tr.Census(t.Context(), c.Next); err != nil || c.Hidden {
			t.Fatal(c, err)
		}
		for _, id := range c.IDs {
			counted[id] = true
		}
	}
	if len(got) != n || len(counted) != n || n != len(want) {
		t.Errorf("of %d issues %d were pulled and %d counted", n, len(got), len(counted))
	}
	t.Logf("%d issues, %d linked upwards, %d in sprints, %d epics, %d requests", n, links, sprints, epics, len(sim.Requests()))
}
