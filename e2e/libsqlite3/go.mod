module github.com/gosqlite/gosqlite/e2e/libsqlite3

go 1.26.0

require github.com/gosqlite/gosqlite v0.0.0

replace github.com/gosqlite/gosqlite => ../..
