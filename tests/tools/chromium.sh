#!/bin/sh
# Installs Chromium for the browser tests unless the system has it: Debian's package if run as root,
# otherwise Playwright's own build. Usage: tests/tools/chromium.sh PYTHON
set -eu
[ -z "${CHROMIUM:-}" ] || exit 0
for name in chromium chromium-browser google-chrome; do # in dash, `command -v` takes only one name
    ! command -v "$name" >/dev/null || exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
"$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
