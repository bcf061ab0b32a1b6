package mapping_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/mapping"
)

// TestTruth: in two hundred random orgs the rules find what was planted and
// nothing else.
func TestTruth(t *testing.T) {
	planted, made := map[string]int{}, map[string]int{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		town := newTown(r)
		for _, rule := range sortedKeys(town.gaps()) {
			for range r.IntN(4) {
				town.gaps()[rule]()
			}
		}
		for _, name := range sortedKeys(town.decoys()) {
			for range r.IntN(3) {
				town.decoys()[name]()
				town.made[name]++
			}
		}
		path := filepath.Join(t.TempDir(), "town.yaml")
		if err := os.WriteFile(path, []byte(town.file()), 0o600); err != nil {
			t.Fatal(err)
		}
		org, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		in := town.input()
		in.Org = org
		a, err := mapping.Map(in)
		if err != nil {
			t.Fatal(err)
		}
		have := []string{}
		for _, f := range a.Findings {
			have = append(have, string(f.Rule)+" "+string(f.Ref))
			planted[string(f.Rule)]++
		}
		slices.Sort(have)
		slices.Sort(town.want)
		if diff := cmp.Diff(town.want, have); diff != "" {
			for _, line := range have {
				if !slices.Contains(town.want, line) {
					_, ref, _ := strings.Cut(line, " ")
					if it, err := a.Find(ref); err == nil {
						t.Logf("%+v\n%+v", *it, a.Explain(it.Key))
					}
				}
			}
			t.Fatalf("seed %d (-planted +found):\n%s", seed, diff)
		}
		for name, n := range town.made {
			made[name] += n
		}
	}
	if len(planted) != 9 {
		t.Errorf("%d rules were planted, not all nine: %v", len(planted), planted)
	}
	for what, n := range planted {
		if n < 200 {
			t.Errorf("%s was planted %d times only", what, n)
		}
	}
	for what, n := range made {
		if n < 100 {
			t.Errorf("%s was made %d times only", what, n)
		}
	}
	t.Logf("planted %v, beside %v", planted, made)
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
