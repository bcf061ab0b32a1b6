// Package jirasim is the built-in Jira: an http.Handler that holds a site in
// memory and speaks the platform's REST v2 over real HTTP. `alignd demo` runs on
// it, and so do the tests of the connector. A site is Jira Cloud unless
// Options.DataCenter says otherwise; what is put on it means the same on both.
//
// Cloud is built from Atlassian's OpenAPI document "The Jira Cloud platform REST
// API" (v2) and from public reports of what real sites answer, the awkward
// things first: a wrong token reads as an anonymous visitor and not as an error,
// one missing project fails a whole query, search pages hang together by opaque
// tokens, quoted dates are read in the user's time zone, `!=` passes over empty
// fields, an edit with notifyUsers=false fails for who is no administrator.
//
// Data Center is built from the OpenAPI document of Jira Data Center 10.3, from
// public captures and from Atlassian's support articles. It searches by offset,
// which shifts, stops at ten thousand, and may give fewer than was asked for;
// key > "PAY-12" looks PAY-12 up first, wherever it is by now; people have names
// that change and keys that do not; an epic is named in Epic Link, what is above
// it in Parent Link, and a sprint is a line of text. Where sources are silent
// (the body of a 429, and of a 401 to a wrong personal access token) the answer
// is a likely one, and its comment says so. The files datacenter*.go hold all of
// it; elsewhere the two part at `s.dc != nil`.
//
// What befalls real sites can be brought about: SetPermission, Hide and Archive
// take things away from an account or from search, SetRateLimits and
// SetSearchFaults make answers awkward, Mails tells whom the site wrote to.
//
// Besides the REST door there is a door for the test or the demo itself (Edit,
// Move, Delete, AddComment: people at work) and one for eyes (/ and
// /browse/KEY).
package jirasim
