package jirasim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// jqlTime reads a time operand. An unquoted whole number is milliseconds since
// 1970; anything else has the resolution of a minute and is read in the
// visitor's time zone (support.atlassian.com, "JQL fields": Updated).
func (c *compiler) jqlTime(field string, v value) (time.Time, error) {
	if v.call {
		switch strings.ToLower(v.text) {
		case "now":
			return c.now, nil
		case "startofday":
			y, m, d := c.now.In(c.zone).Date()
			return time.Date(y, m, d, 0, 0, 0, 0, c.zone), nil
		}
		return time.Time{}, noFunction(v.text)
	}
	if ms, err := strconv.ParseInt(v.text, 10, 64); err == nil && !v.quoted {
		return time.UnixMilli(ms), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"} {
		if t, err := time.ParseInLocation(layout, v.text, c.zone); err == nil {
			return t, nil
		}
	}
	if t, ok := relative(c.now, v.text); ok {
		return t, nil
	}
	return time.Time{}, &jqlError{fmt.Sprintf("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "+
		"'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", v.text, field)}
}

// relative reads a period such as -15m or "4w 2d" as that far from now.
func relative(now time.Time, s string) (time.Time, bool) {
	sign := 1
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = -1, rest
	} else if rest, ok := strings.CutPrefix(s, "+"); ok {
		s = rest
	}
	parts := strings.Fields(s)
	if len(parts) == 0 {
		return time.Time{}, false
	}
	form := regexp.MustCompile(`^(\d{1,6})([wdhm])$`)
	var d time.Duration
	for _, part := range parts {
		m := form.FindStringSubmatch(part)
		if m == nil {
			return time.Time{}, false
		}
		n, _ := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}[m[2]]
		d += time.Duration(n) * unit
	}
	return now.Add(time.Duration(sign) * d), true
}

func noFunction(name string) error {
	return &jqlError{fmt.Sprintf("Unable to find JQL function '%s()'.", name)}
}
