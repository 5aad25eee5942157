/* SPDX-License-Identifier: MIT */
const char *greeting(void);
