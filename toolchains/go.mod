module github.com/gosqlite/gosqlite/toolchains

go 1.26.0
