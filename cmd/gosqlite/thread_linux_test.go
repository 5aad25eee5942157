// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asChild, when set, makes this test program a shell: the real one, or one that runs SQL on the main thread.
const asChild = "GOSQLITE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(asChild) {
	case "shell":
		main()
	case "planted":
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// TestSQLRunsOffTheMainThread looks at who takes the processor's time while a statement runs without end.
func TestSQLRunsOffTheMainThread(t *testing.T) {
	if main, others := worked(t, "shell"); main >= others {
		t.Errorf("the main thread worked for %d ticks, the others for %d", main, others)
	}
	if main, others := worked(t, "planted"); main < others {
		t.Errorf("SQL on the main thread is not noticed: it worked for %d ticks, the others for %d", main, others)
	}
}

// worked gives the processor time of a child's main thread and of its other threads, in ticks of 10 ms.
func worked(t *testing.T, kind string) (main, others int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program, ":memory:", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n")
	child.Env = append(os.Environ(), asChild+"="+kind)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	for deadline := time.Now().Add(2 * time.Minute); main+others < 50; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the child worked for %d ticks only", main+others)
		}
		if main, others, err = ticks(child.Process.Pid); err != nil {
			t.Fatal(err)
		}
	}
	return main, others
}

// ticks reads what proc(5) says of each thread; the main one has the number of the process.
func ticks(pid int) (main, others int, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	if len(files) == 0 {
		return 0, 0, fmt.Errorf("find threads of process %d: it has ended", pid)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue // it has ended
		}
		if err != nil {
			return 0, 0, err
		}
		_, fields, _ := strings.Cut(string(text), ") ") // behind the name
		utime := strings.Fields(fields)[11]             // field 14 of proc_pid_stat(5)
		n, err := strconv.Atoi(utime)
		if err != nil {
			return 0, 0, err
		}
		if filepath.Base(filepath.Dir(file)) == strconv.Itoa(pid) {
			main += n
		} else {
			others += n
		}
	}
	return main, others, nil
}
