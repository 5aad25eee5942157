// SPDX-License-Identifier: MIT

// Package checks holds what is published against programs that share nothing with it.
//
//	python3 -m venv FOLDER && FOLDER/bin/pip install tuf==7.0.1 securesystemslib==1.6.0 cryptography==50.0.2 urllib3==2.8.0
//	PATH=FOLDER/bin:$PATH go -C tools test -count=1 ./publish/checks
//
// loopback.sh is the whole way of two releases, from the publisher by a registry process on loopback to users and back.
//
// A program that is not installed fails the check: it has not passed.
package checks
