// SPDX-License-Identifier: MIT

package tamper

import (
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// A provenance that tells of another build is signed by whom the policy names, is complete, and is about the files of the
// release all the same.
func buildCases() []Case {
	c := one(familyStatement)
	definition := func(change func(d object)) func(k *keys) hooks {
		return stated(releasetest.Provenance, func(s object) { change(sub(s, "predicate", "buildDefinition")) })
	}
	parameter := func(name string, value any) func(k *keys) hooks {
		return definition(func(d object) { sub(d, "externalParameters")[name] = value })
	}
	without := func(name string) func(k *keys) hooks {
		return definition(func(d object) { delete(sub(d, "externalParameters"), name) })
	}
	sources := func(change func(list []any) []any) func(k *keys) hooks {
		return definition(func(d object) { d["resolvedDependencies"] = change(d["resolvedDependencies"].([]any)) })
	}
	// Without a list of sources a module is one of no sources: rule module-source would refuse it as well.
	bare := func(change func(list []any) []any) func(k *keys) hooks {
		return func(k *keys) hooks {
			h := withoutModule()
			h.Statement = sources(change)(k).Statement
			return h
		}
	}
	kind := func(value string) func(k *keys) hooks { return definition(func(d object) { d["buildType"] = value }) }
	const obj, parameters, source = "provenance", "build-parameters", "build-source"
	return []Case{
		c("another build type", obj, "build", "build-type", kind("https://slsa.dev/container-based-build/v0.1")),
		c("the next number of the build type", obj, "build", "build-type", kind(strings.Replace(releasetest.BuildType, "type-1", "type-2", 1))),
		c("of another version", obj, "build", parameters, parameter("version", "1.1.0")),
		c("of no version", obj, "build", parameters, without("version")),
		c("a version that is no text", obj, "build", parameters, parameter("version", 1.2)),
		c("of another time", obj, "build", parameters, parameter("time", "2026-11-22T00:00:00Z")),
		c("the same time in another zone", obj, "build", parameters, parameter("time", "2026-11-23T01:00:00+01:00")),
		c("of no time", obj, "build", parameters, without("time")),
		c("of one platform less", obj, "build", parameters, parameter("platforms", releasetest.Platforms[:1])),
		c("of one platform more", obj, "build", parameters, parameter("platforms", []string{"darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64"})),
		c("of no platforms", obj, "build", parameters, without("platforms")),
		c("of no target", obj, "build", parameters, without("target")),
		c("a target that is no label", obj, "build", parameters, parameter("target", "make release")),
		c("one more parameter", obj, "build", parameters, parameter("options", "-DSQLITE_DEBUG")),
		c("no sources among the dependencies", obj, "build", source, bare(func(l []any) []any { return l[1:] })),
		c("two lists of sources", obj, "build", source, sources(func(l []any) []any { return append(l, l[0]) })),
		c("sources without their list", obj, "build", source, bare(func(l []any) []any {
			delete(l[0].(object), "content")
			return l
		})),
	}
}
