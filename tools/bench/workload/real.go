// SPDX-License-Identifier: MIT

package workload

var real = []Workload{
	{Name: "real-insert", What: "go-sqlite-bench: a transaction for each user with 20 articles of 20 comments; the disk decides", Unit: "row", prepare: realInsert},
	{Name: "real-query", What: "go-sqlite-bench: the join of one user's articles and comments, by email", Unit: "row", prepare: realQuery},
}

const (
	realArticles = 20
	realComments = 20
)

func realInsert(e *Env) (*Round, error) {
	users := e.of(20, 8)
	s, err := e.openStore(false, Settings{})
	if err != nil {
		return nil, err
	}
	// Operations are rows of the join: comments.
	want := Seen{Ops: users * realArticles * realComments, Sum: blogSum(users, realArticles, realComments)}
	return &Round{
		Reset: func() error { return newBlog(s) },
		Run:   func() (Seen, error) { return want, putReal(s, users) },
		Check: func() (Seen, error) { return readBlog(s, selectBlog) },
		Want:  want,
		Close: s.Close,
	}, nil
}

func realQuery(e *Env) (*Round, error) {
	users := e.of(50, 20)
	s, err := e.openStore(false, Settings{})
	if err != nil {
		return nil, err
	}
	if err := newBlog(s); err != nil {
		return nil, err
	}
	return &Round{
		Run: func() (all Seen, err error) {
			for u := 1; u <= users; u++ {
				seen, err := readBlog(s, selectBlog+" WHERE u.email = ? ORDER BY u.created, a.created, c.created", userEmail(u))
				if err != nil {
					return all, err
				}
				all.Ops += seen.Ops
				all.Sum += seen.Sum
			}
			return all, nil
		},
		Want:  Seen{Ops: users * realArticles * realComments, Sum: blogSum(users, realArticles, realComments)},
		Close: s.Close,
	}, putReal(s, users)
}

func putReal(s store, users int) error {
	for u := 1; u <= users; u++ {
		err := s.atomic(func(s store) error {
			if err := putUser(s, u); err != nil {
				return err
			}
			for a := firstOf(u, realArticles); a < firstOf(u+1, realArticles); a++ {
				if err := putArticle(s, u, a); err != nil {
					return err
				}
				for c := firstOf(a, realComments); c < firstOf(a+1, realComments); c++ {
					if err := putComment(s, a, c); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// firstOf is the first child of parent p, when each has n.
func firstOf(p, n int) int { return (p-1)*n + 1 }

func putUser(s store, u int) error {
	return s.exec(insertUser, u, created(u), userEmail(u), active(u))
}

func putArticle(s store, u, a int) error {
	return s.exec(insertArticle, a, created(a), u, articleText(a))
}

func putComment(s store, a, c int) error {
	return s.exec(insertComment, c, created(c), a, commentText(c))
}

func readBlog(s store, query string, args ...any) (seen Seen, err error) {
	err = s.query(query, blogKinds, func(r Row) {
		seen.Ops++
		seen.Sum += readRow(r, blogKinds)
	}, args...)
	return seen, err
}

// blogSum is the sum of the join of all.
func blogSum(users, articles, comments int) (sum int64) {
	for u := 1; u <= users; u++ {
		for a := firstOf(u, articles); a < firstOf(u+1, articles); a++ {
			for c := firstOf(a, comments); c < firstOf(a+1, comments); c++ {
				sum += blogRowSum(u, a, c)
			}
		}
	}
	return sum
}
