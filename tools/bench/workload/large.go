// SPDX-License-Identifier: MIT

package workload

import "strings"

var large = []Workload{
	{Name: "large-50k", What: "go-sqlite-bench: read users whose email has 50,000 bytes; memory bandwidth decides", Unit: "row", prepare: largeReads(50_000)},
	{Name: "large-200k", What: "go-sqlite-bench: 200,000 bytes", Unit: "row", prepare: largeReads(200_000)},
}

func largeReads(size int) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := max(e.of(40_000_000, 15_000_000)/size, 3)
		s, err := e.openStore(false, Settings{})
		if err != nil {
			return nil, err
		}
		if err := newBlog(s); err != nil {
			return nil, err
		}
		email := strings.Repeat("x", size)
		want := Seen{Ops: n}
		for u := 1; u <= n; u++ {
			want.Sum += mixed([]int64{int64(u), created(u), active(u)}, email)
		}
		return &Round{
				Run:   func() (Seen, error) { return readUsers(s) },
				Want:  want,
				Close: s.Close,
			}, s.atomic(func(s store) error {
				for u := 1; u <= n; u++ {
					if err := s.exec(insertUser, u, created(u), email, active(u)); err != nil {
						return err
					}
				}
				return nil
			})
	}
}
