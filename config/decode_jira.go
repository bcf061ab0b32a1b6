package config

import (
	"crypto/x509"
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gatewayHost is where Atlassian's API gateway answers. The rest of its address
// is /ex/jira and the site's cloud id; scoped tokens work only there:
// https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/.
const gatewayHost = "api.atlassian.com"

var gatewayPath = regexp.MustCompile(`^/ex/jira/[^/]+/?$`)

// maxCA bounds a file of certificates, in bytes. That of a whole operating
// system is a quarter of it.
const maxCA = 1 << 20

func (d *decoder) jira(t *table, tr *Tracker) {
	if t.need("url") {
		tr.URL = d.url(t, "url")
	}
	tr.Site = tr.URL
	if t.given("site") {
		tr.Site = d.url(t, "site")
	}
	d.gateway(t, tr)
	if t.need("projects") {
		tr.Projects = t.texts("projects", checkContainer)
	}
	tr.JQL = d.jql(t)
	if s, ok := t.word("deployment"); ok {
		tr.Deployment = Deployment(s)
	}
	if tr.Deployment == Cloud {
		t.refuse("remove it", "is a key of Data Center; Jira Cloud tells its levels itself", "levels")
	}
	tr.Levels = t.texts("levels", checkLevel)
	if s, at, ok := t.text("ca_file"); ok {
		tr.CAFile = s
		if !filepath.IsAbs(s) {
			s = filepath.Join(d.dir, s)
		}
		if _, err := ReadCA(s); err != nil {
			hint := ""
			if errors.Is(err, errNoFile) {
				hint = "a path is relative to the folder of this file"
			}
			d.fail(at, join(t.path, "ca_file"), hint, "%v", err)
		}
	}
}

// gateway refuses the two slips with Atlassian's API gateway: an address that
// leads to no site, and links that would lead people to the API.
func (d *decoder) gateway(t *table, tr *Tracker) {
	api, site := isGateway(tr.URL), isGateway(tr.Site)
	switch {
	case api && !gatewayPath.MatchString(pathOf(tr.URL)):
		d.fail(t.values["url"].value.pos, join(t.path, "url"), "as in https://"+gatewayHost+"/ex/jira/CLOUD-ID",
			"is the API gateway, but leads to no site of it")
	case site && t.given("site"):
		d.fail(t.values["site"].value.pos, join(t.path, "site"), "write the address that people open, as in https://acme.atlassian.net",
			"is the API gateway, where people find nothing")
	case api && !t.given("site"):
		d.fail(t.values["url"].value.pos, join(t.path, "url"), "add site: https://acme.atlassian.net",
			"is the API gateway, so the links in comments and reports would lead people to the API")
	}
}

func isGateway(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.EqualFold(u.Hostname(), gatewayHost)
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

func checkLevel(s string) string {
	if strings.EqualFold(s, "Epic") {
		return "Epic is below these levels; name the issue types above it, the nearest first"
	}
	return ""
}

// ReadCA reads the certificates of a ca_file: PEM, at least one. Its errors
// leave the path out.
func ReadCA(path string) (*x509.CertPool, error) {
	b, err := readSmall(path, maxCA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("holds no PEM certificate (-----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}

// has reports whether the file names a tracker of this type.
func (d *decoder) has(kind TrackerType) bool {
	return slices.ContainsFunc(d.names, func(name string) bool { return d.trackers[name] == kind })
}

// jiraLabel says why no label of Jira can be as this one, or "". It takes no
// space and at most 255 characters:
// https://support.atlassian.com/jira-software-cloud/docs/what-are-labels-in-jira/.
func jiraLabel(s string) string {
	switch {
	case strings.ContainsFunc(s, unicode.IsSpace):
		return "must not hold a space; no Jira label can"
	case utf8.RuneCountInString(s) > 255:
		return "must not be longer than 255 characters; no Jira label can"
	}
	return ""
}
