// Package roadmap holds the words of alignd: items and goals as pulled from
// trackers, the links between them, the findings that rules make of them, and
// the changes that a pass would write back. It does no I/O, reads no clock and
// imports nothing but the standard library; every other room speaks in these
// types.
package roadmap
