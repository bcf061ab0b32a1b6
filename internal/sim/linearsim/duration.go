package linearsim

import (
	"regexp"
	"strconv"
	"time"
)

var isoDuration = regexp.MustCompile(
	`^([+-]?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// addDuration adds an ISO 8601 duration, such as -P2W or PT90M, to a time. ok is
// false for anything else.
func addDuration(t time.Time, text string) (_ time.Time, ok bool) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	sign := 1
	if m[1] == "-" {
		sign = -1
	}
	n := make([]int, len(m))
	given := false
	for i := 2; i < len(m); i++ {
		if m[i] == "" {
			continue
		}
		x, err := strconv.Atoi(m[i])
		if err != nil || x > 1_000_000 {
			return time.Time{}, false
		}
		n[i], given = sign*x, true
	}
	if !given {
		return time.Time{}, false
	}
	t = t.AddDate(n[2], n[3], 7*n[4]+n[5])
	return t.Add(time.Duration(n[6])*time.Hour + time.Duration(n[7])*time.Minute + time.Duration(n[8])*time.Second), true
}
