# SPDX-License-Identifier: MIT
"""What the VMs boot, fetched once into the user's cache: kernel, initramfs, and Debian's 32-bit programs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

HERE = Path(__file__).resolve().parent
BOOT_MODULES = ("virtio_pci", "9p", "9pnet_virtio", "overlay", "virtio_console")
# Unmodified applications of the other width, with the libraries that they need.
I386_PACKAGES = ("i2c-tools", "libi2c0", "util-linux", "libsmartcols1", "libc6")


class BedError(Exception):
    """The bed itself cannot work here; the message says why and what to do."""


def say(text: str) -> None:
    print(f"vm: {text}", flush=True)


def run(command: list[str], cwd: Path | None = None) -> str:
    """Runs a command of the set-up; returns its output, or raises BedError with what it said."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BedError(f"{command[0]}: {problem}") from problem
    if done.returncode != 0:
        raise BedError(f"`{shlex.join(command)}` failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Kernel:
    """What a VM boots: all of it in the cache, nothing installed on the machine."""

    image: Path
    initrd: Path
    modules: Path  # holds a folder named as the release
    release: str
    i386: Path | None  # a tree of 32-bit programs; None: not to be had


def cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(base).resolve() / "ioferry" / "vm"
    path.mkdir(parents=True, exist_ok=True)
    return path


def fetch_kernel(cache: Path) -> Path:
    """Unpacks Debian's kernel package into the cache, once; returns the folder."""
    tree = cache / "kernel"
    if (tree / "complete").exists():
        return tree
    say("fetching Debian's kernel (70 MB)")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    # The meta package names the current image; a fresh machine has no package lists yet.
    depends = run(["apt-cache", "depends", "linux-image-amd64"])
    found = re.search(r"Depends: (linux-image-\S+)", depends)
    if not found:
        run(["apt-get", "update", "-q"])
        found = re.search(r"Depends: (linux-image-\S+)", run(["apt-cache", "depends", "linux-image-amd64"]))
    if not found:
        raise BedError("apt knows no linux-image-amd64; add Debian's main archive, or run `apt-get update`")
    run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", found[1]], cwd=tree)
    package = next(tree.glob("*.deb"))
    run(["dpkg", "-x", str(package), str(tree)])
    package.unlink()
    release = next((tree / "lib/modules").iterdir()).name
    run(["depmod", "-b", str(tree), release])
    (tree / "complete").touch()
    return tree


def make_initrd(cache: Path, tree: Path, release: str) -> Path:
    """Packs busybox, init and the modules that reach the root file system; named by its content."""
    init = (HERE / "init").read_bytes()
    key = hashlib.sha256(init + release.encode() + repr(BOOT_MODULES).encode()).hexdigest()[:12]
    initrd = cache / f"initrd-{key}"
    if initrd.exists():
        return initrd
    say("making the initramfs")
    busybox = shutil.which("busybox")
    if busybox is None:
        raise BedError("busybox is missing: install busybox-static")
    stage = cache / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    for name in ("bin", "mod", "proc", "sys", "dev"):
        (stage / name).mkdir(parents=True)
    shutil.copy(busybox, stage / "bin/busybox")
    (stage / "init").write_bytes(init)
    (stage / "init").chmod(0o755)
    order: list[str] = []
    for module in BOOT_MODULES:
        shown = run(["modprobe", "-d", str(tree), "-S", release, "--show-depends", module])
        for path in re.findall(r"^insmod (\S+)", shown, re.MULTILINE):
            if Path(path).name not in order:
                order.append(Path(path).name)
                shutil.copy(path, stage / "mod")
    (stage / "mod/order").write_text("".join(f"{name}\n" for name in order), encoding="utf-8")
    packed = cache / "initrd.new"
    run(["sh", "-c", f"find . | cpio -o -H newc --quiet | gzip -1 >{shlex.quote(str(packed))}"], cwd=stage)
    packed.rename(initrd)
    shutil.rmtree(stage)
    return initrd


def setup() -> Kernel:
    """Everything that a VM needs, fetched or made where it is not there yet."""
    if platform.machine() != "x86_64":
        raise BedError(f"the bed boots amd64 kernels on this machine's own files; it is {platform.machine()}")
    for program, package in (("qemu-system-x86_64", "qemu-system-x86"), ("depmod", "kmod"), ("cpio", "cpio")):
        if shutil.which(program) is None and not Path("/usr/sbin", program).exists():
            raise BedError(f"{program} is missing: install {package}")
    cache = cache_directory()
    with locked(cache / "lock"):
        tree = fetch_kernel(cache)
        release = next((tree / "lib/modules").iterdir()).name
        initrd = make_initrd(cache, tree, release)
        i386 = None
        try:
            i386 = fetch_i386(cache)
        except BedError as problem:
            say(f"no 32-bit programs: {problem}")
    return Kernel(tree / "boot" / f"vmlinuz-{release}", initrd, tree / "lib/modules", release, i386)


def fetch_i386(cache: Path) -> Path:
    """Unpacks 32-bit programs into the cache, once. apt gets a state of its own: the machine's stays as it is."""
    tree = cache / "i386"
    if (tree / "complete").exists():
        return tree
    say("fetching Debian's 32-bit i2c-tools and util-linux")
    shutil.rmtree(tree, ignore_errors=True)
    state = tree / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    options = [f"Dir::State::lists={state}/lists", f"Dir::Cache={state}/cache", "Acquire::Languages=none"]
    options += ["APT::Architectures::=amd64", "APT::Architectures::=i386", "APT::Sandbox::User=root"]
    apt = ["apt-get", "-q", *(word for option in options for word in ("-o", option))]
    with contextlib.suppress(BedError):
        run([*apt, "update"])  # one archive of several may fail; the download tells
    run([*apt, "download", *(f"{name}:i386" for name in I386_PACKAGES)], cwd=tree)
    for package in tree.glob("*.deb"):
        run(["dpkg", "-x", str(package), str(tree)])
        package.unlink()
    shutil.rmtree(state)
    (tree / "complete").touch()
    return tree
