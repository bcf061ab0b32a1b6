package linearsim

import (
	_ "embed"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed schema.graphql
var schemaText string

// Schema is Linear's schema, with the documents that were found valid by it: a
// client sends the same few again and again. It may be shared by any number of
// servers.
type Schema struct {
	ast   *ast.Schema
	valid sync.Map // text -> *ast.QueryDocument, which nothing changes any more
}

// NewSchema reads the schema. It is part of the program: not loading is a bug
// that any test finds, not an input error.
func NewSchema() *Schema {
	return &Schema{ast: gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText})}
}

// document parses and validates a document.
func (s *Schema) document(text string) (*ast.QueryDocument, gqlerror.List) {
	if doc, known := s.valid.Load(text); known {
		return doc.(*ast.QueryDocument), nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
	if errs := validator.ValidateWithRules(s.ast, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, errs
	}
	s.valid.Store(text, doc)
	return doc, nil
}
