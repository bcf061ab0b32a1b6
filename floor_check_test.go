package alignd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	everyRoom = "*"        // any package
	inTests   = "_test.go" // the tests of any package
)

// house is the plan of a module. Packages are named by their folder, relative to the root; the
// root is ".".
type house struct {
	module    string
	rooms     map[string][]string // package: the packages of this module that it may import
	libraries map[string][]string // library: the packages that may import it
	bare      []string            // packages that import no library at all
	forTests  []string            // packages of test code that do not end in _test.go
	calls     []call
	badNames  []string
}

// call is a function, or several of one package of the standard library, with the rooms that may
// name it. A room that ends in a slash stands for every package below it.
type call struct {
	pkg     string
	names   []string
	allowed []string
	instead string
}

// check reads every Go file of a tree and returns, sorted, what the plan does not allow. It leaves
// out what the go command leaves out: testdata, vendor, names that begin with a dot or an
// underscore, and folders that are modules of their own.
//
// A test may import any room of ours, whatever it takes to show how its own behaves, and the
// libraries that are for tests. Every other border holds in tests too.
func (h house) check(tree fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && outside(tree, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, name, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		c := checker{house: h, room: path.Dir(name), files: files, test: strings.HasSuffix(name, "_test.go")}
		c.file(f)
		found = append(found, c.found...)
		return nil
	})
	slices.Sort(found)
	return found, err
}

// outside reports whether a folder is no part of the module.
func outside(tree fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

// checker looks at one file.
type checker struct {
	house
	room  string
	test  bool
	files *token.FileSet
	found []string
}

func (c *checker) report(at token.Pos, format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("%v: %s", c.files.Position(at), fmt.Sprintf(format, args...)))
}

func (c *checker) file(f *ast.File) {
	if _, ok := c.rooms[c.room]; !ok {
		c.report(f.Package, "package %s is not in the table of rooms: give it a row that says what it may import", c.room)
	}
	for _, name := range []string{strings.TrimSuffix(f.Name.Name, "_test"), path.Base(c.room)} {
		if slices.Contains(c.badNames, name) {
			c.report(f.Package, "%s says nothing of what is inside: name the package for its matter", name)
			break
		}
	}
	for _, spec := range f.Imports {
		c.imported(spec)
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.report(fn.Pos(), "init runs before anybody asks: call it by a name")
		}
	}
	if !c.test && !slices.Contains(c.forTests, c.room) {
		c.called(f)
	}
}

// imported checks one import against the rooms and the libraries.
func (c *checker) imported(spec *ast.ImportSpec) {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return // the parser has said so
	}
	if spec.Name != nil && spec.Name.Name == "." {
		c.report(spec.Pos(), "a dot import hides where a name comes from")
	}
	if name == c.module || strings.HasPrefix(name, c.module+"/") {
		c.importedRoom(spec, strings.TrimPrefix(strings.TrimPrefix(name, c.module), "/"))
		return
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return // the standard library
	}
	if !c.test && slices.Contains(c.bare, c.room) {
		c.report(spec.Pos(), "%s may not import %s: it stands on the standard library alone", c.room, name)
		return
	}
	c.importedLibrary(spec, name)
}

func (c *checker) importedRoom(spec *ast.ImportSpec, room string) {
	may := c.rooms[c.room]
	switch {
	case c.test:
	case slices.Contains(c.forTests, room):
		c.report(spec.Pos(), "%s may not import %s, which is for tests", c.room, room)
	case slices.Contains(may, everyRoom):
	case !slices.Contains(may, room):
		c.report(spec.Pos(), "%s may not import %s (it may import: %s)", c.room, room, list(may))
	}
}

func (c *checker) importedLibrary(spec *ast.ImportSpec, name string) {
	for library, may := range c.libraries {
		if name != library && !strings.HasPrefix(name, library+"/") {
			continue
		}
		test := c.test || slices.Contains(c.forTests, c.room)
		if slices.Contains(may, everyRoom) || slices.Contains(may, c.room) || test && slices.Contains(may, inTests) {
			return
		}
		c.report(spec.Pos(), "%s may not import %s (only: %s)", c.room, name, list(may))
		return
	}
	c.report(spec.Pos(), "%s imports %s, which is not in the table of libraries: say which rooms may", c.room, name)
}

// called checks what the file names of the packages that have guarded functions, be it to call it
// or to pass it on.
func (c *checker) called(f *ast.File) {
	local := map[string]string{} // the name in this file: the package's path
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		as := path.Base(name)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		local[as] = name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		for _, g := range c.calls {
			if local[x.Name] == g.pkg && slices.Contains(g.names, sel.Sel.Name) && !c.within(g.allowed) {
				c.report(sel.Pos(), "%s may not use %s.%s: %s", c.room, g.pkg, sel.Sel.Name, g.instead)
			}
		}
		return true
	})
}

// within reports whether the file's room is one of those.
func (c *checker) within(rooms []string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool {
		return r == c.room || strings.HasSuffix(r, "/") && strings.HasPrefix(c.room+"/", r)
	})
}

// list is names for a sentence.
func list(names []string) string {
	if len(names) == 0 {
		return "none of ours"
	}
	return strings.Join(names, ", ")
}
