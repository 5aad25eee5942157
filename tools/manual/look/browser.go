// SPDX-License-Identifier: MIT

// Package look shows a finished site to a browser without a window, takes pictures at the widths of a desk and of a phone,
// and holds each page against what only a browser knows: that nothing is wider than the screen, that colors are apart enough
// to be read, that no request leaves the folder, that scripts run without an error, and that search and colors work.
//
// The browser is Chromium, driven through a pipe: https://chromedevtools.github.io/devtools-protocol/. No port is opened.
package look

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// ErrNotInstalled says that there is no browser. What it would have checked is then not checked, which is a failure.
var ErrNotInstalled = errors.New("not installed: get chromium, by apt or from chromium.org")

// maxMessage bounds what the browser sends at once, in bytes: pictures of long pages.
const maxMessage = 256 << 20

// A browser is a running Chromium with one page.
type browser struct {
	to      io.WriteCloser
	from    *bufio.Reader
	session string
	next    int
	// seen gets each event of the page.
	seen func(method string, params json.RawMessage)
	stop func()
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// open starts the program with a profile of its own, which lies in folder. The end of ctx ends it.
func open(ctx context.Context, program, folder string) (*browser, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, ErrNotInstalled)
	}
	toRead, toWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromRead, fromWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, toRead.Close(), toWrite.Close())
	}
	args := []string{"--headless", "--remote-debugging-pipe", "--user-data-dir=" + folder, "--disable-gpu", "--hide-scrollbars",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to run as the superuser otherwise
	}
	cmd := exec.CommandContext(ctx, path, append(args, "about:blank")...)
	cmd.ExtraFiles = []*os.File{toRead, fromWrite}
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	err = errors.Join(err, toRead.Close(), fromWrite.Close())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), toWrite.Close(), fromRead.Close())
	}
	b := &browser{to: toWrite, from: bufio.NewReaderSize(fromRead, 1<<16), seen: func(string, json.RawMessage) {}}
	b.stop = func() {
		toWrite.Close() // the end of the pipe ends the browser
		fromRead.Close()
		timer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
	}
	if err := b.attach(); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

func (b *browser) attach() error {
	var target struct {
		ID string `json:"targetId"`
	}
	if err := b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var attached struct {
		ID string `json:"sessionId"`
	}
	if err := b.call("Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached); err != nil {
		return err
	}
	b.session = attached.ID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		if err := b.call(domain+".enable", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// call sends a command and waits for its answer; events that come before it are seen.
func (b *browser) call(method string, params, result any) error {
	b.next++
	text, err := json.Marshal(params)
	if err != nil {
		return err
	}
	if params == nil {
		text = []byte("{}")
	}
	text, err = json.Marshal(message{ID: b.next, Method: method, Params: text, Session: b.session})
	if err != nil {
		return err
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		return fmt.Errorf("ask the browser for %s: %w", method, err)
	}
	for {
		m, err := b.read()
		switch {
		case err != nil:
			return fmt.Errorf("wait for the browser's %s: %w", method, err)
		case m.ID != b.next:
			b.seen(m.Method, m.Params)
		case m.Error != nil:
			return fmt.Errorf("the browser's %s: %s", method, m.Error.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(m.Result, result)
		}
	}
}

// until reads events until one of this name.
func (b *browser) until(method string) error {
	for {
		m, err := b.read()
		if err != nil {
			return fmt.Errorf("wait for the browser's %s: %w", method, err)
		}
		b.seen(m.Method, m.Params)
		if m.Method == method {
			return nil
		}
	}
}

func (b *browser) read() (*message, error) {
	var text []byte
	for {
		part, err := b.from.ReadSlice(0)
		text = append(text, part...)
		if len(text) > maxMessage {
			return nil, fmt.Errorf("a message of more than %d bytes", maxMessage)
		}
		if err == nil {
			break
		}
		if err != bufio.ErrBufferFull {
			return nil, err
		}
	}
	var m message
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		return nil, err
	}
	return &m, nil
}

// evaluate runs an expression in the page and stores its value, which has to be one of JSON.
func (b *browser) evaluate(expression string, value any) error {
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	err := b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if err != nil {
		return err
	}
	if answer.Exception != nil {
		return fmt.Errorf("run a check in the page: %s", answer.Exception.Text)
	}
	return json.Unmarshal(answer.Result.Value, value)
}
