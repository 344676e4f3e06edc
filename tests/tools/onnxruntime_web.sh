#!/bin/sh
# Installs ONNX Runtime for JavaScript into .venv/node for the test of the example in
# models/CONTRACT.md. If npm is missing or cannot fetch it, says that the test is skipped.
set -eu
version=1.30.0
package=onnxruntime-web@$version
! grep -qs "\"version\": \"$version\"" .venv/node/node_modules/onnxruntime-web/package.json || exit 0
patience="--fetch-retries 1 --fetch-timeout 30000" # fails soon if the registry cannot be reached
# shellcheck disable=SC2086 # these are several arguments
if ! npm install --silent $patience --no-audit --no-fund --ignore-scripts --prefix .venv/node "$package"; then
    echo "skipped the test of the contract's JavaScript: it needs npm and $package"
fi
