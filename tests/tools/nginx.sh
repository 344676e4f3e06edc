#!/bin/sh
# Makes sure of nginx for the tests of deploy/nginx.conf: the system's, or Debian's package unpacked
# into .venv/nginx, which needs no root and starts no service. Says so where neither can be had.
set -eu
! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || exit 0
folder=.venv/nginx
[ ! -x "$folder/usr/sbin/nginx" ] || exit 0
mkdir -p "$folder"
if command -v apt-get >/dev/null; then
    [ "$(id -u)" != 0 ] || apt-get update -qq
    for package in nginx nginx-light; do # older releases have the program in the second one
        (cd "$folder" && apt-get download -qq "$package" && dpkg -x "$package"_*.deb .) || true
        [ ! -x "$folder/usr/sbin/nginx" ] || exit 0
    done
fi
echo "the tests of deploy/nginx.conf need nginx: install it"
