// Package jirasim is the built-in Jira Cloud: an http.Handler that holds a site
// in memory and speaks the platform's REST v2 over real HTTP. `alignd demo` runs
// on it, and so do the tests of the connector.
//
// It is built from Atlassian's OpenAPI document "The Jira Cloud platform REST
// API" (v2) and from public reports of what real sites answer, the awkward
// things first: a wrong token reads as an anonymous visitor and not as an error,
// one missing project fails a whole query, search pages hang together by opaque
// tokens, quoted dates are read in the user's time zone, `!=` passes over empty
// fields, an edit with notifyUsers=false fails for who is no administrator.
//
// Besides the REST door there is a door for the test or the demo itself (Edit,
// Move, Delete, AddComment: people at work) and one for eyes (/ and
// /browse/KEY).
package jirasim
