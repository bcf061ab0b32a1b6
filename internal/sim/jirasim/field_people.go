package jirasim

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
)

// listed reports whether an account may know of a custom field; nil stands for
// nobody in particular, on a public site.
func (f *Field) listed(u *account) bool {
	return u == nil || !slices.Contains(f.HiddenFrom, u.AccountID)
}

// shown reports whether issues of a project have the field, for an account: a
// team-managed project's own field exists in that project alone.
func (f *Field) shown(u *account, p *project) bool {
	return f.listed(u) && (f.Scope == "" || f.Scope == p.ID)
}

// field gives the custom field with this id, nil for none.
func (s *Server) field(id string) *Field {
	for i := range s.fields {
		if s.fields[i].ID == id {
			return &s.fields[i]
		}
	}
	return nil
}

// groupView gives a group as fields that take groups show it. Its id follows
// from its name, so that it is the same at every reading.
func groupView(c *call, name string) map[string]any {
	sum := sha256.Sum256([]byte(name))
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	return map[string]any{"name": name, "groupId": id, "self": c.site + "/rest/api/2/group?groupId=" + url.QueryEscape(id)}
}

// groupsView gives the groups of a field that takes several.
func groupsView(c *call, names []string) []any {
	out := []any{}
	for _, n := range names {
		out = append(out, groupView(c, n))
	}
	return out
}
