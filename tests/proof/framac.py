# SPDX-License-Identifier: MIT
"""Runs Frama-C's WP on a file, counts its goals, and remembers what was proved."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# walk_absent is reached by pointers: no variable apart. Seconds for a goal; a loaded machine gets more.
WP = "-machdep gcc_x86_64 -wp -wp-rte -wp-prover cvc4 -wp-par 1 -wp-alias-vars walk_absent"
TIMEOUT = 60
INCLUDE = ["-I" + str(ROOT / "runtime/include"), "-I" + str(ROOT / "runtime/src"), "-D_GNU_SOURCE"]

PROVED = re.compile(r"^\[wp\] Proved goals:\s+(\d+) / (\d+)$", re.MULTILINE)
OPEN_GOAL = re.compile(r"^\[wp\] \[.*?\] Goal (\S+) : (?!Valid)(\w+)", re.MULTILINE)


@dataclass
class Verdict:
    """What came out for one unit."""

    proved: int = 0
    goals: int = 0
    seconds: float = 0.0
    open: list[str] = field(default_factory=list)
    error: str = ""
    cached: bool = False

    @property
    def good(self) -> bool:
        """Frama-C's own exit status is 0 with goals open, so they are counted."""
        return not self.error and not self.open and 0 < self.goals == self.proved


class Prover:
    """Frama-C with its own configuration of provers below the build folder."""

    def __init__(self, build: Path, timeout: int = TIMEOUT) -> None:
        self.build = build
        self.timeout = timeout
        self.cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ioferry" / "proof"
        build.mkdir(parents=True, exist_ok=True)
        self.cache.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "WHY3CONFIG": str(build / "why3.conf")}
        self._tool("why3", "config", "detect")
        self.versions = self._tool("frama-c", "-version") + self._tool("cvc4", "--version").split("\n", 1)[0]

    def _tool(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def digest(self, source: Path, functions: list[str]) -> str:
        """Of all that a verdict depends on: the source as the compiler sees it with its annotations."""
        command = ["gcc", "-E", "-P", "-C", "-D__FRAMAC__", *INCLUDE, str(source)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        text = re.sub(r"/\*(?!@)(?:.|\n)*?\*/|//(?!@)[^\n]*", "", text)
        text = re.sub(r"\s+", " ", text)
        return hashlib.sha256("\0".join([self.versions, WP, *functions, text]).encode()).hexdigest()

    def prove(self, source: Path, functions: list[str]) -> Verdict:
        """The verdict on some functions of a file; from the cache where nothing changed since all was proved."""
        stamp = self.cache / self.digest(source, functions)
        if stamp.exists():
            return Verdict(**json.loads(stamp.read_text(encoding="utf-8")), cached=True)
        verdict = self._run(source, functions)
        if verdict.good:
            values = {key: value for key, value in asdict(verdict).items() if key != "cached"}
            stamp.write_text(json.dumps(values), encoding="utf-8")
        return verdict

    def _run(self, source: Path, functions: list[str]) -> Verdict:
        began = time.monotonic()
        command = ["frama-c", *WP.split(), f"-wp-timeout={self.timeout}", f"-cpp-extra-args={' '.join(INCLUDE)}"]
        command += ["-wp-fct", ",".join(functions), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment)
        output = done.stdout + done.stderr
        verdict = Verdict(seconds=round(time.monotonic() - began, 1))
        match = PROVED.search(output)
        if done.returncode or not match:
            errors = [line for line in output.splitlines() if "rror" in line or line.startswith("  ")]
            verdict.error = "\n".join(errors[:6]) or output[-500:]
        else:
            verdict.proved, verdict.goals = int(match.group(1)), int(match.group(2))
        verdict.open = [f"{name} ({word})" for name, word in OPEN_GOAL.findall(output)]
        return verdict
