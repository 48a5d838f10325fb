#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mount_vsock.py CID PORT FOLDER OPTIONS: mounts a 9P server that is reached over vsock, which v9fs takes as a descriptor."""

from __future__ import annotations

import socket
import subprocess
import sys


def main() -> int:
    """The command line."""
    cid, port, folder, options = sys.argv[1:]
    with socket.socket(socket.AF_VSOCK) as server:
        server.connect((int(cid), int(port)))
        number = server.fileno()
        options = f"trans=fd,rfdno={number},wfdno={number},{options}"
        return subprocess.run(["mount", "-t", "9p", "-o", options, "none", folder], pass_fds=[number]).returncode


if __name__ == "__main__":
    sys.exit(main())
