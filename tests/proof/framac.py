# SPDX-License-Identifier: MIT
"""Runs Frama-C's WP on a file, counts its goals, and remembers what was proved."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# walk_absent is reached by pointers: no variable apart. WP loses calls' results in the cases of a switch.
WP = "-machdep gcc_x86_64 -wp -wp-rte -wp-prover cvc4 -wp-par 1 -wp-alias-vars walk_absent -simplify-cfg"
# Simplifications that cost more than what they save CVC4.
WP += " -wp-no-pruning -wp-no-ground -wp-no-parasite"
# Seconds for a goal, all but a few take less than one; the clock goes on while a loaded machine does other things.
TIMEOUT = 60
# Frama-C has headers of its own, which lack two constants.
INCLUDE = [f"-I{ROOT}/runtime/include", f"-I{ROOT}/runtime/src"]
INCLUDE += ["-D_GNU_SOURCE", "-DMAP_NORESERVE=0x4000", "-DMADV_DONTNEED=4"]

PROVED = re.compile(r"^\[wp\] Proved goals:\s+(\d+) / (\d+)$", re.MULTILINE)
GOAL = re.compile(r"^\[wp\] \[.*?\] Goal (\S+) : (\w+)(?:.* \(([\d.]+)(m?s)\))?")


@dataclass
class Verdict:
    """What came out for one unit."""

    proved: int = 0
    goals: int = 0
    seconds: float = 0.0  # of processor time
    slowest: float = 0.0  # seconds that the prover needed for a goal
    open: list[str] = field(default_factory=list)
    error: str = ""
    cached: bool = False

    @property
    def good(self) -> bool:
        """Frama-C's own exit status is 0 with goals open, so they are counted."""
        return not self.error and not self.open and 0 < self.goals == self.proved


class Prover:
    """Frama-C with its own configuration of provers below the build folder."""

    def __init__(self, build: Path, use_cache: bool = True) -> None:
        self.build = build.resolve()
        self.use_cache = use_cache
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
        return self._remembered(source, functions, TIMEOUT, False)

    def refute(self, source: Path, functions: list[str], timeout: int) -> Verdict:
        """As prove(), as far as the first goal that stays open; that one did is remembered, too."""
        return self._remembered(source, functions, timeout, True)

    def _remembered(self, source: Path, functions: list[str], timeout: int, refute: bool) -> Verdict:
        stamp = self.cache / (self.digest(source, functions) + (f".{timeout}" if refute else ""))
        if self.use_cache and stamp.exists():
            return Verdict(**json.loads(stamp.read_text(encoding="utf-8")), cached=True)
        verdict = self._run(source, functions, timeout, refute)
        if verdict.good or (refute and verdict.open):
            values = {key: value for key, value in asdict(verdict).items() if key != "cached"}
            stamp.write_text(json.dumps(values), encoding="utf-8")
        return verdict

    def _run(self, source: Path, functions: list[str], timeout: int, refute: bool) -> Verdict:
        command = ["frama-c", *WP.split(), f"-wp-timeout={timeout}", f"-cpp-extra-args={' '.join(INCLUDE)}"]
        command += ["-wp-fct", ",".join(functions)] if functions else ["-wp-prop", "@lemma"]
        command.append(str(source))
        verdict, lines = Verdict(), []
        with tempfile.TemporaryDirectory(prefix="ioferry-") as scratch:
            with subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**self.environment, "TMPDIR": scratch},
                start_new_session=True,
            ) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    lines.append(line)
                    self._goal(verdict, line)
                    if refute and verdict.open:
                        # The prover's server goes with it.
                        os.killpg(process.pid, signal.SIGKILL)
                        break
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
        # What it cost, whatever else the machine does: the provers are its children.
        verdict.seconds = round(usage.ru_utime + usage.ru_stime, 1)
        if verdict.error or (refute and verdict.open):
            return verdict
        output = "".join(lines)
        match = PROVED.search(output)
        if process.returncode or not match:
            errors = [line for line in output.splitlines() if "rror" in line or line.startswith("  ")]
            verdict.error = "\n".join(errors[:6]) or output[-500:]
        else:
            verdict.proved, verdict.goals = int(match.group(1)), int(match.group(2))
        return verdict

    @staticmethod
    def _goal(verdict: Verdict, line: str) -> None:
        match = GOAL.match(line)
        if not match:
            return
        name, word, number, unit = match.groups()
        if word == "Failed":
            verdict.error = f"the prover itself failed at {name}"
        elif word != "Valid":
            verdict.open.append(f"{name} ({word})")
        elif number:
            verdict.slowest = max(verdict.slowest, float(number) / (1000 if unit == "ms" else 1))
