# SPDX-License-Identifier: MIT
"""The program as a user runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = Path(__file__).resolve().parents[2]


LAUNCH = ROOT / "codegen" / "ioferryc-launch"
FEATURES = sorted(str(path) for path in (HERE / "features").glob("*.idl"))


def run(*arguments: str, cwd: Path = ROOT, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    command = [python, str(LAUNCH), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_check_says_nothing_about_good_files(tmp_path: Path) -> None:
    done = run("check", *FEATURES, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_counts_errors() -> None:
    done = run("check", str(HERE / "errors" / "numbers.idl"), str(HERE / "errors" / "unions.idl"))
    assert done.returncode == 1
    count = done.stderr.count(": error: ")
    assert done.stderr.rstrip().endswith(f"{count} errors") and count > 8


def test_missing_file_is_named() -> None:
    done = run("check", "nowhere.idl")
    assert done.returncode == 2
    assert "nowhere.idl: No such file" in done.stderr


def test_list_ends_with_the_sum() -> None:
    done = run("list", *FEATURES)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    names = [line.split()[0] for line in lines if line[:1].isupper() and not line.startswith("COMMAND")]
    refused = [line.split()[0] for line in lines if re.search(r" no +no +no +no +\w", line)]
    assert refused == ["ATTACH", "EXPORT", "EXPORT"], "descriptors, and what says that it is unsupported"
    carried = len(names) - len(refused)
    files = carried - 1 - sum("fuse: " in line and "not with NULL" not in line for line in lines)
    assert lines[-1] == (
        f"all: {len(names)} commands; "
        f"carried by cuse {carried - 1}, fuse {files}, preload {carried}, chardev {carried}"
    )
    assert any("0x80887301" in line and "0x806c7301" in line for line in lines), "numbers of ILP32 ABIs"
    assert any(line.startswith("EXPORT") and "hands out a file descriptor" in line for line in lines)
    assert any(re.match(r"OLD .* no +no +yes +yes +7 is taken by the kernel", line) for line in lines)


def test_list_says_what_a_file_on_a_fuse_mount_cannot_carry(tmp_path: Path) -> None:
    idl = tmp_path / "files.idl"
    idl.write_text(
        """interface files {
	driver "x";
	node "x";
	ioctl MAP = 1 (inout u32 *arg);
	ioctl READY = 0x541b (out int *arg);
	ioctl FLAGS = _IOR('f', 1, long) (out long *arg);
	ioctl FAMILY = _IOC(3, 0x94, 32, 24) (out long *arg) { family (nr 32); }
	ioctl VALUE = _IOW('v', 1, int) (int value);
	ioctl VALUE_OUT = _IOR('v', 2, int) (int value);
	ioctl BARE = _IOW('v', 3, int) ();
	ioctl NULLABLE = _IOW('v', 4, int) (in int *arg nullable);
	ioctl PLAIN_NULLABLE = _IO('v', 5) (in int *arg nullable);
	ioctl DEEP = _IO('v', 6) (in struct { u32 count; in u8 *bytes[count, max 9]; } *arg);
	ioctl HIDDEN = 2 (in u32 *arg) { unsupported (cuse) "2 is taken"; }
	ioctl SEALED = _IOW('v', 7, int) (int value) { unsupported "it is sealed"; }
}
"""
    )
    done = run("list", str(idl))
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: re.split(r"  +", line) for line in done.stdout.splitlines() if line[:1].isupper()}
    cells = {name: (row[8], row[11] if len(row) > 11 else "") for name, row in rows.items() if name != "COMMAND"}
    value = "fuse: the kernel takes the value for an address, which it reads as the number says"
    assert cells == {
        "MAP": ("no", "fuse: 0x1 is FIBMAP, which the VFS takes from regular files"),
        "READY": ("no", "fuse: 0x541b is FIONREAD, which the VFS takes from regular files"),
        "FLAGS": ("no", "fuse: 0x80086601 is FS_IOC_GETFLAGS, which the VFS takes from every file"),
        "FAMILY": ("no", "fuse: 0xc0189436 is FIDEDUPERANGE, which the VFS takes from every file"),
        "VALUE": ("no", value),
        "VALUE_OUT": ("yes", ""),
        "BARE": ("no", "fuse: the kernel reads memory at the argument that is none, as the number says"),
        "NULLABLE": ("yes", "fuse: not with NULL, which the kernel reads"),
        "PLAIN_NULLABLE": ("yes", ""),
        "DEEP": ("yes", ""),
        "HIDDEN": ("no", "2 is taken"),
        "SEALED": ("no", "it is sealed"),
    }


def test_list_shows_what_comes_back() -> None:
    done = run("list", str(ROOT / "idl" / "can" / "pcan.idl"), str(ROOT / "idl" / "linux" / "sg.idl"))
    rows = {line.split()[0]: re.split(r"  +", line) for line in done.stdout.splitlines() if line[:1].isupper()}
    for name, back, traits in (
        ("PCAN_INIT", "-", "-"),
        ("PCAN_BTR0BTR1", "success", "-"),
        ("PCANFD_GET_FILTERS", "always", "-"),
        ("PCANFD_GET_OPTION", "success, ENOSPC", "-"),
        ("PCANFD_SET_OPTION", "ENOSPC", "-"),
        ("PCANFD_RECV_MSGS", "always", "blocking"),
        ("SG_GET_TIMEOUT", "-", "inline"),
        ("SG_GET_VERSION_NUM", "always", "idempotent"),
        ("SG_IO", "always", "timeout, restart"),
    ):
        assert rows[name][5:7] == [back, traits], name


def test_unchanged_files_keep_their_times(tmp_path: Path) -> None:
    idl = tmp_path / "twice.idl"
    idl.write_text('interface twice {\n\tdriver "x";\n\tnode "x";\n\tioctl A = 1 ();\n}\n')
    out = tmp_path / "out"
    assert run("gen", "--out", str(out), str(idl)).returncode == 0
    for file in out.iterdir():
        os.utime(file, ns=(1, 1))
    idl.write_text(idl.read_text().replace("node", "// where\n\tnode"))
    assert run("gen", "--out", str(out), str(idl)).returncode == 0
    assert [file.name for file in out.iterdir() if file.stat().st_mtime_ns != 1] == []


def test_registry_names_every_interface(tmp_path: Path) -> None:
    assert run("gen", "--out", str(tmp_path), *FEATURES).returncode == 0
    text = (tmp_path / "interfaces.c").read_text()
    for path in FEATURES:
        assert f"&{Path(path).stem}_interface," in text


def test_generated_files_name_no_machine(tmp_path: Path) -> None:
    assert run("gen", "--out", str(tmp_path), *FEATURES).returncode == 0
    for file in tmp_path.iterdir():
        assert str(ROOT) not in file.read_text(), file.name


def test_interpreter_without_modules_is_left_for_another_or_told(tmp_path: Path) -> None:
    """-S -E hides Debian's modules from the first interpreter."""
    command = [sys.executable, "-S", "-E", "-I", str(LAUNCH), "check", FEATURES[0]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 0 or "python3-lark" in done.stderr


def test_module_without_lark_names_debian_packages() -> None:
    code = "import sys; sys.modules['lark'] = None; import runpy; runpy.run_module('ioferryc', run_name='__main__')"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "codegen")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "python3-lark python3-jinja2" in done.stderr
