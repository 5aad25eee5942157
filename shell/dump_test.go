// SPDX-License-Identifier: MIT

package shell

import (
	"testing"
)

const dumped = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE a(i INTEGER PRIMARY KEY AUTOINCREMENT, r REAL, t TEXT, b BLOB, g AS (i+1));
INSERT INTO "a"("i","r","t","b") VALUES(1,0.1,'it''s',X'00ff');
INSERT INTO "a"("i","r","t","b") VALUES(2,1e999,('x'||char(0)||'y'),NULL);
INSERT INTO "a"("i","r","t","b") VALUES(9223372036854775807,-1e999,'
',X'');
CREATE TABLE "we""ird"(x, -- comment
y);
CREATE TABLE w(k PRIMARY KEY) WITHOUT ROWID;
INSERT INTO "w" VALUES('k');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES('a',9223372036854775807);
CREATE INDEX ai ON a(t);
CREATE VIEW v AS SELECT * FROM a -- comment
;
CREATE TRIGGER tr AFTER INSERT ON w BEGIN DELETE FROM a; END;
COMMIT;
`

func TestDumpIsAFixedPoint(t *testing.T) {
	run(t, dumped+".dump").want(t, dumped, "", 0)
	run(t, dumped+".dump w").want(t, `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE w(k PRIMARY KEY) WITHOUT ROWID;
INSERT INTO "w" VALUES('k');
CREATE TRIGGER tr AFTER INSERT ON w BEGIN DELETE FROM a; END;
COMMIT;
`, "", 0)
}

func TestDumpVirtualTable(t *testing.T) {
	dump := run(t, "CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('one two'); ANALYZE;\n.dump").ok(t)
	run(t, dump+"SELECT 1;").fails(t, ExitFailure, "table sqlite_master may not be modified")
	run(t, ".dbconfig defensive off\n"+dump+".mode list\n.headers off\nSELECT x FROM f WHERE f MATCH 'two';").want(t, "one two\n", "", 0)
}

func TestDBConfig(t *testing.T) {
	run(t, ".dbconfig defensive off\n.dbconfig enable_fkey no\n.dbconfig").want(t,
		"      defensive off\n    enable_fkey off\n enable_trigger on\n    enable_view on\n trusted_schema off\nwritable_schema off\n", "", 0)
	run(t, ".dbconfig defensive").fails(t, ExitFailure, "usage: .dbconfig defensive on|off")
	run(t, ".dbconfig nothing on").fails(t, ExitFailure, `setting "nothing" is not known; choose one of defensive, `)
}

// A table of the database is dumped, not a temporary one of its name.
func TestDumpPassesTemporaryTables(t *testing.T) {
	run(t, "CREATE TABLE t(a); INSERT INTO t VALUES('kept'); CREATE TEMP TABLE t(a, b); INSERT INTO temp.t VALUES('other', 1);\n.dump").want(t, `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t(a);
INSERT INTO "t" VALUES('kept');
COMMIT;
`, "", 0)
}
