#!/bin/sh
# Makes sure of a Chromium for the browser tests: the system's, or Debian's package when root, or
# Playwright's own. Usage: tests/tools/chromium.sh PYTHON
set -eu
[ -z "${CHROMIUM:-}" ] || exit 0
for name in chromium chromium-browser google-chrome; do # dash's `command -v` looks at one name
    ! command -v "$name" >/dev/null || exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
"$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
