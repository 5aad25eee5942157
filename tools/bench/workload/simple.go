// SPDX-License-Identifier: MIT

package workload

var simple = []Workload{
	{Name: "simple-insert", What: "go-sqlite-bench: insert users in one transaction", Unit: "row", prepare: simpleInsert(false)},
	{Name: "simple-query", What: "go-sqlite-bench: read all users", Unit: "row", PerGo: true, prepare: simpleQuery(false)},
	{Name: "simple-insert-low", What: "simple-insert below database/sql", Unit: "row", Low: true, prepare: simpleInsert(true)},
	{Name: "simple-query-low", What: "simple-query below database/sql", Unit: "row", Low: true, prepare: simpleQuery(true)},
}

func usersSum(n int) (sum int64) {
	for u := 1; u <= n; u++ {
		sum += userSum(u)
	}
	return sum
}

func simpleInsert(low bool) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(30_000, 10_000)
		s, err := e.openStore(low, Settings{})
		if err != nil {
			return nil, err
		}
		want := Seen{Ops: n, Sum: usersSum(n)}
		return &Round{
			Reset: func() error { return newBlog(s) },
			Run:   func() (Seen, error) { return want, s.atomic(func(s store) error { return putUsers(s, n) }) },
			Check: func() (Seen, error) { return readUsers(s) },
			Want:  want,
			Close: s.Close,
		}, nil
	}
}

func simpleQuery(low bool) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(60_000, 20_000)
		s, err := e.openStore(low, Settings{})
		if err != nil {
			return nil, err
		}
		if err := newBlog(s); err != nil {
			return nil, err
		}
		return &Round{
			Run:   func() (Seen, error) { return readUsers(s) },
			Want:  Seen{Ops: n, Sum: usersSum(n)},
			Close: s.Close,
		}, s.atomic(func(s store) error { return putUsers(s, n) })
	}
}

// newBlog makes the tables anew.
func newBlog(s store) error {
	for _, table := range []string{"comments", "articles", "users"} {
		if err := s.exec("DROP TABLE IF EXISTS " + table); err != nil {
			return err
		}
	}
	for _, statement := range blogSchema {
		if err := s.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

func putUsers(s store, n int) error {
	for u := 1; u <= n; u++ {
		if err := s.exec(insertUser, u, created(u), userEmail(u), active(u)); err != nil {
			return err
		}
	}
	return nil
}

func readUsers(s store) (seen Seen, err error) {
	err = s.query(selectUsers, userKinds, func(r Row) {
		seen.Ops++
		seen.Sum += readRow(r, userKinds)
	})
	return seen, err
}
