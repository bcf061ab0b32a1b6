package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		text string
		want Duration
		back string // as it is written back
	}{
		{"0", Duration{}, "0"},
		{"0d", Duration{}, "0"},
		{"90m", Duration{Clock: 90 * time.Minute}, "90m"},
		{"60m", Duration{Clock: time.Hour}, "1h"},
		{"36h", Duration{Clock: 36 * time.Hour}, "36h"},
		{"3d", Duration{Days: 3}, "3d"},
		{"2w", Duration{Days: 14}, "2w"},
		{"3bd", Duration{Business: 3}, "3bd"},
	} {
		got, err := ParseDuration(c.text)
		if err != nil || got != c.want || got.String() != c.back {
			t.Errorf("%s: %+v (%s), %v", c.text, got, got, err)
		}
	}
	for _, text := range []string{"", "3", "d", "-3d", "+3d", "3 d", "1.5h", "3days", "1h30m", "3D", "٣d", "99999999999999999999d", "3661d", "523w", "3661bd", "100000h", "1e3d", "3mo"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

// TestAfter: the ends of graces, by the calendar of the org's time zone.
func TestAfter(t *testing.T) {
	berlin := mustLocation(t, "Europe/Berlin")
	const layout = "Mon 2006-01-02 15:04 MST"
	for _, c := range []struct{ from, duration, want string }{
		{"2026-11-20 10:00", "0", "Fri 2026-11-20 10:00 CET"},
		{"2026-11-20 10:00", "90m", "Fri 2026-11-20 11:30 CET"},
		{"2026-11-20 10:00", "3d", "Mon 2026-11-23 10:00 CET"},
		{"2026-11-20 10:00", "2w", "Fri 2026-12-04 10:00 CET"},
		// Business days: over a weekend, and from within one.
		{"2026-11-20 10:00", "1bd", "Mon 2026-11-23 10:00 CET"},
		{"2026-11-20 10:00", "3bd", "Wed 2026-11-25 10:00 CET"},
		{"2026-11-21 10:00", "1bd", "Mon 2026-11-23 10:00 CET"},
		{"2026-11-22 10:00", "5bd", "Fri 2026-11-27 10:00 CET"},
		{"2026-11-18 10:00", "10bd", "Wed 2026-12-02 10:00 CET"},
		// The night from Saturday to Sunday, 28 March 2027, has 23 hours.
		{"2027-03-27 10:00", "24h", "Sun 2027-03-28 11:00 CEST"},
		{"2027-03-27 10:00", "1d", "Sun 2027-03-28 10:00 CEST"},
		{"2027-03-26 10:00", "1bd", "Mon 2027-03-29 10:00 CEST"},
		// 02:30 does not exist on that Sunday; on the day after it does again.
		{"2027-03-27 02:30", "1d", "Sun 2027-03-28 03:30 CEST"},
		{"2027-03-27 02:30", "2d", "Mon 2027-03-29 02:30 CEST"},
		// The night to 31 October 2027 has 25 hours.
		{"2027-10-30 10:00", "1d", "Sun 2027-10-31 10:00 CET"},
		{"2027-10-30 10:00", "24h", "Sun 2027-10-31 09:00 CET"},
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, berlin)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDuration(c.duration)
		if err != nil {
			t.Fatal(err)
		}
		// The moment counts, not the zone that it happens to be stated in.
		if got := d.After(from.UTC(), berlin).In(berlin).Format(layout); got != c.want {
			t.Errorf("%s + %s = %s, want %s", c.from, c.duration, got, c.want)
		}
	}
	// Late on Friday in Berlin is Friday in UTC too, but early on Saturday in Berlin is not.
	late := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	if got := (Duration{Business: 1}).After(late, nil).Weekday(); got != time.Monday {
		t.Errorf("no zone: %s", got)
	}
	if got := (Duration{Business: 1}).After(late, berlin); got.Day() != 23 || got.Hour() != 0 {
		t.Errorf("one business day after Saturday 00:30 is %s", got)
	}
}

// TestDurationProperties: whatever the duration and the moment, it is written
// and read back the same, more of it is never earlier, and business days end on
// business days.
func TestDurationProperties(t *testing.T) {
	zones := []*time.Location{time.UTC, mustLocation(t, "Europe/Berlin"), mustLocation(t, "America/St_Johns"), mustLocation(t, "Pacific/Apia"), mustLocation(t, "Australia/Lord_Howe")}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 400).Draw(t, "n")
		unit := rapid.SampledFrom([]func(int) Duration{
			func(n int) Duration { return Duration{Clock: time.Duration(n) * time.Minute} },
			func(n int) Duration { return Duration{Days: n} },
			func(n int) Duration { return Duration{Business: n} },
		}).Draw(t, "unit")
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		from := time.Unix(rapid.Int64Range(1_000_000_000, 2_500_000_000).Draw(t, "from"), 0)

		d := unit(n)
		if back, err := ParseDuration(d.String()); err != nil || back != d {
			t.Fatalf("%+v is written %s and read %+v, %v", d, d, back, err)
		}
		end := d.After(from, loc)
		if end.Before(from.Add(-time.Hour)) || (n == 0 && !end.Equal(from)) {
			t.Fatalf("%s after %s is %s", d, from, end)
		}
		if more := unit(n+1).After(from, loc); !more.After(end) {
			t.Fatalf("%s after %s is %s, and one more is %s", d, from, end, more)
		}
		if day := end.In(loc).Weekday(); d.Business > 0 && (day == time.Saturday || day == time.Sunday) {
			t.Fatalf("%s after %s is a %s", d, from.In(loc), day)
		}
	})
}
