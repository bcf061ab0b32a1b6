package life

import (
	"slices"
	"strings"
)

// shrink gives a smaller plot that breaks the same promise: without acts, then
// without what goes wrong in passes, then without trackers.
func shrink(p plot, wrong string, live func(plot) *world) plot {
	promise, _, _ := strings.Cut(wrong, ": ")
	breaks := func(p plot) bool { return strings.HasPrefix(live(p).wrong, promise) }
	try := func(smaller plot) bool {
		if !breaks(smaller) {
			return false
		}
		p = smaller
		return true
	}
	for again := true; again; {
		again = false
		for size := len(p.acts) / 2; size > 0; size /= 2 {
			for i := 0; i+size <= len(p.acts); {
				smaller := p
				smaller.acts = slices.Delete(slices.Clone(p.acts), i, i+size)
				if !try(smaller) {
					i += size
				} else {
					again = true
				}
			}
		}
		for i := range p.acts {
			for _, simpler := range simpler(p.acts[i]) {
				smaller := p
				smaller.acts = slices.Clone(p.acts)
				smaller.acts[i] = simpler
				if try(smaller) {
					again = true
					break
				}
			}
		}
	}
	return p
}

// simpler gives an act without one of its complications.
func simpler(a act) []act {
	var all []act
	if a.fault.what != fine {
		b := a
		b.fault = fault{}
		all = append(all, b)
	}
	if a.between != nil {
		b := a
		b.between = nil
		all = append(all, b)
	}
	if a.fault.times > 1 {
		b := a
		b.fault.times = 1
		all = append(all, b)
	}
	return all
}
