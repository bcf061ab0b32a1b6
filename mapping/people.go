package mapping

import (
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Owner is one person, over all trackers.
type Owner struct {
	ID   string // stable within one mapping: "file:ana", "mail:ana@acme.example" or "eng#<account>"
	Name string // to show: the tracker's display name, else the name in the file. Untrusted
}

// identities knows which accounts are one person: those that the file gives to
// one, and those with one e-mail address.
type identities struct {
	byAccount map[roadmap.Key]string // tracker and account id or e-mail -> name in the file
	byName    map[string]bool
}

func newIdentities(org *config.Org) identities {
	ids := identities{byAccount: map[roadmap.Key]string{}, byName: map[string]bool{}}
	for _, p := range org.People {
		ids.byName[p.Name] = true
		for tracker, account := range p.Accounts {
			ids.byAccount[roadmap.Key{Tracker: tracker, ID: strings.ToLower(account)}] = p.Name
		}
	}
	return ids
}

// owners makes persons of accounts, each once, sorted by name. Groups and apps
// are nobody.
func (ids identities) owners(accounts []roadmap.Person) []Owner {
	var owners []Owner
	for _, a := range accounts {
		if a.Kind == roadmap.App || a.Kind == roadmap.Group {
			continue
		}
		o := Owner{ID: a.Tracker + "#" + a.ID, Name: a.Name}
		if a.Email != "" {
			o.ID = "mail:" + strings.ToLower(a.Email)
		}
		for _, account := range []string{a.ID, a.Email} {
			if name, ok := ids.byAccount[roadmap.Key{Tracker: a.Tracker, ID: strings.ToLower(account)}]; ok && account != "" {
				o.ID = "file:" + name
			}
		}
		if o.Name == "" {
			o.Name = a.ID
		}
		owners = append(owners, o)
	}
	return sortOwners(owners)
}

// byNames makes persons of the names that a goal in the file gives.
func (ids identities) byNames(names []string) []Owner {
	var owners []Owner
	for _, n := range names {
		o := Owner{ID: "name:" + n, Name: n}
		if ids.byName[n] {
			o.ID = "file:" + n
		}
		owners = append(owners, o)
	}
	return sortOwners(owners)
}

func sortOwners(owners []Owner) []Owner {
	slices.SortFunc(owners, func(a, b Owner) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(owners, func(o Owner) bool {
		dup := seen[o.ID]
		seen[o.ID] = true
		return dup
	})
}
