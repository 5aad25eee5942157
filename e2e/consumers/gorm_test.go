// SPDX-License-Identifier: MIT

package consumers

import (
	"errors"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type author struct {
	ID        uint
	Name      string `gorm:"uniqueIndex;not null"`
	Active    bool
	Joined    time.Time
	Books     []book
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

type book struct {
	ID       uint
	Title    string
	AuthorID uint
}

// https://gorm.io/docs/connecting_to_the_database.html
func TestGORM(t *testing.T) {
	own := open(t)
	db, err := gorm.Open(sqlite.Dialector{Conn: own}, &gorm.Config{TranslateError: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	isGosqlite(t, own)
	if err := db.AutoMigrate(&author{}, &book{}); err != nil {
		t.Fatal(err)
	}
	joined := time.Date(2024, 2, 29, 12, 0, 0, 123456789, time.UTC)
	a := author{Name: "Ada", Active: true, Joined: joined, Books: []book{{Title: "One"}, {Title: "Two"}}}
	if err := db.Create(&a).Error; err != nil || a.ID == 0 || a.Books[1].ID == 0 {
		t.Fatalf("create: %v, %+v", err, a)
	}

	var got author
	if err := db.Preload("Books").First(&got, "name = ?", "Ada").Error; err != nil {
		t.Fatal(err)
	}
	if !got.Active || !got.Joined.Equal(joined) || len(got.Books) != 2 || got.Books[1].Title != "Two" {
		t.Errorf("read back %+v", got)
	}

	if err := db.Create(&author{Name: "Ada"}).Error; !errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("a second Ada: %v", err)
	}
	if err := db.Create(&book{Title: "Orphan", AuthorID: 99}).Error; !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("a book of nobody: %v", err)
	}

	failed := errors.New("no")
	err = db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&got).Update("active", false).Error; err != nil {
			return err
		}
		// A savepoint within.
		if err := tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&book{Title: "Three", AuthorID: got.ID}).Error }); err != nil {
			return err
		}
		return failed
	})
	var books int64
	if db.Model(&book{}).Count(&books); !errors.Is(err, failed) || books != 2 {
		t.Errorf("rollback: %v, %d books", err, books)
	}

	if err := db.Delete(&got).Error; err != nil {
		t.Fatal(err)
	}
	if err := db.First(&author{}, got.ID).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("soft delete: %v", err)
	}

	// For this the dialect makes a table anew, which the books that refer to it
	// forbid; https://sqlite.org/lang_altertable.html#otheralter says what to do.
	if err := db.Migrator().DropColumn(&author{}, "active"); !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("drop a column of a table that others refer to: %v", err)
	}
	if !db.Migrator().HasColumn(&author{}, "active") {
		t.Error("the column is gone all the same")
	}
	err = db.Connection(func(db *gorm.DB) error {
		if err := db.Exec("PRAGMA foreign_keys = OFF").Error; err != nil {
			return err
		}
		if err := db.Migrator().DropColumn(&author{}, "active"); err != nil {
			return err
		}
		return db.Exec("PRAGMA foreign_keys = ON").Error
	})
	if err != nil {
		t.Errorf("drop a column: %v", err)
	}
	if db.Migrator().HasColumn(&author{}, "active") {
		t.Error("the column is still there")
	}
	if db.Model(&book{}).Count(&books); books != 2 {
		t.Errorf("%d books after the change of their authors' table", books)
	}
}
