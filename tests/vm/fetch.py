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
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator

HERE = Path(__file__).resolve().parent
BOOT_MODULES = ("virtio_pci", "9p", "9pnet_virtio", "overlay", "virtio_console")
# A kernel of 32 bits has no 32-bit machine's files to run on: all it needs is in its initramfs.
BOOT_MODULES_686 = ("virtio_pci", "9p", "9pnet_virtio", "i2c-dev", "i2c-stub chip_addr=0x50", "softdog")
# Unmodified applications of the other width, with the libraries that they need, and what init is there.
I386_PACKAGES = ("i2c-tools", "libi2c0", "util-linux", "libsmartcols1", "libc6", "busybox-static")


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
    """What a VM boots."""

    image: Path
    initrd: Path
    modules: Path  # holds a folder named as the release
    release: str


@dataclass(frozen=True)
class Supplies:
    """All of it in the cache, nothing installed on the machine."""

    kernel: Kernel
    # Debian's i386 packages; None where they are not to be had.
    programs_32: Path | None
    kernel_32: Kernel | None


def cache_directory() -> Path:
    """The user's cache, ours in it."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(base).resolve() / "ioferry" / "vm"
    path.mkdir(parents=True, exist_ok=True)
    return path


class Archive:
    """Debian's archive, with an apt state of its own: the machine's lists and architectures stay as they are."""

    def __init__(self, state: Path, architectures: Iterable[str] = ("amd64", "i386")) -> None:
        self.state = state
        options = [f"Dir::State::lists={state}/lists", f"Dir::Cache={state}/cache", "Acquire::Languages=none"]
        options += [f"APT::Architectures::={name}" for name in architectures] + ["APT::Sandbox::User=root"]
        self.options = ["-q", *(word for option in options for word in ("-o", option))]

    def update(self) -> None:
        """Reads the lists, the first time."""
        if not self.state.exists():
            for name in ("lists/partial", "cache/archives/partial"):
                (self.state / name).mkdir(parents=True)
            with contextlib.suppress(BedError):
                run(["apt-get", *self.options, "update"])  # one archive of several may fail; the download tells

    def close(self) -> None:
        """Removes the lists."""
        shutil.rmtree(self.state, ignore_errors=True)

    def fetch(self, tree: Path, *names: str) -> Path:
        """Unpacks packages into a folder, once. A kernel's meta package stands for the image that it depends on."""
        stamp = tree / "complete"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == " ".join(names):
            return tree
        say(f"fetching Debian's {' '.join(names)}")
        self.update()
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir()
        wanted = []
        for name in names:
            image = None
            if name.startswith("linux-image"):
                depends = run(["apt-cache", *self.options, "depends", name])
                image = re.search(r"Depends: (linux-image-\S+)", depends)
            wanted.append(image[1] if image else name)
        run(["apt-get", *self.options, "download", *wanted], cwd=tree)
        for package in tree.glob("*.deb"):
            run(["dpkg", "-x", str(package), str(tree)])
            package.unlink()
        stamp.write_text(" ".join(names), encoding="utf-8")
        return tree


def make_initrd(cache: Path, tree: Path, release: str, script: str, busybox: Path, modules: tuple[str, ...]) -> Path:
    """Packs busybox, an init script and modules with what they depend on; named by its content."""
    init = (HERE / script).read_bytes()
    key = hashlib.sha256(init + release.encode() + repr(modules).encode()).hexdigest()[:12]
    initrd = cache / f"initrd-{key}"
    if initrd.exists():
        return initrd
    say("making an initramfs")
    stage = cache / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    for name in ("bin", "mod", "proc", "sys", "dev"):
        (stage / name).mkdir(parents=True)
    shutil.copy(busybox, stage / "bin/busybox")
    (stage / "init").write_bytes(init)
    (stage / "init").chmod(0o755)
    (stage / "mod/order").write_text("".join(copy_modules(stage / "mod", tree, release, modules)), encoding="utf-8")
    packed = cache / "initrd.new"
    run(["sh", "-c", f"find . | cpio -o -H newc --quiet | gzip -1 >{shlex.quote(str(packed))}"], cwd=stage)
    packed.rename(initrd)
    shutil.rmtree(stage)
    return initrd


def copy_modules(folder: Path, tree: Path, release: str, modules: tuple[str, ...]) -> list[str]:
    """Copies modules and what they depend on; returns insmod's arguments in the order of loading, a line each."""
    order: list[str] = []
    for module in modules:
        name, _, options = module.partition(" ")
        shown = run(["modprobe", "-d", str(tree), "-S", release, "--show-depends", name])
        for path in map(Path, re.findall(r"^insmod (\S+)", shown, re.MULTILINE)):
            line = f"{path.name} {options}".rstrip() if path.stem == name else path.name
            if f"{line}\n" not in order:
                order.append(f"{line}\n")
                shutil.copy(path, folder)
    return order


def make_kernel(cache: Path, tree: Path, script: str, busybox: Path, modules: tuple[str, ...]) -> Kernel:
    """A kernel package's files, and an initramfs for it."""
    release = next((tree / "lib/modules").iterdir()).name
    if not (tree / "lib/modules" / release / "modules.dep").exists():
        run(["depmod", "-b", str(tree), release])
    initrd = make_initrd(cache, tree, release, script, busybox, modules)
    return Kernel(tree / "boot" / f"vmlinuz-{release}", initrd, tree / "lib/modules", release)


def setup() -> Supplies:
    """Everything that a VM needs, fetched or made where it is not there yet."""
    if platform.machine() != "x86_64":
        raise BedError(f"the bed boots amd64 kernels on this machine's own files; it is {platform.machine()}")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    needed = {"qemu-system-x86_64": "qemu-system-x86", "depmod": "kmod", "cpio": "cpio", "busybox": "busybox-static"}
    for program, package in needed.items():
        if shutil.which(program) is None:
            raise BedError(f"{program} is missing: install {package}")
    cache = cache_directory()
    busybox = Path(shutil.which("busybox") or "busybox")
    with locked(cache / "lock"), contextlib.closing(Archive(cache / "apt")) as archive:
        tree = archive.fetch(cache / "kernel", "linux-image-amd64")
        kernel = make_kernel(cache, tree, "init", busybox, BOOT_MODULES)
        programs_32 = kernel_32 = None
        try:
            programs_32 = archive.fetch(cache / "i386", *(f"{name}:i386" for name in I386_PACKAGES))
            tree = archive.fetch(cache / "kernel-686", "linux-image-686:i386")
            kernel_32 = make_kernel(cache, tree, "init-686", programs_32 / "bin/busybox", BOOT_MODULES_686)
            if kernel_32.release.rpartition("-")[0] != kernel.release.rpartition("-")[0]:
                # Drivers change: i2c-stub's answer to a block of 33 bytes did within Debian 12.
                say(f"no comparison with a 32-bit kernel: {kernel_32.release} is not the version of {kernel.release}")
                kernel_32 = None
        except BedError as problem:
            say(f"no 32-bit kernel or programs: {problem}")
    return Supplies(kernel, programs_32, kernel_32)


def main() -> int:
    """fetch.py FOLDER PACKAGE:ARCHITECTURE...: unpacks Debian packages in a folder."""
    folder = Path(sys.argv[1])
    architectures = {name.partition(":")[2] for name in sys.argv[2:]} - {""}
    try:
        with contextlib.closing(Archive(folder.with_suffix(".apt"), sorted(architectures))) as archive:
            archive.fetch(folder, *sys.argv[2:])
    except BedError as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
