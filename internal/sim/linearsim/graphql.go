package linearsim

import (
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
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
	fault  *Fault // what happens to it on its way; nil: nothing
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
	out := a.fault.spoil(wire{a.status, jsonType, body, false})
	entry.Status, entry.Fault = out.status, a.fault.kind()
	if len(a.errs) > 0 {
		entry.Code = a.errs[0].code()
	}
	s.log.add(entry)
	s.mu.Unlock()
	out.send(w)
}

// answer takes a request through the gates in Linear's order: who, how much,
// is it valid, how complex; then runs it.
func (s *Server) answer(h http.Header, r *http.Request, req request, bad error, entry *Request) answer {
	viewer, access, err := s.authenticate(r.Header.Get("Authorization"))
	if err != nil {
		return refused(err)
	}
	spent := s.bucketsOf(viewer)
	err = s.takeRequest(spent)
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
	err = s.takePoints(spent, entry.Complexity)
	spent.headers(h, s.now())
	if err != nil {
		return refused(err)
	}
	if err := s.takeEndpoints(h, viewer.ID, entry.Roots); err != nil {
		return refused(err)
	}
	return s.run(&execution{v: s.view(r, viewer, access), vars: vars}, op, s.strike(entry.Roots))
}

// run carries a request out, as far as no fault prevents it.
func (s *Server) run(x *execution, op *ast.OperationDefinition, fault *Fault) answer {
	a := answer{fault: fault, ran: true, status: http.StatusOK}
	if fault.runs() {
		a.data = x.run(op)
		a.errs = x.errs
	}
	if errs := fault.errors(s); errs != nil {
		a.errs = errs
		if fault.Kind != PartialData {
			a.data = nil
		}
	}
	if a.data == nil && len(a.errs) > 0 {
		a.status = a.errs[0].status
	}
	return a
}

// prepare parses and validates the document and its variables.
func (s *Server) prepare(req request, entry *Request) (*ast.OperationDefinition, map[string]any, []*apiError) {
	doc, errs := s.schema.document(req.Query)
	if len(errs) > 0 {
		return nil, nil, s.invalidDocument(errs)
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return nil, nil, []*apiError{badRequest("Unknown operation named \"" + req.OperationName + "\".")}
	}
	vars, err := validator.VariableValues(s.schema.ast, op, req.Variables)
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
	body, err := appendJSON(nil, out)
	if err != nil {
		// Only values of our own are in it, so this is a bug; say so in
		// the shape that clients read.
		a.status = http.StatusInternalServerError
		return []byte(`{"errors":[{"message":"internal error","extensions":{"type":"internal error","code":"INTERNAL_SERVER_ERROR"}}]}`)
	}
	return body
}
