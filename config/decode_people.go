package config

import (
	"fmt"
	"slices"
	"strings"
)

// people decodes who is who across trackers.
func (d *decoder) people(n *node) []Person {
	fields, ok := d.entries(n, "people")
	if !ok {
		return nil
	}
	var out []Person
	owners := map[string]string{} // account -> the person who has it
	for _, f := range fields {
		path := join("people", f.key)
		t, ok := d.table(f.value, f.pos, path, personKeys())
		if !ok {
			continue
		}
		p := Person{Name: f.key}
		if t.need("accounts") {
			p.Accounts = d.accounts(t, f.key, owners)
		}
		p.DoubleHat = d.doubleHat(t)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Person) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// doubleHat decodes the leave to be PM and PO of one goal; it always has an end.
func (d *decoder) doubleHat(t *table) *DoubleHat {
	f, ok := t.values["double_hat"]
	if !ok {
		return nil
	}
	h, ok := d.table(f.value, f.pos, join(t.path, "double_hat"), doubleHatKeys())
	if !ok || !h.need("until") {
		return nil
	}
	day, ok := h.date("until", d.loc)
	if !ok {
		return nil
	}
	why, _, _ := h.text("why")
	return &DoubleHat{Until: day, Why: why}
}

func (d *decoder) accounts(t *table, person string, owners map[string]string) map[string]string {
	f := t.values["accounts"]
	path := join(t.path, "accounts")
	fields, ok := d.entries(f.value, path)
	if !ok {
		return nil
	}
	if len(f.value.fields) == 0 {
		d.fail(f.pos, path, "", "needs at least one account")
	}
	out := map[string]string{}
	for _, a := range fields {
		if _, known := d.trackers[a.key]; !known {
			d.fail(a.pos, path, DidYouMean(a.key, d.trackerWords()), "there is no tracker%s", nameOf(a.key))
			continue
		}
		id, ok := d.text(a.value, join(path, a.key))
		if !ok {
			continue
		}
		out[a.key] = id
		account := fmt.Sprintf("%s\x00%s", a.key, id)
		if strings.Contains(id, "@") {
			// An address is one person in every tracker: mapping joins accounts by it.
			account = strings.ToLower(id)
		}
		if other, taken := owners[account]; taken && other != person {
			d.fail(a.value.pos, join(path, a.key), "an account is one person's", "this account belongs to%s already", nameOf(other))
			continue
		}
		owners[account] = person
	}
	return out
}
