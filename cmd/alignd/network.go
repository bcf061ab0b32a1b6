package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/transport"
)

// network is what the trackers of one process share: a pace for each account on
// a host, so that two orgs on one site keep to its limits together, and the idle
// connections of each private certificate authority. The zero network is ready;
// it may be used from several goroutines.
type network struct {
	paces transport.Paces

	mu  sync.Mutex
	cas map[[sha256.Size]byte]*http.Transport // by what the file of the authority holds
}

// pace gives the pace of a tracker's account. The token tells accounts apart,
// since with bearer nothing else does.
func (n *network) pace(org string, t config.Tracker, token string) *transport.Pace {
	base, err := url.Parse(t.URL)
	if err != nil {
		return nil // jira.New says so in better words
	}
	return n.paces.For(base, t.Auth.User+"\x00"+token, org+"/"+t.Name, t.RequestsPerSecond)
}

// transport makes the connections of a tracker: those of every other, or, where
// the org's file names an authority, those that trust it and nobody else.
func (n *network) transport(org *config.Org, t config.Tracker) (http.RoundTripper, error) {
	if t.CAFile == "" {
		return http.DefaultTransport, nil
	}
	path := t.CAFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(org.Path), path)
	}
	where := fmt.Sprintf("org %s: trackers.%s.ca_file", org.Name, t.Name)
	pem, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no file %s. Try: a path from the folder of the org's file, or from the root", where, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %s holds no certificate. Try: the authority's certificate in PEM form, which begins -----BEGIN CERTIFICATE-----", where, path)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	id := sha256.Sum256(pem)
	if tr := n.cas[id]; tr != nil {
		return tr, nil
	}
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if n.cas == nil {
		n.cas = map[[sha256.Size]byte]*http.Transport{}
	}
	n.cas[id] = tr
	return tr, nil
}
