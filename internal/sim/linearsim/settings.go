package linearsim

import "net/http"

// Settings are the things in which Linear workspaces differ, or in which the
// service was seen to answer in more than one way. The zero value is the usual
// one.
type Settings struct {
	// RateLimitStatus is the HTTP status of a refusal for the rate limit: 400
	// (zero), or 200 or 429, which were both seen too.
	RateLimitStatus int
	// RateLimitBare leaves the extensions of such a refusal out, so that only
	// its message tells what it is.
	RateLimitBare bool
	// ForbiddenStatus is the HTTP status of FORBIDDEN: 200 (zero), 400 or 403.
	ForbiddenStatus int
	// MalformedStatus is the HTTP status for a document that does not parse or
	// validate: 400 (zero) or 500.
	MalformedStatus int
	// ScopeAsList makes the scope of a token answer an array of strings, as
	// apps made before December 2023 get it, instead of one string.
	ScopeAsList bool
	// BatchByID lets issueBatchUpdate skip the issues that it cannot change and
	// answer with those that it did. Otherwise one of them fails them all. What
	// the real one does is not documented.
	BatchByID bool
	// OldIdentifiers lets issue(id:) find an issue by an identifier that it had
	// in another team. Whether the real one does is not documented.
	OldIdentifiers bool
	// NoInitiatives answers every root field for initiatives with
	// FEATURE_NOT_ACCESSIBLE; NoInitiativeLabels only those for their labels.
	NoInitiatives, NoInitiativeLabels bool
	// LabelsByAdmins refuses to create labels for users who are no admins.
	// Those that exist may still be applied by everybody.
	LabelsByAdmins bool
	// AppCommentsWithoutUser makes Comment.user null for what an app wrote;
	// only botActor then tells who it was.
	AppCommentsWithoutUser bool
}

// Configure changes the settings.
func (s *Server) Configure(f func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.settings)
}

// either is status, or usual where status is zero.
func either(status, usual int) int {
	if status == 0 {
		return usual
	}
	return status
}

// forbidden is the refusal of what the viewer may not do.
func (s *Server) forbidden(message string) *apiError {
	return &apiError{status: either(s.settings.ForbiddenStatus, http.StatusOK), Message: message, Extensions: &extensions{
		Type: "forbidden", Code: "FORBIDDEN", StatusCode: http.StatusForbidden, UserError: true, Presentable: message,
	}}
}

// noFeature is the refusal of what the workspace's plan does not include. Its
// type and code are those of the official client (packages/sdk/src/error.ts).
func noFeature(what string) *apiError {
	return &apiError{status: http.StatusBadRequest, Message: "Feature not accessible", Extensions: &extensions{
		Type: "feature not accessible", Code: "FEATURE_NOT_ACCESSIBLE", StatusCode: http.StatusForbidden, UserError: true,
		Presentable: what + " are not available on this workspace's plan.",
	}}
}
