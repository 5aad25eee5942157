// SPDX-License-Identifier: MIT

package driver

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// CheckNamedValue accepts what values binds without a conversion, so that the
// usual types cost no reflection; the rest goes through database/sql's own
// rules (driver.Valuer, pointers, kinds).
func (c *Conn) CheckNamedValue(v *driver.NamedValue) error {
	switch x := v.Value.(type) {
	case nil, int64, float64, bool, string, []byte, time.Time, sqlite.Value, Batch,
		[]int64, []float64, []string, [][]byte:
		return nil
	case int:
		v.Value = int64(x)
		return nil
	case []int:
		list := make([]int64, len(x))
		for i := range x {
			list[i] = int64(x[i])
		}
		v.Value = list
		return nil
	case int32:
		v.Value = int64(x)
		return nil
	case uint64:
		if x > math.MaxInt64 {
			return fmt.Errorf("gosqlite: %d does not fit SQLite's 64-bit signed integer: bind a text", x)
		}
		v.Value = int64(x)
		return nil
	}
	return driver.ErrSkip
}

// values converts the arguments of one statement, which index counts in its text
// from 0. The slice is good until the next call; the caller clears it so that it
// keeps nothing alive.
func (c *Conn) values(p *prepared, args []driver.NamedValue, index int) ([]sqlite.Value, error) {
	want := p.stmt.BindCount()
	if cap(c.args) < want {
		c.args = make([]sqlite.Value, want, want+8)
	}
	values := c.args[:want]
	positional := true
	for i := range args {
		if args[i].Name != "" {
			positional = false
			break
		}
	}
	if !positional {
		if err := c.namedValues(p, values, args); err != nil {
			clear(values)
			return nil, argumentError(index, err)
		}
		return values, nil
	}
	if len(args) != want {
		return nil, countError(want, len(args), index)
	}
	for i := range args {
		if err := c.argument(p, &values[i], i+1, args[i].Value); err != nil {
			clear(values)
			return nil, argumentError(index, fmt.Errorf("argument %d: %w", i+1, err))
		}
	}
	return values, nil
}

// namedValues is values with names; positional arguments among them go to the
// parameters of their ordinal.
func (c *Conn) namedValues(p *prepared, values []sqlite.Value, args []driver.NamedValue) error {
	set := make([]bool, len(values))
	for _, a := range args {
		i := a.Ordinal
		if a.Name != "" {
			var err error
			if i, err = p.index(a.Name); err != nil {
				return err
			}
			if i == 0 {
				return nameError(a.Name)
			}
		}
		if i > len(values) {
			return fmt.Errorf("the statement wants %d arguments, got %d", len(values), len(args))
		}
		if set[i-1] {
			return fmt.Errorf("parameter %d is given twice", i)
		}
		set[i-1] = true
		if err := c.argument(p, &values[i-1], i, a.Value); err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
	}
	for i, ok := range set {
		if !ok {
			return fmt.Errorf("parameter %d (%s) has no argument", i+1, p.stmt.BindName(i+1))
		}
	}
	return nil
}

// index finds a parameter by its name without :, @ or $; 0 means none. A name
// that occurs with two prefixes is two parameters and cannot be told apart.
func (p *prepared) index(name string) (int, error) {
	if p.params == nil {
		p.params = map[string]int{}
		for i := 1; i <= p.stmt.BindCount(); i++ {
			n := p.stmt.BindName(i)
			if len(n) < 2 || n[0] == '?' {
				continue
			}
			if p.params[n[1:]] != 0 {
				p.params[n[1:]] = -1
				continue
			}
			p.params[n[1:]] = i
		}
	}
	i := p.params[name]
	if i < 0 {
		return 0, fmt.Errorf("parameter name %q occurs with two prefixes: use one of :, @ and $", name)
	}
	return i, nil
}

// argument is value for parameter i of p, which may also be a list.
func (c *Conn) argument(p *prepared, to *sqlite.Value, i int, v driver.Value) error {
	var err error
	switch x := v.(type) {
	case []int64:
		err = sqlite.BindArray(p.stmt, i, x)
	case []float64:
		err = sqlite.BindArray(p.stmt, i, x)
	case []string:
		err = sqlite.BindArray(p.stmt, i, x)
	case [][]byte:
		err = sqlite.BindArray(p.stmt, i, x)
	default:
		return c.value(to, v)
	}
	*to = sqlite.KeepValue()
	p.lists = true
	return err
}

func (c *Conn) value(to *sqlite.Value, v driver.Value) error {
	switch x := v.(type) {
	case nil:
		*to = sqlite.NullValue()
	case int64:
		*to = sqlite.Int64Value(x)
	case string:
		*to = sqlite.TextValue(x)
	case []byte:
		*to = sqlite.BlobValue(x)
	case float64:
		*to = sqlite.Float64Value(x)
	case bool:
		*to = sqlite.Int64Value(0)
		if x {
			*to = sqlite.Int64Value(1)
		}
	case time.Time:
		var err error
		*to, err = c.cfg.time.value(x)
		return err
	case sqlite.Value:
		if x == sqlite.KeepValue() {
			// Kept would be what another user of the cached statement has bound.
			return errors.New("a KeepValue is for statements of package sqlite")
		}
		*to = x
	default:
		return fmt.Errorf("type %T is none that SQLite knows", v)
	}
	return nil
}
