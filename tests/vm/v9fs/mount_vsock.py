#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mount_vsock.py CID PORT FOLDER OPTIONS: mounts a 9P server that is reached over vsock. v9fs takes a descriptor."""

from __future__ import annotations

import socket
import subprocess
import sys


def main() -> int:
    """The command line."""
    address, folder, options = (int(sys.argv[1]), int(sys.argv[2])), sys.argv[3], sys.argv[4]
    with socket.socket(socket.AF_VSOCK) as server:
        server.connect(address)
        number = server.fileno()
        options = f"trans=fd,rfdno={number},wfdno={number},{options}"
        command = ["mount", "-t", "9p", "-o", options, "none", folder]
        return subprocess.run(command, pass_fds=[number], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
