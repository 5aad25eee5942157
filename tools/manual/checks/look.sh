#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The site of this tree in Chromium, at the widths of a desk and of a phone, light and dark; then planted defects, each of
# which has to turn that red.
#
#   tools/manual/checks/look.sh [PICTURES]    a folder to keep pictures of every page in
#
# Needs go and chromium; BROWSER names another program. The page about a program's parts is left out: it needs a build.
# Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
browser=${BROWSER:-chromium}
[[ $# -le 1 ]] || { printf 'usage: look.sh [PICTURES]\n' >&2; exit 2; }
command -v "$browser" >/dev/null || { printf 'look: %s: not installed; get it by apt-get install chromium\n' "$browser" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in manual look; do
  GOWORK=off CGO_ENABLED=0 go -C "$root/tools" build -o "$work/$program" "./manual/cmd/$program" || exit 1
done
"$work/manual" --version 0.0.0 --tree "$root" --folder "$work/site" || exit 1

passed=0 failed=0
# check NAME CODE FLAGS...: how look ends.
check() {
  local name=$1 want=$2 code
  shift 2
  "$work/look" --browser "$browser" "$@" >"$work/log" 2>&1
  code=$?
  if ((code == want)); then passed=$((passed + 1)) && printf 'ok      %s\n' "$name"
  else failed=$((failed + 1)) && printf 'FAILED  %s: exit code %d, not %d\n' "$name" "$code" "$want" && tail -n 20 "$work/log"
  fi
}

# plant NAME FILE SED: the same site with one file changed.
plant() {
  rm -rf "$work/planted" && cp -R "$work/site" "$work/planted"
  sed -i "$3" "$work/planted/$2"
  if cmp -s "$work/site/$2" "$work/planted/$2"; then
    failed=$((failed + 1)) && printf 'FAILED  %s: the plant changes nothing\n' "$1"
    return
  fi
  check "$1" 3 --site "$work/planted" --page index.html
}

pictures=()
[[ $# -eq 0 ]] || pictures=(--pictures "$1")
check "every page" 0 --site "$work/site" "${pictures[@]}"
plant "a picture from elsewhere" index.html 's#<article>#<article><img src="https://example.invalid/x.png" alt="x" />#'
plant "the same without a policy" index.html 's#<meta http-equiv="Content-Security-Policy"[^>]*>##; s#<article>#<article><img src="https://example.invalid/x.png" alt="x" />#'
plant "wider than the screen" style.css '$a article { min-width: 100rem; }'
plant "wider than a phone" style.css '$a article { min-width: 30rem; }'
plant "pale text" style.css '$a article { color: #bbb; }'
plant "pale text in the dark" style.css '$a @media (prefers-color-scheme: dark) { article { color: #555; } }'
plant "a script that fails" search.js '1i throw new Error("planted");'
plant "a search that finds nothing" search.js 's/if (weight > 0)/if (weight < 0)/'
plant "results beside the screen" style.css '$a #search-results { position: fixed; left: -5rem; }'
plant "an index that is gone" search-index.js '1s/manualIndex/otherIndex/'
plant "colors that stay" theme.js 's/button.addEventListener("click"/button.addEventListener("nothing"/'
plant "a link without a name" index.html 's#<article>#<article><a href="index.html"></a>#'
plant "no navigation" index.html 's#<nav #<div #g; s#</nav>#</div>#g'
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
