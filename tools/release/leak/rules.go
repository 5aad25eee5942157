// SPDX-License-Identifier: MIT

package leak

// Rule is one thing that a released file must not show.
type Rule struct {
	Name  string
	Doc   string
	check func(c *Checker, u *unit) []Finding
}

// Rules is every rule, in the order in which they run. Each has a planted defect in the tests that turns exactly it
// red.
var Rules = []Rule{
	{"token", "no random value that stands for user, host, home or path of the build", checkTokens},
	{"word", "no word of the build system or of its working folders", checkWords},
	{"path", "every absolute path is on the allow list", checkPaths},
	{"pe-time", "TimeDateStamp of PE, COFF and import objects is 0, or a content hash with its REPRO entry", checkPETime},
	{"pe-dates", "times of export, resource, debug and delay-load tables are 0, or the header's content hash", checkPEDates},
	{"pe-pdb", "a CodeView entry names a file, not a folder", checkPDB},
	{"id-missing", "a program or library has a build id, LC_UUID or repro hash", checkIDMissing},
	{"id-shared", "the id is not the one that rules_go gives to every program", checkIDShared},
	{"id-duplicate", "no two programs of different code share an id", checkIDDuplicate},
	{"macho-oso", "no debug stab names an object file", checkOSO},
	{"ar-header", "ar members have date, uid and gid 0 and mode 644 or 0", checkArHeader},
	{"ar-order", "ar members are sorted, or have unique names", checkArOrder},
	{"ar-name", "ar member names are plain and not temporary", checkArName},
	{"archive-order", "tar and zip members are sorted by bytes, without duplicates", checkOrder},
	{"archive-time", "tar and zip members have one time, the given one", checkTime},
	{"archive-owner", "tar and zip members belong to 0:0, without other names", checkOwner},
	{"archive-mode", "tar and zip members are files of mode 644 or 755 and folders of 755", checkMode},
	{"archive-name", "tar and zip member names are relative, clean and not temporary", checkName},
	{"gzip-header", "a gzip header has no name, comment or time of its own", checkGzip},
	{"stack-exec", "ELF programs declare a stack that cannot be executed", checkStackExec},
	{"stack-size", "the main stack has the given size where a libc's or linker's default is small", checkStackSize},
}
