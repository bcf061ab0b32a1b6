// Package linearsim is the built-in Linear: a workspace in memory that speaks
// Linear's real wire protocol, GraphQL over POST /graphql and tokens for apps
// over POST /oauth/token, and shows plain pages for people beside it. `alignd
// demo` runs on it, and so do the tests of everything that talks to Linear.
//
// The exported methods are what happens to a workspace from outside: people
// write, admins change teams and labels, things are deleted for good. Settings
// choose between answers that were both seen, and a Fault makes answers go wrong.
//
// It is strict where the real one is: a document is validated against a subset
// of the published schema (schema.graphql), complexity is charged by the
// documented formula, a second comment with the same id is refused, and every
// refusal has the shape and the HTTP status that the real service was seen to
// use. Where the real behaviour is not known it takes the choice that asks more
// of the client. What it does not do is not in its schema.
//
// Sources: linear.app/developers (graphql, rate-limiting, filtering,
// pagination), the published schema in github.com/linear/linear, and the public
// threads named where a detail rests on them.
package linearsim
