package jirasim

// SearchFaults are the ways in which searches of real sites have gone wrong.
// Expired page tokens are Server.Reset's, a slow index is Options.IndexLag's.
type SearchFaults struct {
	// RepeatToken lets a page hand out the token that it was asked with, so that
	// who follows it goes round for ever (github.com/mongodb/kingfisher issue 460).
	RepeatToken bool
	// NoIsLast leaves isLast out; the last page has neither it nor a token.
	NoIsLast bool
	// ShortBy is by how many issues a page is shorter than asked for, with more
	// to come; a page holds one at least.
	ShortBy int
	// Warnings go out as warningMessages beside the issues, which the OpenAPI
	// document does not know for Cloud; Data Center has them.
	Warnings []string
	// CountOff is added to every approximate-count.
	CountOff int
}

// SetSearchFaults replaces the faults; the zero value stands for none.
func (s *Server) SetSearchFaults(f SearchFaults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// spoil puts the faults into a page that was asked with the given token.
func (f SearchFaults) spoil(page map[string]any, token string) {
	if _, more := page["nextPageToken"]; more && f.RepeatToken && token != "" {
		page["nextPageToken"] = token
	}
	if f.NoIsLast {
		delete(page, "isLast")
	}
	if len(f.Warnings) > 0 {
		page["warningMessages"] = f.Warnings
	}
}
