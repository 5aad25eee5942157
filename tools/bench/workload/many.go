// SPDX-License-Identifier: MIT

package workload

var many = []Workload{
	{Name: "many-10", What: "go-sqlite-bench: read 10 users again and again", Unit: "query", prepare: manyReads(10, false)},
	{Name: "many-100", What: "go-sqlite-bench: read 100 users", Unit: "query", prepare: manyReads(100, false)},
	{Name: "many-1000", What: "go-sqlite-bench: read 1000 users", Unit: "query", prepare: manyReads(1000, false)},
	{Name: "many-10-low", What: "many-10 below database/sql", Unit: "query", Low: true, prepare: manyReads(10, true)},
}

func manyReads(users int, low bool) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		queries := max(e.of(40_000, 15_000)/(users+10), 2)
		s, err := e.openStore(low, Settings{})
		if err != nil {
			return nil, err
		}
		if err := newBlog(s); err != nil {
			return nil, err
		}
		return &Round{
			Run: func() (all Seen, err error) {
				for range queries {
					seen, err := readUsers(s)
					if err != nil {
						return all, err
					}
					all.Ops++
					all.Sum += seen.Sum
				}
				return all, nil
			},
			Want:  Seen{Ops: queries, Sum: int64(queries) * usersSum(users)},
			Close: s.Close,
		}, s.atomic(func(s store) error { return putUsers(s, users) })
	}
}
