#!/bin/sh
# Lints scripts and style sheets, or says that it skips them where npm is missing or
# cannot fetch Biome. Usage: tests/tools/biome.sh [--write], which also puts them in their format.
set -eu
package=@biomejs/biome@2.6.8
if ! command -v npx >/dev/null || ! npx --yes "$package" --version >/dev/null 2>&1; then
    echo "skipped the check of JavaScript and CSS: it needs npm and $package"
    exit 0
fi
npx --yes "$package" check --error-on-warnings "$@" app/page/static train/evaluate
