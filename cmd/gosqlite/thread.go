// SPDX-License-Identifier: MIT

package main

import "runtime"

// The main thread is kept for main, which only waits. SQL then runs on threads that Go made, and these have one stack size
// for all SQL, that of every program that uses the driver: of the main thread, the user's limits decide. So what
// tools/smoke/run asks of the released shells tells of the driver, too.
func init() {
	runtime.LockOSThread()
}

// offMainThread calls f, on another thread than the main one while its caller is main, and gives what it returns.
func offMainThread(f func() int) int {
	code := make(chan int)
	go func() { code <- f() }()
	return <-code
}
