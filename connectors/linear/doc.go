// Package linear speaks to one Linear workspace over its GraphQL API
// (linear.app/developers/graphql): it pulls issues, projects and initiatives
// page by page, drains the tables that link them, finds and writes our comments
// and labels, and hands everything on in the words of internal/roadmap.
//
// The queries are flat on purpose: Linear charges a connection by the page size
// asked for, not by the rows that come back, so a connection inside a connection
// soon costs more than the 10,000 points that one query may
// (linear.app/developers/rate-limiting). Names behind ids (people, labels and so
// on: the directory) are read at first use, by what has changed since an earlier
// pass kept them, and looked up.
package linear
