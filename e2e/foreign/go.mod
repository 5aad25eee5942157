module github.com/gosqlite/gosqlite/e2e/foreign

go 1.26.0
