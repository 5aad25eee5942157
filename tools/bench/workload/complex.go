// SPDX-License-Identifier: MIT

package workload

var complexes = []Workload{
	{Name: "complex-insert", What: "go-sqlite-bench: users, articles, comments in three transactions", Unit: "row", prepare: complexInsert},
	{Name: "complex-query", What: "go-sqlite-bench: one join of 12 columns over everything", Unit: "row", PerGo: true, prepare: complexQuery(false)},
	{Name: "complex-query-low", What: "complex-query below database/sql", Unit: "row", Low: true, prepare: complexQuery(true)},
}

const (
	complexArticles = 20
	complexComments = 20
)

func complexInsert(e *Env) (*Round, error) {
	users := e.of(40, 15)
	s, err := e.openStore(false, Settings{})
	if err != nil {
		return nil, err
	}
	want := Seen{Ops: users * complexArticles * complexComments, Sum: blogSum(users, complexArticles, complexComments)}
	return &Round{
		Reset: func() error { return newBlog(s) },
		Run:   func() (Seen, error) { return want, putComplex(s, users) },
		Check: func() (Seen, error) { return readBlog(s, selectBlog) },
		Want:  want,
		Close: s.Close,
	}, nil
}

func complexQuery(low bool) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		users := e.of(80, 30)
		s, err := e.openStore(low, Settings{})
		if err != nil {
			return nil, err
		}
		if err := newBlog(s); err != nil {
			return nil, err
		}
		return &Round{
			Run: func() (Seen, error) {
				return readBlog(s, selectBlog+" ORDER BY u.created, a.created, c.created")
			},
			Want:  Seen{Ops: users * complexArticles * complexComments, Sum: blogSum(users, complexArticles, complexComments)},
			Close: s.Close,
		}, putComplex(s, users)
	}
}

func putComplex(s store, users int) error {
	articles := users * complexArticles
	for _, step := range []func(s store) error{
		func(s store) error { return putUsers(s, users) },
		func(s store) error {
			for a := 1; a <= articles; a++ {
				if err := putArticle(s, 1+(a-1)/complexArticles, a); err != nil {
					return err
				}
			}
			return nil
		},
		func(s store) error {
			for c := 1; c <= articles*complexComments; c++ {
				if err := putComment(s, 1+(c-1)/complexComments, c); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		if err := s.atomic(step); err != nil {
			return err
		}
	}
	return nil
}
