// SPDX-License-Identifier: MIT

// Consumer is a program of Go and C with a module of other people in it.
package main

/*
#include "greeting.h"
*/
import "C"

import (
	"fmt"

	"github.com/cespare/xxhash/v2"
)

func main() {
	fmt.Println(xxhash.Sum64String(C.GoString(C.greeting())))
}
