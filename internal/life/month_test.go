package life

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// behaviour is how a person answers what alignd writes. It is asked after every
// pass of a working day.
type behaviour struct {
	name string
	does func(w *world, s site, day, pass int)
}

// ourFlags gives the stories that carry a label or an unresolved comment of ours.
func ourFlags(s site) []string {
	return slices.DeleteFunc(s.stories(), func(id string) bool {
		t := s.look(id)
		return !slices.ContainsFunc(t.labels, func(l string) bool { return slices.Contains(written, l) }) &&
			!slices.ContainsFunc(t.comments, func(c note) bool { return c.by == bot && len(rules(c.body)) > 0 })
	})
}

func (w *world) linkAll(s site) {
	for _, id := range ourFlags(s) {
		s.put(id, 1)
		w.changes(at(s, id))
	}
}

var behaviours = []behaviour{
	{"diligent: links what is flagged, the same day", func(w *world, s site, _, pass int) {
		if pass == 3 {
			w.linkAll(s)
		}
	}},
	{"slow: links what is flagged, every other week", func(w *world, s site, day, pass int) {
		if day%14 == 11 && pass == 0 {
			w.linkAll(s)
		}
	}},
	{"hostile: takes labels off and deletes comments", func(w *world, s site, _, _ int) {
		for n, id := range s.things() {
			w.takeOff(s, id, ana)
			w.person(act{name: "deletes our comment", site: slices.Index(w.sites, s), thing: n})
		}
	}},
	{"absent: does nothing", func(*world, site, int, int) {}},
	{"scripted: a bot takes labels off and moves stories", func(w *world, s site, day, pass int) {
		for n, id := range s.stories() {
			w.takeOff(s, id, robot)
			s.put(id, (day+pass+n)%3)
			w.changes(at(s, id))
		}
	}},
}

// TestMonth lives thirty days with each kind of person: a story without a goal is
// added every day, there are four passes in a working day, and one person is
// named on everything. It prints what that person gets to see.
func TestMonth(t *testing.T) {
	const passes = 4
	days := 30
	if raceDetector {
		days = 7 // `make test` lives the month once more without it
	}
	lines := make([]string, len(behaviours))
	t.Run("people", func(t *testing.T) {
		for i, b := range behaviours {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				dir := scratch(t)
				synctest.Test(t, func(t *testing.T) { lines[i] = b.month(t, dir, days, passes) })
			})
		}
	})
	head := fmt.Sprintf("%-52s %6s %8s %5s %8s %16s %7s", fmt.Sprintf("%d days, 1 new story a day on each tracker", days), "labels", "comments", "edits", "mentions", "writes per week", "re-adds")
	t.Logf("\n%s\n%s", head, strings.Join(lines, "\n"))
}

// month lives days with one kind of person, and sums up what that person has seen.
func (b behaviour) month(t *testing.T, dir string, days, passes int) string {
	w := newWorld(dir, plot{seed: 1, kinds: kinds, stories: 3, file: file{generous: true}}, saboteur{})
	defer w.close()
	for day := range days {
		morning := w.now
		for _, s := range w.sites {
			s.add(w.now.Add(-time.Hour))
		}
		for pass := range passes {
			w.wait(2 * time.Hour)
			if wd := w.now.Weekday(); wd == time.Saturday || wd == time.Sunday {
				continue
			}
			w.pass(write, fault{}, nil)
			for _, s := range w.sites {
				b.does(w, s, day, pass)
			}
		}
		w.now = morning.AddDate(0, 0, 1)
	}
	if w.wrong != "" {
		t.Errorf("%s: %s\n%s", b.name, w.wrong, strings.Join(w.log, "\n"))
	}
	return w.monthly(t, b.name, days)
}

// monthly sums up what a person has seen of us on one tracker.
func (w *world) monthly(t *testing.T, name string, days int) string {
	by := map[roadmap.Action]int{}
	for _, d := range w.deeds {
		by[d.action]++
	}
	again := 0
	for k, m := range w.past {
		for label, l := range m.labels {
			again += l.again
			if l.again > 0 && strings.HasPrefix(name, "hostile") {
				t.Errorf("the label %s on %s was put on again after a person had taken it off", label, k)
			}
		}
	}
	asked := 0
	for _, times := range w.asked {
		asked += len(times)
	}
	n := len(w.sites)
	return fmt.Sprintf("%-52s %6d %8d %5d %8d %16.1f %7d", name, (by[roadmap.AddLabel]+by[roadmap.RemoveLabel])/n, by[roadmap.CreateComment]/n, by[roadmap.UpdateComment]/n,
		asked/n, float64(len(w.deeds))/float64(n)/(float64(days)/7), again/n)
}
