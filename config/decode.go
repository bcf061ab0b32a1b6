package config

import (
	"fmt"
	"slices"
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
	values map[string]field // keys with a value, the first of each
	told   map[string]bool  // keys whose absence has been told already, as a slip or as a key without a value
}

// table reads a value with fixed keys and reports what is unknown, double or
// without a value. With ok false the value is not a table at all.
func (d *decoder) table(n *node, at pos, path string, known ...string) (t *table, ok bool) {
	fields, ok := d.entries(n, path)
	t = &table{d: d, at: at, path: path, values: map[string]field{}, told: map[string]bool{}}
	for _, f := range n.fields {
		t.told[f.key] = true
	}
	for _, f := range fields {
		if !slices.Contains(known, f.key) {
			t.told[near(f.key, known)] = true
			d.fail(f.pos, path, didYouMean(f.key, known), "unknown key%s", nameOf(f.key))
			continue
		}
		t.values[f.key] = f
	}
	return t, ok
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

// notYet refuses keys of the contract that this version does not act on. To
// accept and ignore them would be a lie.
func (t *table) notYet(keys ...string) { t.refuse("remove it", "not supported yet", keys...) }

// need reports a key that is missing. The hint says what to write.
func (t *table) need(key, hint string) bool {
	if t.given(key) {
		return true
	}
	if t.told[key] {
		return false
	}
	t.d.fail(t.at, t.path, hint, "the key %q is missing", key)
	return false
}
