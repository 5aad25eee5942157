// SPDX-License-Identifier: MIT

// Consumer is a program of Go and C with a module of other people in it.
package main

/*
#include "greeting.h"
*/
import "C"

import (
	"os"

	"github.com/yuin/goldmark"
)

func main() {
	if err := goldmark.Convert([]byte(C.GoString(C.greeting())), os.Stdout); err != nil {
		panic(err)
	}
}
