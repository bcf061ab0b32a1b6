package jirasim

import (
	"regexp"
	"slices"
	"time"
)

// Mail is what the site sent about one act on an issue: an edit, a comment, an
// edited comment. An act that asked for silence has one too, with nobody in To.
type Mail struct {
	At     time.Time // by the site's clock
	Issue  string    // key at that time
	Act    string    // edit, comment or edit comment
	By     string    // account id
	Notify bool      // false: the act came with notifyUsers=false

	// To are the accounts that got it, sorted: assignee and reporter and whoever
	// was mentioned, but not who did it, nor who may not see the issue, nor
	// deactivated accounts and apps. Customers get public comments on requests
	// that they reported, nothing else.
	To []string
	// Mentioned are those of To that the text mentions and did not mention before.
	Mentioned []string
}

const mailKeep = 4096

// Mails gives the newest notifications, oldest of them first: at least the last
// 4096, or all since ResetMails.
func (s *Server) Mails() []Mail {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.mails)
}

// ResetMails forgets all notifications so far.
func (s *Server) ResetMails() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = nil
}

// mailEdit notes the mail about an edit, if it changed anything.
func (s *Server) mailEdit(before *record, by string, notify bool) {
	if r := s.issues[before.ID]; r != before {
		s.mail(r, Mail{Act: "edit", By: by, Notify: notify}, nil, false)
	}
}

// mailComment notes the mail about a comment; was is its text before an edit.
func (s *Server) mailComment(c *Comment, act, by, was string, notify bool) {
	earlier := s.mentions(was)
	fresh := slices.DeleteFunc(s.mentions(c.Body), func(id string) bool { return slices.Contains(earlier, id) })
	s.mail(s.issues[c.IssueID], Mail{Act: act, By: by, Notify: notify}, fresh, c.Public())
}

func (s *Server) mail(r *record, m Mail, mentioned []string, toCustomers bool) {
	m.At, m.Issue = s.now(), r.Key
	gets := func(id string) bool {
		u := s.users[id]
		switch {
		case u == nil || !u.Active || id == m.By || u.Type == "app" || !m.Notify:
			return false
		case u.Type == "customer":
			return toCustomers && id == r.Reporter && s.projects[r.Project].Type == "service_desk"
		}
		return s.visible(u, r)
	}
	for _, id := range slices.Concat([]string{r.Assignee, r.Reporter}, mentioned) {
		if gets(id) {
			m.To = append(m.To, id)
		}
	}
	for _, id := range mentioned {
		if gets(id) {
			m.Mentioned = append(m.Mentioned, id)
		}
	}
	slices.Sort(m.To)
	m.To = slices.Compact(m.To)
	if len(s.mails) >= 2*mailKeep {
		s.mails = slices.Clone(s.mails[mailKeep+1:])
	}
	s.mails = append(s.mails, m)
}

// mentionMarks are the mentions of a text, and what hides others.
var mentionMarks = regexp.MustCompile(`(?s)\\.|\{noformat\}.*?\{noformat\}|\{code[^}]*\}.*?\{code\}|\[~(accountid:)?([^\]\s]+)\]`)

// mentions lists the accounts that a text in wiki markup mentions, each once:
// not behind a backslash and not in a preformatted block. Cloud mentions by
// account id, Data Center by user name.
func (s *Server) mentions(text string) []string {
	var ids []string
	for _, m := range mentionMarks.FindAllStringSubmatch(text, -1) {
		id := ""
		if s.dc == nil && m[1] != "" {
			id = m[2]
		} else if u := s.userNamed(m[2]); s.dc != nil && m[1] == "" && u != nil {
			id = u.AccountID
		}
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
