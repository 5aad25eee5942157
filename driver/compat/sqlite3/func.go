// SPDX-License-Identifier: MIT

package sqlite3

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/gosqlite/gosqlite/sqlite"
)

// RegisterFunc makes a Go function callable in SQL. Its parameters are bool,
// integers, floats, string, []byte or any, the last may be variadic; it returns
// one such value, and an error if it likes. pure says that equal arguments give
// equal results. New code is better off with sqlite.Conn.CreateFunction, whose
// calls need no reflection.
func (c *SQLiteConn) RegisterFunc(name string, impl any, pure bool) error {
	f, err := newCallee(reflect.ValueOf(impl))
	if err != nil {
		return fmt.Errorf("sqlite3: register function %s: %w", name, err)
	}
	if f.give == nil {
		return fmt.Errorf("sqlite3: register function %s: it returns no value", name)
	}
	scalar := sqlite.Scalar(f.nargs(), func(_ *sqlite.Context, args []sqlite.Arg) (sqlite.Value, error) { return f.call(args) })
	return mapError(c.SQLite().CreateFunction(name, scalar, flags(pure)))
}

// RegisterAggregator makes a Go type an aggregate function: impl is a function
// that gives a new aggregator (and an error if it likes), which has a method
// Step with parameters as of RegisterFunc and a method Done that returns the
// result.
func (c *SQLiteConn) RegisterAggregator(name string, impl any, pure bool) error {
	made := reflect.ValueOf(impl)
	if made.Kind() != reflect.Func || made.Type().NumIn() != 0 || made.Type().NumOut() == 0 || made.Type().NumOut() > 2 {
		return fmt.Errorf("sqlite3: register aggregator %s: want a function that gives an aggregator, not a %T", name, impl)
	}
	// Types only: whoever is made here is thrown away.
	one, err := create(made)
	if err != nil {
		return fmt.Errorf("sqlite3: register aggregator %s: %w", name, err)
	}
	step, err := method(one, "Step")
	if err == nil && step.give != nil {
		err = errors.New("its method Step returns a value")
	}
	var done *callee
	if err == nil {
		done, err = method(one, "Done")
	}
	if err == nil && (done.give == nil || len(done.take) > 0) {
		err = errors.New("its method Done has to take nothing and return the result")
	}
	if err != nil {
		return fmt.Errorf("sqlite3: register aggregator %s: %w", name, err)
	}
	type state struct {
		of  reflect.Value
		err error // for which there is none
	}
	start := func(s *state) error {
		if !s.of.IsValid() && s.err == nil {
			s.of, s.err = create(made)
		}
		return s.err
	}
	aggregate := sqlite.AggregateN(step.nargs(), func(s *state, _ *sqlite.Context, args []sqlite.Arg) error {
		if err := start(s); err != nil {
			return err
		}
		_, err := step.on(s.of.MethodByName("Step")).call(args)
		return err
	}, func(s *state) (sqlite.Value, error) {
		if err := start(s); err != nil {
			return sqlite.Value{}, err
		}
		return done.on(s.of.MethodByName("Done")).call(nil)
	})
	return mapError(c.SQLite().CreateFunction(name, aggregate, flags(pure)))
}

// create makes an aggregator.
func create(made reflect.Value) (reflect.Value, error) {
	out := made.Call(nil)
	if len(out) == 2 && !out[1].IsNil() {
		return reflect.Value{}, out[1].Interface().(error)
	}
	return out[0], nil
}

func method(of reflect.Value, name string) (*callee, error) {
	m := of.MethodByName(name)
	if !m.IsValid() {
		return nil, fmt.Errorf("%s has no method %s", of.Type(), name)
	}
	return newCallee(m)
}

// flags let schemas call the function, as the other driver does.
func flags(pure bool) sqlite.FunctionFlags {
	f := sqlite.Innocuous
	if pure {
		f |= sqlite.Deterministic
	}
	return f
}

// callee is a Go function with what converts its arguments and result.
type callee struct {
	f        reflect.Value
	take     []func(sqlite.Arg) (reflect.Value, error)
	variadic func(sqlite.Arg) (reflect.Value, error)
	give     func(reflect.Value) (sqlite.Value, error) // nil without a result
	fails    bool                                      // the last result is an error
}

var errorType = reflect.TypeFor[error]()

func newCallee(f reflect.Value) (*callee, error) {
	if f.Kind() != reflect.Func || f.IsNil() {
		return nil, errors.New("it is no function")
	}
	t := f.Type()
	c := &callee{f: f}
	for i := range t.NumIn() {
		in := t.In(i)
		variadic := t.IsVariadic() && i == t.NumIn()-1
		if variadic {
			in = in.Elem()
		}
		take, err := taker(in)
		if err != nil {
			return nil, err
		}
		if variadic {
			c.variadic = take
		} else {
			c.take = append(c.take, take)
		}
	}
	outs := t.NumOut()
	if outs > 0 && t.Out(outs-1) == errorType {
		c.fails = true
		outs--
	}
	switch outs {
	case 0:
		return c, nil
	case 1:
		var err error
		c.give, err = giver(t.Out(0))
		return c, err
	}
	return nil, errors.New("it returns more than a value and an error")
}

func (c *callee) nargs() int {
	if c.variadic != nil {
		return -1
	}
	return len(c.take)
}

// on is the same method of another value.
func (c *callee) on(f reflect.Value) *callee {
	other := *c
	other.f = f
	return &other
}

func (c *callee) call(args []sqlite.Arg) (v sqlite.Value, err error) {
	if len(args) < len(c.take) {
		return v, fmt.Errorf("wants at least %d arguments, got %d", len(c.take), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		take := c.variadic
		if i < len(c.take) {
			take = c.take[i]
		}
		if in[i], err = take(a); err != nil {
			return v, fmt.Errorf("argument %d %w", i+1, err)
		}
	}
	out := c.f.Call(in)
	if c.fails {
		if last := out[len(out)-1]; !last.IsNil() {
			return v, last.Interface().(error)
		}
	}
	if c.give == nil {
		return v, nil
	}
	return c.give(out[0])
}
