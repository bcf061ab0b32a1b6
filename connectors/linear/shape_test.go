package linear

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// What another version has kept would lack a field that this one has, and nobody
// would know: whoever changes what is kept gives cursor another shape, and then
// this test its hash.
func TestShapeOfWhatIsKept(t *testing.T) {
	const want = "5 f1d5fd24433b"
	if got := fmt.Sprintf("%s %x", shape, sha256.Sum256([]byte(fields(reflect.TypeFor[lists]()))))[:14]; got != want {
		t.Errorf("the shape is %q, want %q: give shape another value, and write the one that it is here", got, want)
	}
}

// fields spells out a type with all that is in it.
func fields(of reflect.Type) string {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return of.Kind().String() + " " + fields(of.Elem())
	case reflect.Struct:
		if of.PkgPath() == "time" {
			return of.String()
		}
		var all []string
		for i := range of.NumField() {
			f := of.Field(i)
			all = append(all, f.Name+" "+string(f.Tag)+" "+fields(f.Type))
		}
		return "{" + strings.Join(all, ";") + "}"
	}
	return of.String()
}

// A list comes back as it was kept, but for the dates of its rows: the mark is
// what they are good for.
func TestListsAreKeptSmall(t *testing.T) {
	l := &list[userNode]{}
	l.take([]userNode{
		{ID: "b", Name: "Bea", UpdatedAt: "2026-09-02T08:00:00.000Z"},
		{ID: "a", Name: "Ana", Active: true, UpdatedAt: "2026-09-01T08:00:00.000Z"},
	}, true, false)
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"mark":"2026-09-02T08:00:00.000Z","rows":[{"ID":"a","Name":"Ana",`; !strings.HasPrefix(string(b), want) || strings.Count(string(b), "2026") != 1 {
		t.Errorf("kept as %s", b)
	}
	back := new(list[userNode])
	if err := json.Unmarshal(b, back); err != nil || back.Mark != l.Mark || len(back.Rows) != 2 || back.Rows["a"].Name != "Ana" || !back.Rows["a"].Active {
		t.Errorf("came back as %+v, %v", back, err)
	}
}
