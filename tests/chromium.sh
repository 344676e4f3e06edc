#!/bin/sh
# Makes sure of a Chromium for the browser tests: the system's, or Debian's package when root, or
# Playwright's own. Usage: tests/chromium.sh PYTHON
set -eu
if [ -n "${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
"$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
