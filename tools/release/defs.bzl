# SPDX-License-Identifier: MIT
"""Rules that make a release, and tests of what it holds."""

load("//tools/release/private:archives.bzl", _platform_archives = "platform_archives")
load("//tools/release/private:attribution.bzl", _attribution_checks = "attribution_checks", _program_areas = "program_areas")
load("//tools/release/private:checks.bzl", _release_checks = "release_checks")
load("//tools/release/private:notices.bzl", _notices = "notices")
load("//tools/release/private:sbom_checks.bzl", _sbom_checks = "sbom_checks")
load("//tools/release/private:sbom_view.bzl", _sbom_view = "sbom_view")
load("//tools/release/private:sboms.bzl", _platform_sboms = "platform_sboms")
load("//tools/release/private:scan_view.bzl", _scan_view = "scan_view")
load("//tools/release/private:set.bzl", _release_set = "release_set", _release_sets = "release_sets")
load("//tools/release/private:shared.bzl", _shared_files = "shared_files")
load("//tools/release/private:sign.bzl", _signers = "signers")

visibility(["//tools/..."])

attribution_checks = _attribution_checks
notices = _notices
platform_archives = _platform_archives
platform_sboms = _platform_sboms
program_areas = _program_areas
release_checks = _release_checks
release_set = _release_set
release_sets = _release_sets
sbom_checks = _sbom_checks
sbom_view = _sbom_view
scan_view = _scan_view
shared_files = _shared_files
signers = _signers
