package jira

import (
	"net/http"
	"testing"
)

// Holds is holds, for the suite that uses the package from outside.
func Holds(t *testing.T, dc bool) http.RoundTripper {
	t.Helper()
	return holds(t, http.DefaultTransport, func() bool { return dc })
}
