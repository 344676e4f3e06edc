#!/bin/sh
# Installs ONNX Runtime for JavaScript into .venv/node, for the example in models/CONTRACT.md, or says
# that its test is skipped where npm is missing or cannot fetch it.
set -eu
package=onnxruntime-web@1.30.0
patience="--fetch-retries 1 --fetch-timeout 30000" # a machine without the registry is not kept waiting
# shellcheck disable=SC2086 # these are several arguments
if ! npm install --silent $patience --no-audit --no-fund --ignore-scripts --prefix .venv/node "$package"; then
    echo "skipped the test of the contract's JavaScript: it needs npm and $package"
fi
