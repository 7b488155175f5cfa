package ringproof_test

import (
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// public are the packages whose exported signatures others build on.
var public = []string{"ringproof/steps", "ringproof/refswitch", "ringproof/reports/record"}

func TestPublicSignaturesNameNothingInternal(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps}, public...)
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) != len(public) {
		t.Fatalf("loaded %d packages, want %d", len(pkgs), len(public))
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			if o := scope.Lookup(name); o.Exported() {
				w := walk{t: t, seen: map[types.Type]bool{}, from: p.PkgPath + "." + name}
				w.object(o)
			}
		}
	}
}

type walk struct {
	t    *testing.T
	seen map[types.Type]bool
	from string
}

func (w *walk) object(o types.Object) {
	w.visit(o.Type())
	named, ok := o.Type().(*types.Named)
	if _, isType := o.(*types.TypeName); !ok || !isType {
		return
	}
	w.visit(named.Underlying())
	for m := range named.Methods() {
		if m.Exported() {
			w.visit(m.Type())
		}
	}
}

// visit looks at every type that can be reached through exported names.
func (w *walk) visit(t types.Type) {
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		w.named(t.Obj())
	case *types.Alias:
		w.named(t.Obj())
		w.visit(t.Rhs())
	case *types.Pointer:
		w.visit(t.Elem())
	case *types.Slice:
		w.visit(t.Elem())
	case *types.Array:
		w.visit(t.Elem())
	case *types.Chan:
		w.visit(t.Elem())
	case *types.Map:
		w.visit(t.Key())
		w.visit(t.Elem())
	case *types.Signature:
		w.visit(t.Params())
		w.visit(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			w.visit(v.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				w.visit(f.Type())
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			w.visit(m.Type())
		}
	}
}

func (w *walk) named(o *types.TypeName) {
	if o.Pkg() == nil {
		return
	}
	path := o.Pkg().Path()
	if strings.Contains(path+"/", "/internal/") && strings.HasPrefix(path, "ringproof/") || strings.HasPrefix(path, "github.com/emiago/sipgo") {
		w.t.Errorf("%s names %s.%s", w.from, path, o.Name())
	}
}
