// Package mapping decides which roadmap goal each story serves and which rules
// do not hold. It is pure: items, edges, the org's file and the time go in, an
// Alignment comes out, the same for the same input. It follows links over one
// graph of all the org's trackers; what a chain needs and nobody may see makes a
// story unknown, and on unknown no rule speaks.
package mapping
