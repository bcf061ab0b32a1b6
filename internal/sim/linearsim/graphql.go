package linearsim

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// maxBody is the most that a request may weigh, in bytes: far more than any
// query needs.
const maxBody = 1 << 20

type request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// answer is what goes back. Data is left out, not null, for what never ran.
type answer struct {
	errs   []*apiError
	data   any
	ran    bool
	status int
}

func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "POST a GraphQL document here", http.StatusMethodNotAllowed)
		return
	}
	var req request
	bad := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req)

	s.mu.Lock()
	entry := Request{Time: s.now(), Operation: req.OperationName, Variables: req.Variables}
	a := s.answer(w.Header(), r, req, bad, &entry)
	body := a.marshal() // rows are read until here, so under the lock
	entry.Status = a.status
	if len(a.errs) > 0 {
		entry.Code = a.errs[0].code()
	}
	s.log.add(entry)
	s.mu.Unlock()

	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that went away is its own affair
}

// answer takes a request through the gates in Linear's order: who, how much,
// is it valid, how complex; then runs it.
func (s *Server) answer(h http.Header, r *http.Request, req request, bad error, entry *Request) answer {
	viewer, err := s.authenticate(r.Header.Get("Authorization"))
	if err != nil {
		return refused(err)
	}
	spent := s.bucketsOf(viewer.ID)
	err = spent.takeRequest()
	spent.headers(h, s.now())
	if err != nil {
		return refused(err)
	}
	if bad != nil {
		return refused(badRequest("The body is not a JSON object with a query: " + bad.Error()))
	}
	op, vars, errs := s.prepare(req, entry)
	if errs != nil {
		return refused(errs...)
	}
	entry.Complexity = complexity(op, vars)
	h.Set("X-Complexity", itoa(entry.Complexity))
	if entry.Complexity > maxComplexity {
		return refused(tooComplex(entry.Complexity))
	}
	err = spent.takePoints(entry.Complexity)
	spent.headers(h, s.now())
	if err != nil {
		return refused(err)
	}
	x := &execution{v: s.view(r, viewer), vars: vars}
	data := x.run(op)
	return answer{errs: x.errs, data: data, ran: true, status: http.StatusOK}
}

// authenticate finds the user behind an Authorization header.
func (s *Server) authenticate(header string) (*User, *apiError) {
	key := header
	if token, bearer := strings.CutPrefix(header, "Bearer "); bearer {
		if strings.HasPrefix(token, "lin_api_") {
			return nil, keyAsBearer()
		}
		key = token
	}
	id, known := s.keys[key]
	u := s.users.get(id)
	if !known || u == nil || !u.Active {
		return nil, unauthenticated()
	}
	return u, nil
}

// prepare parses and validates the document and its variables.
func (s *Server) prepare(req request, entry *Request) (*ast.OperationDefinition, map[string]any, []*apiError) {
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		return nil, nil, invalidDocument(gqlerror.List{gqlerror.WrapIfUnwrapped(err)})
	}
	if errs := validator.ValidateWithRules(s.schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, nil, invalidDocument(errs)
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return nil, nil, []*apiError{badRequest("Unknown operation named \"" + req.OperationName + "\".")}
	}
	vars, err := validator.VariableValues(s.schema, op, req.Variables)
	if err != nil {
		return nil, nil, []*apiError{badVariables(err)}
	}
	entry.Operation = op.Name
	entry.Mutation = op.Operation == ast.Mutation
	x := execution{vars: vars}
	for _, f := range x.fields(op.SelectionSet, "") {
		entry.Roots = append(entry.Roots, f[0].Name)
	}
	return op, vars, nil
}

func refused(errs ...*apiError) answer { return answer{errs: errs, status: errs[0].status} }

func (a *answer) marshal() []byte {
	out := object{}
	if a.ran {
		out = append(out, member{"data", a.data})
	}
	if len(a.errs) > 0 {
		out = append(out, member{"errors", a.errs})
	}
	body, err := json.Marshal(out)
	if err != nil {
		// Only values of our own are in it, so this is a bug; say so in
		// the shape that clients read.
		a.status = http.StatusInternalServerError
		return []byte(`{"errors":[{"message":"internal error","extensions":{"type":"internal error","code":"INTERNAL_SERVER_ERROR"}}]}`)
	}
	return body
}
