package jira

import "encoding/json"

// What follows is the wire format, as far as it is used. Ids are strings in
// answers, even where they are numbers.

type wireServerInfo struct {
	DeploymentType string `json:"deploymentType"` // "Cloud", "Server", "Data Center"
	Version        string `json:"version"`
	Title          string `json:"serverTitle"`
	BaseURL        string `json:"baseUrl"` // under which the site is known, also to those who ask through the gateway
}

type wireUser struct {
	AccountID   string `json:"accountId"`
	AccountType string `json:"accountType"` // atlassian, app, customer
	DisplayName string `json:"displayName"`
	Email       string `json:"emailAddress"`
	TimeZone    string `json:"timeZone"`
	Active      *bool  `json:"active"`

	// Data Center: the user name, and what stays when that changes. A group has a
	// name too, and nothing else; a team, on Cloud, a name and an id.
	Name    string          `json:"name"`
	Key     string          `json:"key"`
	GroupID string          `json:"groupId"`
	ID      json.RawMessage `json:"id"`
}

type wireField struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Schema wireSchema `json:"schema"`
	Scope  *struct {
		Project wireRef `json:"project"`
	} `json:"scope"` // Cloud: team-managed projects' own fields; names repeat there
}

type wireSchema struct {
	Type   string `json:"type"`
	Items  string `json:"items"`
	Custom string `json:"custom"`
}

// wireIssue keeps the fields raw: one of a type that we do not expect must not
// cost the whole page.
type wireIssue struct {
	ID     string   `json:"id"`
	Key    string   `json:"key"`
	Fields fieldMap `json:"fields"`
	// Properties are those that were asked for and are there.
	Properties map[string]json.RawMessage `json:"properties"`
}

type wireSearch struct {
	JQL           string   `json:"jql"`
	Fields        []string `json:"fields"`
	MaxResults    int      `json:"maxResults"`
	NextPageToken string   `json:"nextPageToken,omitempty"`
}

type wireFound struct {
	Issues        *[]wireIssue `json:"issues"` // nil: this is no answer to a search
	NextPageToken string       `json:"nextPageToken"`
	IsLast        *bool        `json:"isLast"`
}

type wireBulk struct {
	IDs        []string `json:"issueIdsOrKeys"`
	Fields     []string `json:"fields"`
	Properties []string `json:"properties,omitempty"`
}

type wireBulkFound struct {
	Issues *[]wireIssue `json:"issues"`
	Errors []struct {
		ID      string `json:"id"`
		Message string `json:"errorMessage"`
	} `json:"issueErrors"`
}

type wireNamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type wireStatus struct {
	Category struct {
		Key string `json:"key"`
	} `json:"statusCategory"`
}

type wireIssueType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Subtask bool   `json:"subtask"`
	Level   *int   `json:"hierarchyLevel"` // Cloud
}

type wireProject struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Type string `json:"projectTypeKey"` // software, business, service_desk, product_discovery
}

type wireRef struct {
	ID  string `json:"id"`
	Key string `json:"key"`
}

type wireSprint struct {
	Name  string `json:"name"`
	State string `json:"state"` // active, future, closed
}

type wireComment struct {
	ID         string         `json:"id"`
	Author     wireUser       `json:"author"`
	Body       string         `json:"body"`
	Created    string         `json:"created"`
	Updated    string         `json:"updated"`
	Editor     wireUser       `json:"updateAuthor"` // the author's where nobody has edited it
	Properties []wireProperty `json:"properties"`
}

type wireComments struct {
	Comments []wireComment `json:"comments"`
	StartAt  int           `json:"startAt"`
	Total    int           `json:"total"`
}

type wireProperty struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}
