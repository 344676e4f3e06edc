#!/bin/sh
# Provides nginx for the tests of deploy/nginx.conf. If the system does not have it, unpacks Debian's
# package into .venv/nginx, which needs no root and starts no service. If that fails too, says so.
set -eu
! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || exit 0
folder=.venv/nginx
[ ! -x "$folder/usr/sbin/nginx" ] || exit 0
mkdir -p "$folder"
if command -v apt-get >/dev/null; then
    [ "$(id -u)" != 0 ] || apt-get update -qq
    for package in nginx nginx-light; do # in older releases, the program is in the second package
        (cd "$folder" && apt-get download -qq "$package" && dpkg -x "$package"_*.deb .) || true
        [ ! -x "$folder/usr/sbin/nginx" ] || exit 0
    done
fi
echo "the tests of deploy/nginx.conf need nginx: install it"
