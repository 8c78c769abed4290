package agentdesk

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed all:web/dist
var dist embed.FS

// servePage serves the built page: its files by name, and its one document for every address of its own. Without a
// build there is a placeholder that says so.
func servePage() http.HandlerFunc {
	files, _ := fs.Sub(dist, "web/dist") // the folder is embedded: it is there
	document := "index.html"
	if _, err := fs.Stat(files, document); err != nil {
		document = "placeholder.html"
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			problem(w, http.StatusMethodNotAllowed, "pages are only read")
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		content, err := fs.ReadFile(files, name)
		switch {
		case err == nil && strings.HasPrefix(name, "assets/"): // their names change with their content
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		case err == nil:
			w.Header().Set("Cache-Control", "no-cache")
		case strings.HasPrefix(name, "assets/"):
			problem(w, http.StatusNotFound, "there is no such file")
			return
		default:
			name = document
			content, err = fs.ReadFile(files, name)
			w.Header().Set("Cache-Control", "no-cache")
		}
		if err != nil {
			problem(w, http.StatusNotFound, "there is no page")
			return
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	}
}

// docs is the page about the API: made from the OpenAPI document, without any script.
var docs = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}} API</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code{font-family:ui-monospace,monospace}h2{margin-top:2rem;border-bottom:1px solid}li{margin:.4rem 0}small{opacity:.75}
</style></head><body>
<h1>{{.Title}} API</h1><p>{{.Text}}</p>
<p>The whole description for programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
{{range .Groups}}<h2 id="{{.Name}}">{{.Name}}</h2><ul>{{range .Operations}}
<li><code><b>{{.Method}}</b> {{.Path}}</code> {{.Summary}}{{with .Roles}} <small>({{.}})</small>{{end}}{{with .Parameters}}<br><small>{{.}}</small>{{end}}</li>{{end}}
</ul>{{end}}</body></html>`))

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct{ Method, Path, Summary, Roles, Parameters string }

func (s *Server) serveDocs(w http.ResponseWriter, _ *http.Request) {
	groups := map[string][]docsOperation{}
	for p, item := range s.api.OpenAPI().Paths {
		for _, op := range operations(item) {
			groups[op.Tags[0]] = append(groups[op.Tags[0]], docsOperation{op.Method, p, op.Summary, rolesText(paths[op.Method+" "+p]), parameters(op)})
		}
	}
	page := struct {
		Title, Text string
		Groups      []docsGroup
	}{s.api.OpenAPI().Info.Title, s.api.OpenAPI().Info.Description, nil}
	for name, ops := range groups {
		slices.SortFunc(ops, func(a, b docsOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		page.Groups = append(page.Groups, docsGroup{name, ops})
	}
	slices.SortFunc(page.Groups, func(a, b docsGroup) int { return cmp.Compare(a.Name, b.Name) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = docs.Execute(w, page)
}

func rolesText(roles []string) string {
	if allowed(roles, "") {
		return "no log-in needed"
	}
	return strings.Join(roles, ", ")
}

func parameters(op *huma.Operation) string {
	var names []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

func operations(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}
