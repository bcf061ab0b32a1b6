package mapping_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// BenchmarkMap maps a site of the usual shape: ten stories to an epic, ten epics
// to a goal, one story in ten without an epic. bytes/item is what the alignment
// keeps, beyond the items themselves as they came in.
func BenchmarkMap(b *testing.B) {
	org := load(b, "roadmap: [{from: jira, jql: project = ROAD}]\n")
	for _, stories := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d stories", stories), func(b *testing.B) {
			w := site(b, newWorld(org), stories)
			b.ReportAllocs()
			var a *mapping.Alignment
			for b.Loop() {
				var err error
				if a, err = mapping.Map(w.input()); err != nil {
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
			b.ReportMetric(float64(with-heap())/float64(len(w.items)), "bytes/item")
			runtime.KeepAlive(w)
		})
	}
}

// site fills a world with stories, their epics and their goals.
func site(b *testing.B, w *world, stories int) *world {
	add := func(format string, args ...any) {
		if err := w.line(fmt.Sprintf(format, args...)); err != nil {
			b.Fatal(err)
		}
	}
	for g := range stories/100 + 1 {
		add("jira:ROAD-%d initiative doing goal", g)
	}
	for e := range stories/10 + 1 {
		add("jira:WEB-%d epic doing parent=jira:ROAD-%d", e, e/10)
	}
	for s := range stories {
		if s%10 == 0 {
			add("jira:PAY-%d story todo", s)
		} else {
			add("jira:PAY-%d story todo parent=jira:WEB-%d", s, s/10)
		}
	}
	for i := range w.items { // as trackers give them: most name nobody
		w.items[i].People = map[string][]roadmap.Person(nil)
	}
	return w
}

// heap gives the bytes in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
