/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "greeting.h"

int main(void) { return puts(greeting()) < 0; }
