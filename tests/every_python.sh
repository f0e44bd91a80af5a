#!/usr/bin/env bash
# The quick tests on every Python from 3.10 to 3.13 that this machine has.
set -uo pipefail
cd "$(dirname "$0")/.."
absent=()
failed=()
for version in 3.10 3.11 3.12 3.13; do
  python=""
  for candidate in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
    if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  if [ -z "$python" ]; then
    absent+=("$version")
    continue
  fi
  echo "== Python $version"
  make --no-print-directory quick VENV=".venv-$version" PYTHON="$python" || failed+=("$version")
done
[ ${#absent[@]} -eq 0 ] || echo "not on this machine: ${absent[*]}"
[ ${#failed[@]} -eq 0 ] || { echo "failed on: ${failed[*]}"; exit 1; }
