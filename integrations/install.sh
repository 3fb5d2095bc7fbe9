#!/usr/bin/env bash
# Installs govaudit from its sources into a virtual environment of its own: install.sh FOLDER
# Versions and hashes are those of requirements/; the package index is the one that pip is set up for.
set -euo pipefail

source_folder="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
environment="$1"

"${PYTHON:-python3}" -m venv "$environment"
pip=("$environment/bin/python" -m pip --disable-pip-version-check install --quiet)
"${pip[@]}" --require-hashes -r "$source_folder/requirements/build.txt"
"${pip[@]}" --require-hashes -r "$source_folder/requirements/core.txt"
"${pip[@]}" --no-deps --no-build-isolation "$source_folder"
