package jira

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// hold holds what was sent against a description, and gives what of it was used.
func (r *recorder) hold(t *testing.T, router routers.Router) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, req := range r.seen {
		route, err := validate(t, router, req)
		if err != nil {
			t.Errorf("%s %s: %v", req.Method, req.URL.RequestURI(), err)
			continue
		}
		used[route.Method+" "+route.Path] = true
	}
	return used
}

func validate(t *testing.T, router routers.Router, req *http.Request) (*routers.Route, error) {
	t.Helper()
	req = req.Clone(context.Background())
	req.URL.Scheme, req.URL.Host = "https", "your-domain.atlassian.net" // the server that the description names
	req.Host = req.URL.Host
	route, params, err := router.FindRoute(req)
	if err != nil {
		return nil, err
	}
	for name := range req.URL.Query() { // the validator passes over names that it does not know
		if p := route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name); p == nil {
			return nil, fmt.Errorf("the query parameter %q is not known", name)
		}
	}
	return route, openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

// The descriptions are read once: they are large, and many tests hold what they
// send against them.
var (
	cloudDescription      = sync.OnceValues(func() (routers.Router, error) { return routerOf("jira-cloud-platform-v2.openapi.json", cloudRoutes) })
	dataCenterDescription = sync.OnceValues(func() (routers.Router, error) { return routerOf("jira-datacenter-10.3.openapi.json", dataCenterRoutes) })
)

func routerOf(file string, routes func([]byte) (routers.Router, error)) (routers.Router, error) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "specs", file))
	if err != nil {
		return nil, err
	}
	return routes(raw)
}

func dataCenterRoutes(raw []byte) (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: "/rest"}}
	// What the description gets wrong: names joined by commas are declared as an
	// object, and so are they in its own examples.
	*doc.Components.Schemas["StringList"].Value = *openapi3.NewStringSchema()
	// A property's value is any JSON, and its example is the text of an object.
	doc.Components.Schemas["EntityPropertyBean"].Value.Properties["value"] = openapi3.NewSchemaRef("", &openapi3.Schema{})
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	return router, nil
}

func cloudRoutes(raw []byte) (routers.Router, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	// What the description gets wrong: paths that differ from another only in a
	// parameter's name. We send none of them.
	for _, twin := range []string{
		"/rest/api/2/field/{id}", "/rest/api/2/issuesecurityschemes/{schemeId}", "/rest/api/2/notificationscheme/{notificationSchemeId}",
	} {
		doc.Paths.Delete(twin)
	}
	// The router checks the description first. Its examples are its authors' matter.
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaPatternValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return nil, err
	}
	return router, nil
}

// described gives what knows a kind of Jira's requests; without the description
// the test is skipped.
func described(t *testing.T, dc bool) routers.Router {
	t.Helper()
	read := cloudDescription
	if dc {
		read = dataCenterDescription
	}
	router, err := read()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the description is not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return router
}

var numbers = regexp.MustCompile(`[0-9]+`)

// holder holds requests against the description of their kind of Jira, each
// shape of one (ids, keys and times left out) once.
type holder struct {
	next   http.RoundTripper
	mu     sync.Mutex
	shapes map[string]*http.Request
}

func (h *holder) RoundTrip(req *http.Request) (*http.Response, error) {
	kept, body := keep(req)
	shape := kept.Method + numbers.ReplaceAllString(kept.URL.RequestURI()+string(body), "0")
	h.mu.Lock()
	if h.shapes[shape] == nil {
		h.shapes[shape] = kept
	}
	h.mu.Unlock()
	return h.next.RoundTrip(req)
}

// holds makes a transport whose requests are held against the description when
// the test ends; dc is asked then. Where the description is absent it only
// passes them on to next.
func holds(t *testing.T, next http.RoundTripper, dc func() bool) http.RoundTripper {
	t.Helper()
	h := &holder{next: next, shapes: map[string]*http.Request{}}
	t.Cleanup(func() {
		read := cloudDescription
		if dc() {
			read = dataCenterDescription
		}
		router, err := read()
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, req := range h.shapes {
			req.URL.Path = req.URL.Path[max(0, strings.Index(req.URL.Path, "/rest/")):] // without a context path
			if _, err := validate(t, router, req); err != nil {
				t.Errorf("%s %s: %v", req.Method, req.URL.RequestURI(), err)
			}
		}
	})
	return h
}
