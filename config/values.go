package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// text reads a key that holds text on one line, not empty. With ok false it is
// not given or wrong, which has been reported.
func (t *table) text(key string) (s string, at pos, ok bool) {
	f, ok := t.values[key]
	if !ok {
		return "", pos{}, false
	}
	s, ok = t.d.text(f.value, join(t.path, key))
	return s, f.value.pos, ok
}

func (d *decoder) text(n *node, path string) (string, bool) {
	s, ok := d.block(n, path)
	if ok && strings.ContainsFunc(s, unicode.IsControl) {
		d.fail(n.pos, path, "", "must be on one line")
		return "", false
	}
	return s, ok
}

// block reads text that may run over several lines.
func (d *decoder) block(n *node, path string) (string, bool) {
	switch {
	case n.kind == kindBool, n.kind == kindNumber:
		d.fail(n.pos, path, "put it in quotes", "must be text, not %s", n.kind)
		return "", false
	case n.kind != kindText:
		d.fail(n.pos, path, "", "must be text, not %s", n.kind)
		return "", false
	case strings.TrimSpace(n.text) == "":
		d.fail(n.pos, path, "", "must not be empty")
		return "", false
	}
	return n.text, true
}

// word reads a key that holds one of a few words.
func (t *table) word(key string) (string, bool) {
	s, at, ok := t.text(key)
	if !ok {
		return "", false
	}
	var words []string
	for _, k := range t.keys {
		if k.name == key && k.has(t.kind) {
			words = append(words, k.value.words...)
		}
	}
	if !slices.Contains(words, s) {
		t.d.fail(at, join(t.path, key), DidYouMean(s, words), "%s is not known here; it is %s", shown(s), list(words))
		return "", false
	}
	return s, true
}

// flag reads a key that is true or false into dst.
func (t *table) flag(key string, dst *bool) {
	f, ok := t.values[key]
	if !ok {
		return
	}
	if f.value.kind != kindBool {
		t.d.fail(f.value.pos, join(t.path, key), "", "must be true or false, not %s", f.value.kind)
		return
	}
	*dst = strings.EqualFold(f.value.text, "true")
}

// number reads a key that holds a number within the bounds of the key.
func (t *table) number(key string) (v float64, ok bool) {
	f, ok := t.values[key]
	if !ok {
		return 0, false
	}
	path, want := join(t.path, key), t.key(key).value
	v, err := strconv.ParseFloat(f.value.text, 64)
	if f.value.kind != kindNumber || err != nil || v != v {
		t.d.fail(f.value.pos, path, "", "must be a number")
		return 0, false
	}
	switch {
	case want.form == formWhole && (v != float64(int(v)) || v < want.low || v > want.high):
		t.d.fail(f.value.pos, path, want.example, "must be a whole number from %g to %g", want.low, want.high)
		return 0, false
	case want.form == formNumber && (v <= want.low || v > want.high):
		t.d.fail(f.value.pos, path, want.example, "must be more than %g and at most %g", want.low, want.high)
		return 0, false
	}
	return v, true
}

// duration reads a key that holds a duration into dst.
func (t *table) duration(key string, dst *Duration) {
	f, ok := t.values[key]
	if !ok {
		return
	}
	path := join(t.path, key)
	if f.value.kind != kindText && f.value.kind != kindNumber {
		t.d.fail(f.value.pos, path, "", "must be a duration such as 3d, not %s", f.value.kind)
		return
	}
	v, err := ParseDuration(f.value.text)
	if err != nil {
		t.d.fail(f.value.pos, path, "", "%v", err)
		return
	}
	*dst = v
}

// date reads a key that holds a date.
func (t *table) date(key string, loc *time.Location) (day time.Time, ok bool) {
	s, at, ok := t.text(key)
	if !ok {
		return time.Time{}, false
	}
	day, err := time.ParseInLocation(time.DateOnly, s, loc)
	if err != nil {
		t.d.fail(at, join(t.path, key), "", "not a date; write it as 2026-12-31")
		return time.Time{}, false
	}
	return day, true
}

// expr reads a key that holds an expression.
func (t *table) expr(key string) *Expr {
	f, ok := t.values[key]
	if !ok {
		return nil
	}
	path := join(t.path, key)
	s, ok := t.d.block(f.value, path)
	if !ok {
		return nil
	}
	e, err := CompileExpr(strings.TrimRight(s, "\n"))
	if err == nil {
		return e
	}
	at, message, hint := f.value.pos, err.Error(), ""
	var ee *exprError
	if errors.As(err, &ee) {
		if inside, ok := t.d.inside(f.value, ee.At); ok {
			at, message, hint = inside, ee.Message, ee.Hint
		}
	}
	t.d.fail(at, path, hint, "%s", message)
	return nil
}

// inside finds the place of a character of a text in the file; ok is false
// where the text is not written as it is meant (escapes, folded lines).
func (d *decoder) inside(n *node, offset int) (pos, bool) {
	if strings.Contains(n.text, "\n") {
		return d.insideBlock(n, offset)
	}
	if n.line > len(d.lines) {
		return pos{}, false
	}
	line := []rune(d.lines[n.line-1])
	start := n.col - 1
	if start < len(line) && (line[start] == '"' || line[start] == '\'') {
		start++
	}
	if start > len(line) || !strings.HasPrefix(string(line[start:]), n.text) {
		return pos{}, false
	}
	return pos{n.line, start + offset + 1}, true
}

// insideBlock is inside for a text that runs over several lines of the file, all
// indented alike.
func (d *decoder) insideBlock(n *node, offset int) (pos, bool) {
	block := strings.Split(strings.TrimRight(n.text, "\n"), "\n")
	for first := n.line - 1; first <= n.line && first+len(block) <= len(d.lines); first++ { // beside the |, or below it
		indent := len(d.lines[first]) - len(strings.TrimLeft(d.lines[first], " "))
		same := true
		for i, line := range block {
			same = same && d.lines[first+i] == strings.Repeat(" ", indent)+line
		}
		if !same {
			continue
		}
		for i, line := range block {
			length := len([]rune(line)) + 1 // its end counts
			if offset < length {
				return pos{first + i + 1, indent + offset + 1}, true
			}
			offset -= length
		}
	}
	return pos{}, false
}

// list reads a key that holds a list of at least one value.
func (t *table) list(key string) (items []*node, at pos, ok bool) {
	f, ok := t.values[key]
	if !ok {
		return nil, pos{}, false
	}
	path := join(t.path, key)
	switch {
	case f.value.kind != kindList:
		t.d.fail(f.value.pos, path, "", "must be a list, not %s", f.value.kind)
		return nil, pos{}, false
	case len(f.value.items) == 0:
		t.d.fail(f.value.pos, path, "", "the list is empty; it needs at least one entry")
		return nil, pos{}, false
	}
	return f.value.items, f.value.pos, true
}

// texts reads a key that holds a list of texts, none of them twice. Each must
// pass check, which says what is wrong with it or "".
func (t *table) texts(key string, check func(string) string) []string {
	items, _, ok := t.list(key)
	if !ok {
		return nil
	}
	var out []string
	for i, n := range items {
		path := fmt.Sprintf("%s[%d]", join(t.path, key), i)
		s, ok := t.d.text(n, path)
		if !ok {
			continue
		}
		if wrong := check(s); wrong != "" {
			t.d.fail(n.pos, path, "", "%s", wrong)
			continue
		}
		if slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			t.d.fail(n.pos, path, "", "stands in the list twice")
			continue
		}
		out = append(out, s)
	}
	return out
}

// secret reads a key that refers to a secret. Nothing of what is written there
// is ever repeated.
func (t *table) secret(key string) Secret {
	f, ok := t.values[key]
	if !ok {
		return ""
	}
	path := join(t.path, key)
	if f.value.kind != kindText {
		t.d.fail(f.value.pos, path, "write it as env:NAME or file:PATH", "must be a reference to a secret, not %s", f.value.kind)
		return ""
	}
	s, err := parseSecret(f.value.text)
	if err != nil {
		t.d.fail(f.value.pos, path, "", "%v", err)
		return ""
	}
	if p, ok := strings.CutPrefix(string(s), "file:"); ok && !filepath.IsAbs(p) {
		s = Secret("file:" + filepath.Join(t.d.dir, p))
	}
	return s
}
