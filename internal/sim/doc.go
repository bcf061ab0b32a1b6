// Package sim is a company to try alignd on: a Jira with a roadmap project and
// two story projects, and a Linear with two teams, served by the built-in
// trackers below this package. It has people in PM and PO roles, about four
// hundred items, and planted trouble. The same seed gives the same company.
package sim
