# SPDX-License-Identifier: MIT
"""What the kernel does with an ioctl on a regular file, which a device is on a FUSE mount."""

from __future__ import annotations

from typing import Optional

from .placed import PerLayout

# Numbers that the VFS answers itself, as linux/fs.h, linux/fiemap.h, linux/falloc.h and asm-generic/ioctls.h have them;
# those of a `long` or of a structure that is packed on i386 in both widths.
_OF_EVERY_FILE = {
    0x00000002: "FIGETBSZ",
    0x00005421: "FIONBIO",
    0x00005450: "FIONCLEX",
    0x00005451: "FIOCLEX",
    0x00005452: "FIOASYNC",
    0x00005460: "FIOQSIZE",
    0xC0045877: "FIFREEZE",
    0xC0045878: "FITHAW",
    0xC020660B: "FS_IOC_FIEMAP",
    0x40049409: "FICLONE",
    0x4020940D: "FICLONERANGE",
    0xC0189436: "FIDEDUPERANGE",
    0x80086601: "FS_IOC_GETFLAGS",
    0x80046601: "FS_IOC_GETFLAGS",
    0x40086602: "FS_IOC_SETFLAGS",
    0x40046602: "FS_IOC_SETFLAGS",
    0x801C581F: "FS_IOC_FSGETXATTR",
    0x401C5820: "FS_IOC_FSSETXATTR",
    0x80111500: "FS_IOC_GETFSUUID",
    0x80811501: "FS_IOC_GETFSSYSFSPATH",
}
_OF_REGULAR_FILES = {
    0x00000001: "FIBMAP",
    0x0000541B: "FIONREAD",
    0x40305828: "FS_IOC_RESVSP",
    0x402C5828: "FS_IOC_RESVSP",
    0x40305829: "FS_IOC_UNRESVSP",
    0x402C5829: "FS_IOC_UNRESVSP",
    0x4030582A: "FS_IOC_RESVSP64",
    0x402C582A: "FS_IOC_RESVSP64",
    0x4030582B: "FS_IOC_UNRESVSP64",
    0x402C582B: "FS_IOC_UNRESVSP64",
    0x40305839: "FS_IOC_ZERO_RANGE",
    0x402C5839: "FS_IOC_ZERO_RANGE",
}


def taken(numbers: PerLayout, mask: int) -> Optional[str]:
    """Why the VFS answers a command in place of the file; None: it does not."""
    for table, files in ((_OF_EVERY_FILE, "every file"), (_OF_REGULAR_FILES, "regular files")):
        for number, name in table.items():
            if number & mask in numbers:
                return f"{number:#x} is {name}, which the VFS takes from {files}"
    return None


def copies_in(number: int) -> bool:
    """Whether the kernel reads memory at the argument, as the number says: _IOW or _IOWR, of a size."""
    return bool(number & 0x40000000) and bool(number >> 16 & 0x3FFF)
