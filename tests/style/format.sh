#!/bin/bash
# SPDX-License-Identifier: MIT
# Formats the C and Python sources in place.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/style/files.sh
c_files | xargs clang-format -i
python_files | xargs black -q
