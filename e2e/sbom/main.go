// SPDX-License-Identifier: MIT

// Consumer is a program of Go and C with a module of other people in it.
package main

/*
#include "greeting.h"
*/
import "C"

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

func main() {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(w.EncodeAll([]byte(C.GoString(C.greeting())), nil)))
}
