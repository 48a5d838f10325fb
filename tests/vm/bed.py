#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The VM test bed: runs bash scripts in a VM, or in a host VM and a guest VM nested in it. See README.md."""

from __future__ import annotations

import argparse
import os
import re
import selectors
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from fetch import BedError, Kernel, Supplies, cache_directory, say, setup

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
GUEST_CID = 7
PORT = 7700
OUTER_MEMORY, GUEST_MEMORY = 3072, 768  # MiB
SKIP = 77
TAIL_LINES = 25


# --- QEMU ------------------------------------------------------------------------------------------------------------


def qemu(kernel: Kernel, accelerator: list[str], share: Path, start: str, extra: list[str], keep: str) -> list[str]:
    """The command line of a VM whose root is `/` of where it runs and whose share is @p share there."""
    append = f"console=ttyS0 quiet panic=-1 vm.modules={kernel.modules} vm.start={start} vm.keep={keep}"
    return [
        *("qemu-system-x86_64", *accelerator, "-display", "none", "-no-reboot", "-nic", "none"),
        *("-kernel", str(kernel.image), "-initrd", str(kernel.initrd), "-append", append),
        # ttyS0 is the console; ttyS1 is a serial port without a wire, for tests.
        *("-serial", f"file:{share}/{start.removesuffix('.sh')}.console", "-serial", "null"),
        # Not the stdio chardev: at the end of its input it hangs up, and the guest's writes block.
        *("-device", "virtio-serial-pci", "-chardev", "file,id=out,path=/dev/stdout,append=on"),
        *("-device", "virtserialport,chardev=out,name=out"),
        "-virtfs",
        "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap",
        "-virtfs",
        f"local,path={share},mount_tag=share,security_model=none,multidevs=remap",
        *extra,
    ]


TCG = ["-accel", "tcg,thread=multi", "-cpu", "max,+svm"]
KVM = ["-accel", "kvm", "-cpu", "host"]
# Processors of the outer VM. A wake-up from one emulated processor to another takes milliseconds and was lost at times,
# so that a nested guest stopped for good (neither idle=poll in the guest nor a periodic tick of its host helped), and
# one nested run ended in a reset of the host. With one processor neither was seen.
EMULATED_PROCESSORS, PROCESSORS = 1, 2


def kvm_works(kernel: Kernel) -> bool:
    """Whether a VM boots with /dev/kvm and can nest another one. Tried once per boot of the machine."""
    forced = os.environ.get("VM_ACCEL")
    if forced in ("tcg", "kvm"):
        return forced == "kvm"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    if not re.search(r"^flags\s*:.*\b(svm|vmx)\b", flags, re.MULTILINE):
        return False
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    verdict = cache_directory() / f"kvm-{boot_id}"
    if not verdict.exists():
        # The node may be there and yet not work, or work and not nest. Without a start script, init ends in a panic,
        # which is an answer as well: the kernel ran.
        append = "console=ttyS0 panic=-1 rdinit=/nothing"
        command = ["qemu-system-x86_64", *KVM, "-display", "none", "-no-reboot", "-nic", "none", "-m", "512"]
        command += ["-serial", "stdio", "-kernel", str(kernel.image), "-append", append]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=20, stdin=subprocess.DEVNULL)
            ran = b"Kernel panic" in done.stdout and b"Linux version" in done.stdout
        except subprocess.TimeoutExpired:
            ran = False
        verdict.write_text("works" if ran else "does not", encoding="utf-8")
    return verdict.read_text(encoding="utf-8") == "works"


# --- what runs inside ------------------------------------------------------------------------------------------------


@dataclass
class Test:
    """One boot: the scripts, where programs are found, where logs go."""

    role: str  # of the outer VM: single or host
    script: list[str]
    guest: list[str] | None
    logs: Path
    build: Path | None
    path: list[str]
    timeout: float
    native_32: list[str]  # a script and the programs it runs, for a 32-bit kernel
    guest_qemu: list[str]  # arguments of the guest's QEMU, in the host
    ok: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    status: int | None = None


def start_script(test: Test, supplies: Supplies, role: str, script: list[str]) -> str:
    """The first process of a VM. Output goes through the virtio port, which bed.py reads."""
    exports = {
        "PATH": ":".join([*test.path, "/usr/sbin:/usr/bin:/sbin:/bin"]),
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "VM_ROLE": role,
        "VM_SHARE": "/run/share",
        "VM_LIB": str(HERE / "lib.sh"),
        "VM_SOURCE": str(SOURCE),
        "VM_BUILD": str(test.build or ""),
        "VM_I386": str(supplies.programs_32 or ""),
        "VM_GUEST_CID": str(GUEST_CID),
        "VM_PORT": str(PORT),
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in exports.items()]
    return "\n".join(
        [
            "#!/bin/bash",
            *lines,
            "exec >/dev/vport0p1 2>&1 </dev/null",
            "mkdir -p /dev/pts /dev/shm /run/work; mkfifo /run/timer; ln -s /proc/self/fd /dev/fd",
            "ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr",
            "mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm; ip link set lo up",
            f"cd /run/work; echo ::up; : >/run/share/{role}.up",
            f"bash {shlex.join(script)}",
            f"status=$?; echo $status >/run/share/{role}.exit; echo ::exit $status; sync",
            # Port output is drained by the other side before the reset; sysrq-b with -no-reboot ends QEMU at once.
            "read -rt 0.3 <>/run/timer; echo b >/proc/sysrq-trigger; read -rt 10 <>/run/timer",
            "",
        ]
    )


def prepare(test: Test, supplies: Supplies) -> list[str]:
    """Writes what the VMs read from the share; returns the outer VM's command line."""
    kernel = supplies.kernel
    needed = [SOURCE, kernel.modules, test.build or SOURCE, *map(Path, test.path)]
    keep = "/tmp" if any(path.is_relative_to("/tmp") for path in needed) else "no"
    (test.logs / f"{test.role}.sh").write_text(start_script(test, supplies, test.role, test.script), encoding="utf-8")
    if test.guest is not None:
        (test.logs / "guest.sh").write_text(start_script(test, supplies, "guest", test.guest), encoding="utf-8")
        extra = ["-m", str(GUEST_MEMORY), "-smp", "1", "-device", f"vhost-vsock-pci,guest-cid={GUEST_CID}"]
        extra += test.guest_qemu
        inner = qemu(kernel, KVM, Path("/run/share"), "guest.sh", extra, keep)
        (test.logs / "guest-qemu.sh").write_text(f"exec {shlex.join(inner)}\n", encoding="utf-8")
    accelerator = KVM if kvm_works(kernel) else TCG
    say(f"accelerator of the outer VM: {accelerator[1].partition(',')[0]}")
    processors = EMULATED_PROCESSORS if accelerator == TCG and test.guest else PROCESSORS
    extra = ["-m", str(OUTER_MEMORY), "-smp", str(processors)]
    # Says why a VM that ended without a status was reset.
    extra += ["-d", "cpu_reset,guest_errors", "-D", f"{test.logs}/qemu.log"]
    return qemu(kernel, accelerator, test.logs, f"{test.role}.sh", extra, keep)


def run_native_32(test: Test, kernel: Kernel) -> None:
    """Runs the 32-bit script on a 32-bit kernel; what it leaves in the share is for the test to look at."""
    for name in test.native_32:
        found = [path for path in (Path(folder, name) for folder in [*test.path, ""]) if path.is_file()]
        if not found:
            raise BedError(f"--native-32: no {name}")
        shutil.copy(found[0], test.logs)
    (test.logs / Path(test.native_32[0]).name).rename(test.logs / "native-686.sh")
    command = ["qemu-system-i386", "-accel", "tcg", "-m", "512", "-display", "none", "-no-reboot", "-nic", "none"]
    command += ["-kernel", str(kernel.image), "-initrd", str(kernel.initrd), "-append", "console=ttyS0 quiet panic=-1"]
    command += ["-serial", f"file:{test.logs}/native-686.console", "-serial", "null"]
    command += ["-virtfs", f"local,path={test.logs},mount_tag=share,security_model=none"]
    began = time.monotonic()
    try:
        subprocess.run(command, check=False, timeout=90, stdin=subprocess.DEVNULL)
        say(f"the 32-bit kernel ran {Path(test.native_32[0]).name} in {time.monotonic() - began:.1f} s")
    except subprocess.TimeoutExpired:
        test.failed.append("the 32-bit kernel did not end within 90 s")


# --- running and reporting -------------------------------------------------------------------------------------------


class Report:
    """Turns the VM's output into progress, counts and a log."""

    def __init__(self, test: Test) -> None:
        self.test = test
        self.began = time.monotonic()
        self.log = (test.logs / "output.log").open("w", encoding="utf-8")

    def line(self, raw: str) -> None:
        """One line of output, from either VM."""
        self.log.write(raw + "\n")
        self.log.flush()
        if raw.startswith("::"):
            self.event(raw[2:])
            return
        text = raw.removeprefix("guest| ")
        result = re.match(r"(not ok|ok) (.*?)( # SKIP (.*))?$", text)
        if not result:
            print(f"    {raw}", flush=True)
            return
        kind = self.test.skipped if result[3] else self.test.ok if result[1] == "ok" else self.test.failed
        kind.append(result[2])
        say(text)

    def event(self, text: str) -> None:
        """A marker: up, exit STATUS, note TEXT; those of the guest start with `guest`."""
        passed = time.monotonic() - self.began
        who = "VM" if self.test.role == "single" else "host VM"
        if text.startswith("guest "):
            who, text = "guest VM", text.removeprefix("guest ")
        verb, _, rest = text.partition(" ")
        if verb == "exit":
            if who != "guest VM":
                self.test.status = int(rest)
            text = f"script ended with status {rest}"
        elif verb == "note":
            text = rest
        say(f"[{passed:5.1f} s] {who}: {text}")


def boot(test: Test, command: list[str]) -> None:
    """Runs the outer VM to its end, or until the time is over."""
    report = Report(test)
    end = report.began + test.timeout
    ended = "QEMU was ended"
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as process:
        assert process.stdout is not None
        selector = selectors.DefaultSelector()
        selector.register(process.stdout, selectors.EVENT_READ)
        pending = b""
        try:
            while True:
                if not selector.select(max(0.0, end - time.monotonic())):
                    test.failed.append(f"not finished within {test.timeout:.0f} s")
                    break
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    # A negative number is the signal that ended QEMU; 0 is a guest that was reset.
                    ended = f"QEMU's exit status is {process.wait(10)}"
                    break
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    report.line(line.decode(errors="replace").rstrip("\r"))
        finally:
            process.kill()
    if test.status is None and not test.failed:
        test.failed.append(f"the VM ended without a status; {ended}")
    elif test.status and not test.failed:
        test.failed.append(f"the script ended with status {test.status}")


def show_logs(test: Test) -> None:
    for log in sorted([*test.logs.glob("*.console"), *test.logs.glob("*.log")]):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        if lines and log.name != "output.log":
            say(f"--- end of {log}")
            for line in lines[-TAIL_LINES:]:
                say(f"| {line}")


def perform(test: Test) -> int:
    """Boots, reports, cleans up; the exit status."""
    began = time.monotonic()
    supplies = setup()
    shutil.rmtree(test.logs, ignore_errors=True)
    test.logs.mkdir(parents=True)
    if test.native_32 and supplies.kernel_32:
        run_native_32(test, supplies.kernel_32)
    boot(test, prepare(test, supplies))
    if test.failed:
        show_logs(test)
        for name in test.failed:
            say(f"FAILED: {name}")
        say(f"logs: {test.logs}")
    say(
        f"{test.logs.name}: {len(test.ok)} ok, {len(test.failed)} failed, {len(test.skipped)} skipped "
        f"in {time.monotonic() - began:.1f} s"
    )
    if test.failed:
        return 1
    return SKIP if test.skipped and not test.ok else 0


def fail(text: str) -> NoReturn:
    print(f"bed.py: {text}", file=sys.stderr)
    sys.exit(2)


def script_path(name: str) -> str:
    path = Path(name).resolve()
    if not path.is_file():
        fail(f"no script {name}")
    return str(path)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, help="build directory, for VM_BUILD")
    parser.add_argument("--path", action="append", default=[], help="folder of programs, for PATH (repeatable)")
    parser.add_argument("--logs", type=Path, help="where logs go (default: BUILD/vm-logs/NAME or the cache)")
    parser.add_argument("--name", help="name of the folder of the logs (default: the script's)")
    parser.add_argument("--timeout", type=float, default=240, help="seconds for all of it (default: 240)")
    parser.add_argument(
        "--native-32",
        action="append",
        metavar="FILE",
        help="a script that runs in busybox on a 32-bit kernel first; then what it runs (all is copied to the share)",
    )
    parser.add_argument(
        "--guest-qemu", action="append", metavar="ARGUMENT", help="for the QEMU of a nested guest (repeatable)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="fetch the kernel and make the initramfs")
    single = commands.add_parser("run", help="run a script in one VM")
    single.add_argument("script", nargs=argparse.REMAINDER, metavar="SCRIPT [ARGUMENT...]")
    nested = commands.add_parser("nested", help="run a script in a host VM, another in a guest VM")
    nested.add_argument("host")
    nested.add_argument("guest")
    parts = commands.add_parser("parts", help="run several parts in one nested pair")
    parts.add_argument("part", nargs="+")
    options = parser.parse_args()

    if options.command == "setup":
        kernel = setup().kernel
        say(f"kernel {kernel.release} is in {kernel.modules.parent.parent}")
        return 0
    if options.command == "run":
        if not options.script:
            parser.error("run: which script?")
        name, role = Path(options.script[0]).stem, "single"
        script, guest = [script_path(options.script[0]), *options.script[1:]], None
    elif options.command == "nested":
        name, role = Path(options.host).name.partition(".")[0], "host"
        script, guest = [script_path(options.host)], [script_path(options.guest)]
    else:
        for part in options.part:
            script_path(str(HERE / part / "guest.sh"))
        name, role = "parts", "host"
        script = [script_path(str(HERE / "parts.sh")), *options.part]
        guest = [script_path(str(HERE / "parts.sh")), *options.part]

    build = options.build.resolve() if options.build else None
    logs = options.logs or (build or cache_directory()) / "vm-logs"
    test = Test(
        role=role,
        script=script,
        guest=guest,
        logs=(logs / (options.name or name)).resolve(),
        build=build,
        path=[str(Path(path).resolve()) for path in options.path],
        timeout=options.timeout,
        native_32=options.native_32 or [],
        guest_qemu=options.guest_qemu or [],
    )
    return perform(test)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BedError as error:
        fail(str(error))
