// SPDX-License-Identifier: MIT

// Package registry has a registry for releases: run starts it, check.sh proves what it refuses, and that the proof notices
// when a rule is left out. nginx.conf.tmpl and registry.yml.tmpl are for machines of their own, too.
package registry
