package plan_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
)

// TestQuietEnds: whatever the hours, and on the days on which the clocks change
// too, a change that waits waits for a later moment, and that moment is not
// quiet: nothing waits for ever, and nothing is promised too early.
func TestQuietEnds(t *testing.T) {
	days := map[string][]string{
		"Europe/Berlin":    {"2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-11-18"},
		"America/Santiago": {"2026-04-04", "2026-04-05", "2026-09-05", "2026-09-06"}, // midnight itself is skipped
		"Asia/Kolkata":     {"2026-11-20", "2026-11-21"},
	}
	quiet := 0
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"Europe/Berlin", "America/Santiago", "Asia/Kolkata"}).Draw(t, "zone")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := time.ParseInLocation(time.DateOnly, rapid.SampledFrom(days[zone]).Draw(t, "day"), loc)
		if err != nil {
			t.Fatal(err)
		}
		s := newScene()
		s.org.Location = loc
		s.org.Quiet = config.Quiet{
			Hours: rapid.IntRange(0, 4).Draw(t, "hours") > 0, Weekends: rapid.Bool().Draw(t, "weekends"),
			From: 30 * rapid.IntRange(0, 47).Draw(t, "from"), To: 30 * rapid.IntRange(0, 47).Draw(t, "to"),
		}
		s.now = day.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(t, "minute")) * time.Minute)
		s.finds(noGoal, ref, "f1")
		held := plan.Build(s.input()).Held
		if len(held) == 0 {
			return
		}
		quiet++
		until := held[0].Until
		if !until.After(s.now) {
			t.Fatalf("at %s it is quiet until %s, which has been", s.now, until)
		}
		s.now = until
		for _, again := range plan.Build(s.input()).Held {
			t.Fatalf("at the end, %s, it is quiet again until %s", until, again.Until)
		}
	})
	if quiet == 0 {
		t.Error("it was never quiet")
	}
}
