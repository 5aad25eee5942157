#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The site of this tree in Chromium, at the widths of a desk and of a phone, light and dark; then planted defects, each of
# which has to turn that red.
#
#   tools/manual/checks/look.sh [PICTURES]    a folder to keep pictures of every page in
#
# Needs go and chromium; BROWSER names another program. AREAS is the list of a program's parts that a build wrote, such as that
# of //tools/release/sbom:areas_linux_amd64; without it, the page about them shows a made-up program.
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
# Large and small parts, in more groups than there are colors, one of them with a name that fits nowhere.
made_up() {
  local group part comma=''
  printf '['
  for group in {1..11}; do
    for part in {1..25}; do
      printf '%s{"name":"part_%d_of_<%d>","group":"Component & %d","bytes":%d}' "$comma" "$part" "$group" "$group" $((2000000 / (part * part * group) + 1))
      comma=,
    done
  done
  printf ',{"name":"%s","group":"Component & 12","bytes":1}]\n' "$(printf 'long%.0s' {1..60})"
}
if [[ -z ${AREAS:-} ]]; then
  AREAS=$work/areas.json
  made_up >"$AREAS"
fi
"$work/manual" --version 0.0.0 --tree "$root" --areas "$AREAS" --folder "$work/site" || exit 1
[[ -f $work/site/treemap.html ]] || { printf 'look: the site has no page about the parts of a program\n' >&2; exit 1; }

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

# plant NAME FILE SED [PAGE]: the same site with one file changed, as PAGE shows it; index.html by default.
plant() {
  rm -rf "$work/planted" && cp -R "$work/site" "$work/planted"
  sed -i "$3" "$work/planted/$2"
  if cmp -s "$work/site/$2" "$work/planted/$2"; then
    failed=$((failed + 1)) && printf 'FAILED  %s: the plant changes nothing\n' "$1"
    return
  fi
  check "$1" 3 --site "$work/planted" --page "${4:-index.html}"
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
plant "a treemap without a name" treemap.html 's#<title id="treemap-title">[^<]*</title>##' treemap.html
plant "a treemap that nobody sees" style.css '$a .picture svg { width: 0; height: 0; }' treemap.html
plant "a word beside the treemap" treemap.html '0,/<text x="[0-9.]*"/s//<text x="-90"/' treemap.html
plant "a treemap wider than the screen" style.css '$a .picture { overflow: visible; } .picture svg { max-width: none; width: 200rem; }' treemap.html
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
