module github.com/gosqlite/gosqlite/tools/release/sign/pkcs11

go 1.26.0

require github.com/gosqlite/gosqlite/tools v0.0.0

require github.com/miekg/pkcs11 v1.1.2

replace github.com/gosqlite/gosqlite/tools => ../../..
