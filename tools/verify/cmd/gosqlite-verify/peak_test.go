// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// hoard is how many bytes the program holds on to beside its work: the plant of TestMemory.
const hoard = "GOSQLITE_VERIFY_HOARD"

// runMain is main, and prints the most memory that the process ever had.
func runMain() {
	n, _ := strconv.Atoi(os.Getenv(hoard))
	held := make([]byte, n)
	for i := 0; i < n; i += 4096 {
		held[i] = 1
	}
	code := start(os.Args[1:])
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, text, _ := strings.Cut(string(status), "VmHWM:")
		kb, _ := strconv.Atoi(strings.Fields(text)[0])
		fmt.Printf("peak %d\n", kb*1024)
	}
	if len(held) > n {
		panic("never")
	}
	os.Exit(code)
}
