package jirasim

import (
	"net/http"
	"strconv"
)

// IssueLimits are how much one issue holds. 0 stands for no limit.
type IssueLimits struct {
	Comments int // beyond it a comment is refused with 413; a new site has 5000
	Links    int // beyond it a link is refused with 413; a new site has 2000
	Labels   int // an edit that would leave more is refused with 400
}

// SetIssueLimits replaces the limits of issues.
func (s *Server) SetIssueLimits(l IssueLimits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issueLimits = l
}

// tooManyComments refuses a comment beyond the limit of an issue. The status is
// documented; the words are ours, for want of a public capture.
func tooManyComments(limit int) reply {
	return fail(http.StatusRequestEntityTooLarge, "The limit of "+strconv.Itoa(limit)+" comments on an issue has been reached.")
}

// checkLabelCount tells when an issue would have more labels than allowed, ""
// for no objection.
func (s *Server) checkLabelCount(i *Issue) string {
	seen := map[string]bool{}
	for _, l := range i.Labels {
		seen[l] = true
	}
	if limit := s.issueLimits.Labels; limit > 0 && len(seen) > limit {
		return "The number of labels exceeds the limit of " + strconv.Itoa(limit) + " on an issue."
	}
	return ""
}
