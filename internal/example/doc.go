// Package example runs policy tests: what an org expects of its own rules, in
// lines that a product manager can write and read. A case gives items, says what
// the rules find of them, and is judged by mapping, as a pass is; no tracker is
// asked. docs/examples.md describes the language.
package example
