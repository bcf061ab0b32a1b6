package linearsim

import (
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// apiError is a refusal in Linear's shape. Status is the HTTP status that it
// arrives with; the statusCode in the extensions often differs, as it does on
// the real service.
type apiError struct {
	status     int
	Message    string              `json:"message"`
	Path       []any               `json:"path,omitempty"`
	Locations  []gqlerror.Location `json:"locations,omitempty"`
	Extensions *extensions         `json:"extensions,omitempty"`
}

type extensions struct {
	Type        string         `json:"type,omitempty"`
	Code        string         `json:"code,omitempty"`
	StatusCode  int            `json:"statusCode,omitempty"`
	UserError   bool           `json:"userError,omitempty"`
	Presentable string         `json:"userPresentableMessage,omitempty"`
	Validation  []validation   `json:"validationErrors,omitempty"`
	Meta        map[string]any `json:"meta,omitempty"`
	HTTP        map[string]int `json:"http,omitempty"`

	*endpointUse // of a limit on one endpoint
}

// endpointUse is what a refusal for the limit of one endpoint tells; duration is
// in milliseconds.
type endpointUse struct {
	Duration  int64 `json:"duration"`
	Limit     int   `json:"limit"`
	Remaining int   `json:"remaining"`
	Requested int   `json:"requested"`
}

type validation struct {
	Property    string            `json:"property"`
	Constraints map[string]string `json:"constraints"`
}

// Error gives the message and what Linear would show to a user.
func (e *apiError) Error() string {
	if e.Extensions != nil && e.Extensions.Presentable != "" {
		return e.Message + ": " + e.Extensions.Presentable
	}
	return e.Message
}

func (e *apiError) code() string {
	if e.Extensions == nil {
		return ""
	}
	return e.Extensions.Code
}

// notFound is the answer for what does not exist or may not be seen; the two
// cannot be told apart.
func notFound(typ string) *apiError {
	return &apiError{status: 200, Message: "Entity not found: " + typ, Extensions: &extensions{
		Type: "invalid input", Code: "INPUT_ERROR", StatusCode: 400, UserError: true,
		Presentable: "Could not find referenced " + typ + ".",
	}}
}

func inputError(message, presentable string) *apiError {
	return &apiError{status: 200, Message: message, Extensions: &extensions{
		Type: "invalid input", Code: "INPUT_ERROR", StatusCode: 400, UserError: true, Presentable: presentable,
	}}
}

// conflict is the answer to a create with an id that was used before.
func conflict(typ, id string) *apiError {
	return inputError("conflict on insert of "+typ, "Entity "+typ+" with id "+id+" already exists.")
}

// invalidInput is what argument validation says.
func invalidInput(property, constraint, message string) *apiError {
	return &apiError{status: 200, Message: "Argument Validation Error", Extensions: &extensions{
		Type: "invalid input", Code: "INVALID_INPUT", StatusCode: 400, UserError: true, Presentable: message,
		Validation: []validation{{Property: property, Constraints: map[string]string{constraint: message}}},
	}}
}

func notUUID(property string) *apiError {
	return invalidInput(property, "isUuid", property+" must be a UUID.")
}

func unauthenticated() *apiError {
	return &apiError{status: 401, Message: "Authentication required, not authenticated", Extensions: &extensions{
		Type: "authentication error", Code: "AUTHENTICATION_ERROR", StatusCode: 401, UserError: true,
		Presentable: "You need to authenticate to access this operation.",
		HTTP:        map[string]int{"status": 401},
	}}
}

func keyAsBearer() *apiError {
	return &apiError{status: 400, Message: "It looks like you're trying to use an API key as a Bearer token. " +
		"Remove the Bearer prefix from the Authorization header."}
}

func badRequest(message string) *apiError {
	return &apiError{status: 400, Message: message, Extensions: &extensions{
		Type: "graphql error", Code: "BAD_REQUEST", StatusCode: 400, UserError: true,
	}}
}

// invalidDocument turns what the validator found into Linear's answer.
func (s *Server) invalidDocument(list gqlerror.List) []*apiError {
	out := make([]*apiError, 0, len(list))
	for _, e := range list {
		code := "GRAPHQL_VALIDATION_FAILED"
		if e.Rule == "" {
			code = "GRAPHQL_PARSE_FAILED"
		}
		out = append(out, &apiError{status: either(s.settings.MalformedStatus, 400), Message: e.Message, Locations: e.Locations, Extensions: &extensions{
			Type: "graphql error", Code: code, StatusCode: 400, UserError: true,
			HTTP: map[string]int{"status": 400},
		}})
	}
	return out
}

func badVariables(err error) *apiError {
	return &apiError{status: 400, Message: strings.TrimPrefix(err.Error(), "input: "), Extensions: &extensions{
		Type: "graphql error", Code: "BAD_USER_INPUT", StatusCode: 400, UserError: true,
		HTTP: map[string]int{"status": 400},
	}}
}

func labelType(kind LabelKind) string {
	switch kind {
	case ProjectLabel:
		return "ProjectLabel"
	case InitiativeLabel:
		return "InitiativeLabel"
	}
	return "IssueLabel"
}
