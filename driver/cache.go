// SPDX-License-Identifier: MIT

package driver

import (
	"container/list"

	"github.com/gosqlite/gosqlite/internal/plumbing"
	"github.com/gosqlite/gosqlite/sqlite"
)

// prepared is a statement with what the driver derives from it.
type prepared struct {
	stmt   *sqlite.Stmt
	inner  plumbing.Stmt  // of stmt
	sql    string         // key in the cache: the text as it was given
	inUse  bool           // taken, by a Stmt or by Rows
	rows   bool           // Rows are open
	owned  bool           // a Stmt holds it beyond its Rows
	lists  bool           // a list is bound
	elem   *list.Element  // place in the cache, nil outside
	params map[string]int // parameter indexes by name without prefix

	columns      []column
	names        []string
	instants     []int // columns that hold times
	columnsAfter int   // compilation that columns belong to
	columnsKnown bool  // columns are there
}

// cache keeps the statements used last, so that the same text is compiled once
// per connection.
type cache struct {
	size  int
	bySQL map[string]*prepared
	order list.List // front = used last
}

// take gives a kept statement that nobody uses, or nil.
func (c *cache) take(sql string) *prepared {
	p := c.bySQL[sql]
	if p == nil || p.inUse {
		return nil
	}
	p.inUse = true
	c.order.MoveToFront(p.elem)
	return p
}

// add keeps a new statement that is in use. A text that is there already stays;
// the second statement is closed when it is given back.
func (c *cache) add(p *prepared) error {
	p.inUse = true
	if c.size == 0 || c.bySQL[p.sql] != nil {
		return nil
	}
	if c.bySQL == nil {
		c.bySQL = map[string]*prepared{}
	}
	c.bySQL[p.sql] = p
	p.elem = c.order.PushFront(p)
	return c.evict()
}

// evict closes the oldest statements beyond size that nobody uses.
func (c *cache) evict() error {
	for e := c.order.Back(); e != nil && c.order.Len() > c.size; {
		p := e.Value.(*prepared)
		prev := e.Prev()
		if !p.inUse {
			c.remove(p)
			if err := p.stmt.Close(); err != nil {
				return err
			}
		}
		e = prev
	}
	return nil
}

func (c *cache) remove(p *prepared) {
	delete(c.bySQL, p.sql)
	c.order.Remove(p.elem)
	p.elem = nil
}

// give ends a use. The statement's run must have ended.
func (c *cache) give(p *prepared) error {
	p.inUse = false
	if p.elem == nil {
		return p.stmt.Close()
	}
	if p.lists {
		p.lists = false
		return p.stmt.ClearBindings() // a list may be large
	}
	return nil
}
