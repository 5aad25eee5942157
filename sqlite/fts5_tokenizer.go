// SPDX-License-Identifier: MIT

package sqlite

import (
	"fmt"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Tokenizer cuts texts into tokens for FTS5. One belongs to one table and is
// used by one goroutine at a time.
//
// https://sqlite.org/fts5.html#custom_tokenizers
type Tokenizer interface {
	// Tokenize calls emit for each token of text, in order, and returns the
	// first error that emit or itself met. text is good until it returns. It
	// must give equal tokens for equal texts, else the index is corrupt.
	Tokenize(text RawBytes, why TokenizeReason, locale string, emit func(Token) error) error
}

// TokenizeReason is what a text is cut for.
//
// https://sqlite.org/fts5.html#custom_tokenizers
type TokenizeReason int

// Reasons; TokenizePrefix comes with TokenizeQuery.
const (
	TokenizeQuery    TokenizeReason = 0x01 // FTS5_TOKENIZE_QUERY: part of a MATCH
	TokenizePrefix   TokenizeReason = 0x02 // FTS5_TOKENIZE_PREFIX: the last token is the beginning of one
	TokenizeDocument TokenizeReason = 0x04 // FTS5_TOKENIZE_DOCUMENT: to be indexed or deleted
	TokenizeAux      TokenizeReason = 0x08 // FTS5_TOKENIZE_AUX: asked by an auxiliary function
)

// Token is a piece of a text.
type Token struct {
	Text       []byte // as it is indexed, for instance in lower case; copied
	Start, End int    // bytes in the text that it stands for
	Colocated  bool   // FTS5_TOKEN_COLOCATED: a synonym of the token before
}

// CreateTokenizer is xCreateTokenizer_v2: tables are made with
// `tokenize = 'name args...'`, and create is called with the arguments for each.
// It and the tokenizers must not use the connection. Like a collation a
// tokenizer is part of the database: every connection that opens it needs it.
//
// https://sqlite.org/fts5.html#custom_tokenizers
func (c *Conn) CreateTokenizer(name string, create func(args []string) (Tokenizer, error)) error {
	if err := checkName(name); err != nil {
		return err
	}
	if create == nil {
		return misuse("create tokenizer " + name + ": the function is nil")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.CreateTokenizer(name, c.hosted().Add(&tokenizerModule{c, create})); rc != 0 {
		return coded(ErrorCode(rc), "create tokenizer "+name+": "+capi.ErrStr(rc))
	}
	return nil
}

type tokenizerModule struct {
	c      *Conn
	create func(args []string) (Tokenizer, error)
}

// New is called by C.
func (m *tokenizerModule) New(args []string) int {
	var t Tokenizer
	err := m.c.guard(func() (err error) {
		t, err = m.create(args)
		if err == nil && t == nil {
			err = misuse("the tokenizer is nil")
		}
		return err
	})
	if err != nil {
		m.c.throwSilent(err)
		return -1
	}
	return m.c.host.Add(&tokenizer{m.c, t})
}

type tokenizer struct {
	c *Conn
	t Tokenizer
}

// emitError is a code that FTS5 gave when it took a token.
type emitError int

func (e emitError) Error() string { return "FTS5 took no more tokens: " + ErrorCode(e).Error() }

// Tokenize is called by C.
func (t *tokenizer) Tokenize(flags int, text []byte, locale string, sink capi.TokenSink) int {
	emit := func(tok Token) error {
		if sink == 0 {
			return misuse("the text of this token is over")
		}
		if tok.Start < 0 || tok.Start > tok.End || tok.End > len(text) || len(tok.Text) > 1<<31-1 {
			return coded(ErrRange, fmt.Sprintf("token at %d to %d of a text of %d bytes", tok.Start, tok.End, len(text)))
		}
		if rc := sink.Emit(number(tok.Colocated), tok.Text, tok.Start, tok.End); rc != 0 {
			return emitError(rc)
		}
		return nil
	}
	err := t.c.guard(func() error { return t.t.Tokenize(text, TokenizeReason(flags), locale, emit) })
	sink = 0
	switch e := err.(type) {
	case nil:
		return 0
	case emitError:
		return int(e)
	}
	return int(t.c.throwSilent(err))
}
