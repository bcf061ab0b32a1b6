// Package life proves alignd's manners on random lives. A life is a small org
// (a Jira Cloud, a Jira Data Center and a Linear, all built in) in which people,
// another bot, bad networks, crashes, lost databases, a search index that lags and
// edits of the file come in any order between and during passes. After every
// step, what stands in the trackers is held against what alignd promises.
//
// The package is tests only:
//
//   - world: the org, its clock, its databases, and how a pass is made in it.
//   - site, jira, linear: the trackers, as people and invariants see them.
//   - door: the connection to a tracker, without a socket, and what goes wrong there.
//   - acts: what may happen, how a life is drawn from a seed, and how it is told.
//   - deeds, promises: what alignd wrote, and what must be true of it at once;
//     after a pass; at the end of a life.
//   - shrink: a life that breaks a promise, without the acts that do not matter.
//   - seeded: alignd broken in one way on purpose, and the promise that tells.
//   - month: thirty days with five kinds of people.
//
// Everything comes from the seed, and waits take no time (testing/synctest):
// the same seed is the same life. `make sim` lives ten thousand of them, in a
// process for each core;
// LIVES=n and SEED=n choose how many and which is the first. A life that breaks
// a promise prints its seed and its acts: SEED=<that> LIVES=1 lives it again.
package life
