package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// decoder walks the tree of one file, gathers every problem, and goes on after
// each of them.
type decoder struct {
	file     string   // as given
	dir      string   // absolute folder of the file, for file: references
	lines    []string // of the file, to place a problem inside an expression
	problems []Problem

	loc      *time.Location         // the org's time zone, known before dates are read
	trackers map[string]TrackerType // every tracker named, also one with problems; "" where the type is not known
	names    []string               // of the trackers, in the file's order
	goals    map[string]int         // ids of the goals in this file -> line
	sources  map[string]bool        // trackers that goals come from
	labels   []namedLabel           // that the file gives an id of, before the rules are known
}

// namedLabel is a label that stands somewhere else than in its rule.
type namedLabel struct {
	label, path string
	at          pos
}

func newDecoder(file, dir string, src []byte) *decoder {
	return &decoder{
		file: file, dir: dir, lines: splitLines(string(src)),
		trackers: map[string]TrackerType{}, goals: map[string]int{}, sources: map[string]bool{},
	}
}

func (d *decoder) fail(at pos, path, hint, format string, args ...any) {
	d.problems = append(d.problems, Problem{
		File: d.file, Line: at.line, Column: at.col, Path: path,
		Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// join extends a path by a key. A key that does not look like a word may be
// anything, so the path does not repeat it.
func join(path, key string) string {
	if shown(key) == "this" {
		key = "?"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// table is a value with fixed keys.
type table struct {
	d      *decoder
	at     pos // of the key that holds it
	path   string
	keys   []key            // that it may have
	kind   string           // which of its kinds it is; "" while that is not known
	values map[string]field // keys with a value, the first of each
	told   map[string]bool  // keys whose absence has been told already, as a slip or as a key without a value
}

// table reads a value with fixed keys and reports what is unknown, double or
// without a value. With ok false the value is not a table at all.
func (d *decoder) table(n *node, at pos, path string, keys []key) (t *table, ok bool) {
	fields, ok := d.entries(n, path)
	known := names(keys)
	t = &table{d: d, at: at, path: path, keys: keys, values: map[string]field{}, told: map[string]bool{}}
	for _, f := range n.fields {
		t.told[f.key] = true
	}
	for _, f := range fields {
		if !slices.Contains(known, f.key) {
			t.told[near(f.key, known)] = true
			d.fail(f.pos, path, DidYouMean(f.key, known), "unknown key%s", nameOf(f.key))
			continue
		}
		t.values[f.key] = f
	}
	for _, k := range keys {
		if k.later && t.given(k.name) {
			t.refuse("remove it", "not supported yet", k.name)
			delete(t.values, k.name)
		}
	}
	return t, ok
}

// key gives what is told of a key of this kind of table; a key that no kind has
// is a mistake of ours.
func (t *table) key(name string) key {
	i := slices.IndexFunc(t.keys, func(k key) bool { return k.name == name && k.has(t.kind) })
	return t.keys[i]
}

// as says which kind the table is, and refuses the keys that only other kinds
// have. what is the noun of a kind, as in "trackers". A hint says what to do
// about one key.
func (t *table) as(kind, what string, hints map[string]string) {
	t.kind = kind
	for _, name := range t.others() {
		hint := "remove it"
		if h, ok := hints[name]; ok {
			hint = h
		}
		var of []string
		for _, k := range t.keys {
			if k.name == name {
				of = append(of, strings.Fields(k.of)...)
			}
		}
		t.refuse(hint, "is a key of "+strings.Join(of, " and ")+" "+what, name)
	}
}

// others gives the keys that this kind of table has not.
func (t *table) others() []string {
	var out []string
	for _, name := range names(t.keys) {
		if !slices.ContainsFunc(t.keys, func(k key) bool { return k.name == name && k.has(t.kind) }) {
			out = append(out, name)
		}
	}
	return out
}

// nameOf is shown for the end of a phrase: ` "schedul"`, or nothing.
func nameOf(key string) string {
	if s := shown(key); s != "this" {
		return " " + s
	}
	return ""
}

// entries reads a value whose keys are the org's own, in the file's order. A
// key given twice counts once, and one without a value not at all.
func (d *decoder) entries(n *node, path string) (fields []field, ok bool) {
	if n.kind != kindTable {
		d.fail(n.pos, path, "", "must be keys with values, not %s", n.kind)
		return nil, false
	}
	first := map[string]int{}
	for _, f := range n.fields {
		if line, twice := first[f.key]; twice {
			d.fail(f.pos, path, "keep one of them", "the key%s is given twice, first on line %d", nameOf(f.key), line)
			continue
		}
		first[f.key] = f.line
		if f.value.kind == kindNull {
			d.fail(f.pos, path, "give it one or remove the key", "the key%s has no value", nameOf(f.key))
			continue
		}
		fields = append(fields, f)
	}
	return fields, true
}

// given reports whether the key stands in the table with a value.
func (t *table) given(key string) bool {
	_, ok := t.values[key]
	return ok
}

// refuse reports every one of the keys that is given.
func (t *table) refuse(hint, message string, keys ...string) {
	for _, k := range keys {
		if f, ok := t.values[k]; ok {
			t.d.fail(f.pos, join(t.path, k), hint, "%s", message)
		}
	}
}

// need reports a key that is missing, and what to write.
func (t *table) need(key string) bool {
	if t.given(key) {
		return true
	}
	if t.told[key] {
		return false
	}
	t.d.fail(t.at, t.path, t.key(key).must, "the key %q is missing", key)
	return false
}
