package mapping_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/alignd/alignd/internal/example"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// BenchmarkMap maps and judges a site of the usual shape: ten stories to an epic,
// ten epics to a goal with a PM and a PO, one story in ten without an epic.
//
// bytes/item is what the alignment keeps beyond the items as they came in, and
// all-bytes/item is that and the items.
func BenchmarkMap(b *testing.B) {
	org := load(b, `roadmap: [{from: jira, jql: project = ROAD, pm: assignee, po: "field:Product Owner"}]`)
	for _, stories := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d stories", stories), func(b *testing.B) {
			if stories > 100_000 && testing.Short() {
				b.Skip("takes 2 GB; not with -short")
			}
			before := heap()
			in := site(stories)
			in.Org, in.Now = org, now
			items := heap() - before
			b.ReportAllocs()
			var a *mapping.Alignment
			for b.Loop() {
				var err error
				if a, err = mapping.Map(in); err != nil {
					b.Fatal(err)
				}
			}
			if len(a.Stories) != stories || len(a.Findings) != stories/10 {
				b.Fatalf("%d stories and %d findings", len(a.Stories), len(a.Findings))
			}
			b.StopTimer()
			with := heap()
			runtime.KeepAlive(a)
			a = nil
			kept := with - heap()
			b.ReportMetric(float64(kept)/float64(len(in.Items)), "bytes/item")
			b.ReportMetric(float64(kept+items)/float64(len(in.Items)), "all-bytes/item")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(in.Items)), "ns/item")
			runtime.KeepAlive(in)
		})
	}
}

// site makes stories, their epics and their goals, as a tracker gives them.
func site(stories int) mapping.Input {
	in := mapping.Input{Items: make([]roadmap.Item, 0, stories+stories/10+stories/100)}
	var members []roadmap.Edge
	add := func(key, kind string, level int, project, parent string) *roadmap.Item {
		ref := roadmap.NewRef("jira", key)
		it := roadmap.Item{
			Key: example.KeyOf(ref), Ref: ref, Kind: roadmap.KindIssue, Type: kind, Level: level, Title: "Title of " + key,
			Project: project, Status: roadmap.StatusDoing, Created: now, Updated: now, InScope: project != "ROAD",
		}
		if parent != "" {
			it.Links = []roadmap.Link{{Way: roadmap.WayParent, Field: "parent", To: example.KeyOf(roadmap.NewRef("jira", parent))}}
		}
		in.Items = append(in.Items, it)
		return &in.Items[len(in.Items)-1]
	}
	for g := range stories / 100 {
		it := add(fmt.Sprintf("ROAD-%d", g), "Initiative", roadmap.LevelAbove, "ROAD", "")
		it.People = map[string][]roadmap.Person{
			"assignee":            {{Tracker: "jira", ID: fmt.Sprintf("pm%d", g/3), Name: "Ana", Active: true}},
			"field:Product Owner": {{Tracker: "jira", ID: fmt.Sprintf("po%d", g/3), Name: "Boris", Active: true}},
		}
		members = append(members, roadmap.Edge{From: it.Key})
	}
	for e := range stories / 10 {
		add(fmt.Sprintf("WEB-%d", e), "Epic", roadmap.LevelEpic, "WEB", fmt.Sprintf("ROAD-%d", e/10))
	}
	for s := range stories {
		epic := ""
		if s%10 != 0 {
			epic = fmt.Sprintf("WEB-%d", s/10)
		}
		add(fmt.Sprintf("PAY-%d", s), "Story", roadmap.LevelStory, "PAY", epic)
	}
	in.Edges = map[string]map[string][]roadmap.Edge{"jira": {roadmap.SetGoals + "0": members}}
	return in
}

// heap gives the bytes in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
