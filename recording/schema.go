package recording

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.sql
var sqlFiles embed.FS

// Schema is the tables of this package, as numbered SQL files.
func Schema() fs.FS { return sqlFiles }
