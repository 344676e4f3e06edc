#!/bin/sh
# Checks the JavaScript and CSS files with Biome. If npm is missing or cannot fetch Biome, says that
# the check is skipped. Usage: tests/tools/biome.sh [--write]. With --write, it formats them too.
set -eu
package=@biomejs/biome@2.6.8
if ! command -v npx >/dev/null || ! npx --yes "$package" --version >/dev/null 2>&1; then
    echo "skipped the check of JavaScript and CSS: it needs npm and $package"
    exit 0
fi
npx --yes "$package" check --error-on-warnings "$@" app/page/static train/evaluate
