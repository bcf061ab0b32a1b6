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
	// Accounts are those by which the goal names the person; of one named in the
	// file, those that goals anywhere name.
	Accounts []roadmap.Person
}

// Active reports whether some account of the person is active. One who has none
// that we know counts as active.
func (o Owner) Active() bool {
	return len(o.Accounts) == 0 || slices.ContainsFunc(o.Accounts, func(a roadmap.Person) bool { return a.Active })
}

// declaredOwner begins the ID of a person whom the file's people name.
const declaredOwner = "file:"

// identities knows which accounts are one person: those that the file gives to
// one, and those with one e-mail address.
type identities struct {
	byAccount map[roadmap.Key]string // tracker and account id or e-mail -> name in the file
	byEmail   map[string]string      // e-mail -> name in the file, whatever the tracker
	byName    map[string]bool
	accounts  map[string][]roadmap.Person // name in the file -> accounts that goals name
}

func newIdentities(org *config.Org) identities {
	ids := identities{byAccount: map[roadmap.Key]string{}, byEmail: map[string]string{}, byName: map[string]bool{}, accounts: map[string][]roadmap.Person{}}
	for _, p := range org.People {
		ids.byName[p.Name] = true
		for tracker, account := range p.Accounts {
			ids.byAccount[roadmap.Key{Tracker: tracker, ID: strings.ToLower(account)}] = p.Name
			if strings.Contains(account, "@") {
				ids.lend(account, p.Name)
			}
		}
	}
	return ids
}

// learn lends the e-mail addresses of accounts that the file gives to a person
// to that person: another account with the same address is the same person.
func (ids identities) learn(accounts []roadmap.Person) {
	for _, a := range accounts {
		name, ok := ids.declared(a)
		if !ok {
			continue
		}
		ids.accounts[name] = append(ids.accounts[name], a)
		if a.Email != "" {
			ids.lend(a.Email, name)
		}
	}
}

// lend gives an address to a person in the file; of two that claim it the first
// by name has it, in whatever order they come.
func (ids identities) lend(email, name string) {
	email = strings.ToLower(email)
	if has, taken := ids.byEmail[email]; !taken || name < has {
		ids.byEmail[email] = name
	}
}

// declared gives the person to whom the file gives an account, by its id or its
// e-mail address in that tracker.
func (ids identities) declared(a roadmap.Person) (name string, ok bool) {
	for _, account := range []string{a.Email, a.ID} {
		if name, ok := ids.byAccount[roadmap.Key{Tracker: a.Tracker, ID: strings.ToLower(account)}]; ok && account != "" {
			return name, true
		}
	}
	return "", false
}

// owners makes persons of accounts, each once, sorted by name. Groups and apps
// are nobody.
func (ids identities) owners(accounts []roadmap.Person) []Owner {
	var owners []Owner
	for _, a := range accounts {
		if a.Kind == roadmap.App || a.Kind == roadmap.Group {
			continue
		}
		o := Owner{ID: a.Tracker + "#" + a.ID, Name: a.Name, Accounts: []roadmap.Person{a}}
		if a.Email != "" {
			o.ID = "mail:" + strings.ToLower(a.Email)
		}
		if name, ok := ids.byEmail[strings.ToLower(a.Email)]; ok {
			o.ID = declaredOwner + name
		}
		if name, ok := ids.declared(a); ok {
			o.ID = declaredOwner + name
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
			o.ID, o.Accounts = declaredOwner+n, ids.accounts[n]
			if len(o.Accounts) > 0 && o.Accounts[0].Name != "" {
				o.Name = o.Accounts[0].Name
			}
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
	var each []Owner
	for _, o := range owners {
		if i := slices.IndexFunc(each, func(e Owner) bool { return e.ID == o.ID }); i >= 0 {
			each[i].Accounts = slices.Concat(each[i].Accounts, o.Accounts)
			continue
		}
		each = append(each, o)
	}
	return each
}
