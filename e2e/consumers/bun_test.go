// SPDX-License-Identifier: MIT

package consumers

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/driver/sqliteshim"
	"github.com/uptrace/bun/migrate"
)

type story struct {
	ID       int64     `bun:",pk,autoincrement"`
	Title    string    `bun:",notnull"`
	Tags     []string  // JSON
	Created  time.Time `bun:",nullzero,notnull,default:current_timestamp"`
	WriterID int64
	Writer   *writer `bun:"rel:belongs-to,join:writer_id=id"`
}

type writer struct {
	ID      int64 `bun:",pk,autoincrement"`
	Name    string
	Admin   bool
	Stories []story `bun:"rel:has-many,join:id=writer_id"`
}

// https://bun.uptrace.dev/guide/drivers.html#sqlite
func TestBun(t *testing.T) {
	if sqliteshim.ShimName == "" {
		t.Fatal("bun's own driver is not linked")
	}
	own, ctx := open(t), t.Context()
	isGosqlite(t, own)
	db := bun.NewDB(own, sqlitedialect.New())

	migrations := migrate.NewMigrations()
	migrations.Add(migrate.Migration{
		Name: "1",
		Up: func(ctx context.Context, m *migrate.Migrator, _ *migrate.Migration) error {
			return db.ResetModel(ctx, (*writer)(nil), (*story)(nil))
		},
	})
	migrator := migrate.NewMigrator(db, migrations)
	if err := migrator.Init(ctx); err != nil {
		t.Fatal(err)
	}
	if group, err := migrator.Migrate(ctx); err != nil || group.IsZero() {
		t.Fatalf("migrate: %v, %v", group, err)
	}

	ada := &writer{Name: "Ada", Admin: true}
	if _, err := db.NewInsert().Model(ada).Exec(ctx); err != nil || ada.ID == 0 {
		t.Fatalf("insert: %+v, %v", ada, err)
	}
	stories := []story{{Title: "One", Tags: []string{"a", "b"}, WriterID: ada.ID}, {Title: "Two", WriterID: ada.ID}}
	// RETURNING brings ids and times back.
	if _, err := db.NewInsert().Model(&stories).Exec(ctx); err != nil || stories[1].ID == 0 || stories[0].Created.IsZero() {
		t.Fatalf("insert: %+v, %v", stories, err)
	}

	var got []story
	if err := db.NewSelect().Model(&got).Relation("Writer").OrderExpr("story.id").Scan(ctx); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Writer == nil || !got[0].Writer.Admin || len(got[0].Tags) != 2 || time.Since(got[0].Created).Abs() > time.Hour {
		t.Errorf("selected %+v", got)
	}
	var w writer
	if err := db.NewSelect().Model(&w).Relation("Stories").Where("name = ?", "Ada").Scan(ctx); err != nil || len(w.Stories) != 2 {
		t.Errorf("has many: %+v, %v", w, err)
	}

	failed := errors.New("no")
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*story)(nil)).Where("TRUE").Exec(ctx); err != nil {
			return err
		}
		return failed
	})
	n, cerr := db.NewSelect().Model((*story)(nil)).Count(ctx)
	if !errors.Is(err, failed) || cerr != nil || n != 2 {
		t.Errorf("rollback: %v, %d stories, %v", err, n, cerr)
	}

	if _, err := db.NewInsert().Model(&story{ID: stories[0].ID, Title: "Again"}).On("CONFLICT (id) DO UPDATE").Set("title = EXCLUDED.title").Exec(ctx); err != nil {
		t.Error(err)
	}
	if exists, err := db.NewSelect().Model((*story)(nil)).Where("title = ?", "Again").Exists(ctx); err != nil || !exists {
		t.Errorf("upsert: %v, %v", exists, err)
	}
}
