// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
)

// explainQueryPlan is what sqlite3_stmt_isexplain gives for EXPLAIN QUERY PLAN,
// https://sqlite.org/c3ref/stmt_isexplain.html.
const explainQueryPlan = 2

// planWriter draws EXPLAIN QUERY PLAN as a tree. Its rows are id, parent, a
// number without use, and the text: https://sqlite.org/eqp.html. A plan is as
// long as its statement, so it is held whole.
type planWriter struct {
	w        *bufio.Writer
	children map[int64][]planNode
}

type planNode struct {
	id   int64
	text string
}

func (p *planWriter) begin([]string) error {
	p.children = map[int64][]planNode{}
	return nil
}

func (p *planWriter) row(values []value) error {
	parent := values[1].int
	p.children[parent] = append(p.children[parent], planNode{values[0].int, string(appendVisible(nil, values[3].bytes))})
	return nil
}

func (p *planWriter) end() error {
	p.w.WriteString("QUERY PLAN\n")
	return p.draw(0, "")
}

func (p *planWriter) draw(parent int64, indent string) error {
	nodes := p.children[parent]
	for i, n := range nodes {
		mark, next := "|--", "|  "
		if i == len(nodes)-1 {
			mark, next = "`--", "   "
		}
		if _, err := p.w.WriteString(indent + mark + n.text + "\n"); err != nil {
			return err
		}
		if err := p.draw(n.id, indent+next); err != nil {
			return err
		}
	}
	return nil
}
