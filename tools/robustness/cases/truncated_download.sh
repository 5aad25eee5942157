# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# The mode without registries downloads SQLite itself: a server that sends half of an archive is noticed. Bazel's
# downloader is told to ask a server of our own for what it would ask the public origin.

plants[truncated_download]='half an archive was accepted'
case_truncated_download() {
  local server port='' verdict=0
  command -v python3 >/dev/null || { why="not installed: apt-get install python3"; return 4; }
  mkdir -p "$work/origin"
  # The start of a ZIP archive, and no end.
  printf 'PK\003\004\024\000\000\000\010\000' >"$work/origin/half.zip"
  head -c 100000 /dev/zero >>"$work/origin/half.zip"
  : >"$work/logs/origin.txt"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$work/origin" 0 >"$work/logs/origin.txt" 2>&1 &
  server=$!
  for _ in {1..100}; do
    port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$work/logs/origin.txt")
    [[ -z $port ]] || break
    sleep 0.1
  done
  printf 'rewrite .*sqlite.* http://127.0.0.1:%s/half.zip\n' "$port" >"$work/downloader.cfg"
  use_base base-analysis
  local given=(--repo_env=GOSQLITE_SQLITE= --repository_cache= --experimental_downloader_config="$work/downloader.cfg")
  [[ -z $plant ]] || given=()
  if build --nobuild "${given[@]}" "$platform" "${targets[@]}"; then
    why="half an archive was accepted"
    verdict=1
  elif ! grep -q 'GET /half.zip.* 200' "$work/logs/origin.txt"; then
    why="not exercised, nothing was downloaded: $(first_error)"
    verdict=1
  elif ! said 'half.zip.* is malformed'; then # Bazel's own words: its downloader has no place for advice
    why="no clear error: $(first_error)"
    verdict=1
  elif [[ -n $(find "$base/external" -path '*sqlite3_source*' -name 'sqlite3.*' 2>/dev/null) ]]; then
    why="something of it was used"
    verdict=1
  fi
  kill "$server"
  wait "$server" 2>/dev/null
  return "$verdict"
}
