#!/bin/sh
# Installs Chromium for the browser tests unless the system has it: Debian's package if run as root,
# otherwise Playwright's own build. Usage: tests/tools/chromium.sh [PYTHON]. Without PYTHON, which has
# Playwright, it stops after Debian's package.
set -eu
[ -z "${CHROMIUM:-}" ] || exit 0
# In dash, `command -v` takes only one name.
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    ! command -v "$name" >/dev/null || exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # The shell has no windows, which nobody sees here; older releases have only the whole browser.
    # What the packages recommend is for a desktop, except the fonts: printers, notifications.
    for package in chromium-headless-shell chromium; do
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            "$package" fonts-liberation >/dev/null && exit 0
    done
fi
[ -n "${1:-}" ] || exit 0
"$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
