# SPDX-License-Identifier: MIT
"""Runs the benchmarks and shows what they measured: tables on the screen and in Markdown, all numbers in JSON.

    bench.py --build DIR --out DIR [--turns N]

Medians and 99th percentiles are over batches that all contenders ran in turns, in one process. Ratios are of such
medians, of one run; they are what can be compared between machines.
"""
import argparse
import dataclasses
import json
import math
import pathlib
import platform
import statistics
import subprocess
import sys

OURS = "ioferry, write()"


@dataclasses.dataclass
class Series:
    """What one contender took for one thing."""

    name: str
    frames: int
    phase: str
    size: int
    samples: list[float] = dataclasses.field(default_factory=list)

    def median(self) -> float:
        """Nanoseconds a call."""
        return statistics.median(self.samples)

    def p99(self) -> float:
        """Nanoseconds a call."""
        ordered = sorted(self.samples)
        return ordered[math.ceil(0.99 * len(ordered)) - 1]


Measured = dict[tuple[str, int, str], Series]


def show_progress(done: int, total: int) -> None:
    """A bar on a terminal, nothing elsewhere."""
    if sys.stderr.isatty():
        width = 40 * done // total
        end = "\n" if done == total else ""
        print(f"\r  [{'#' * width:40}] {100 * done // total:3} %", end=end, file=sys.stderr, flush=True)


def measure(program: pathlib.Path, turns: int) -> Measured:
    """Runs bench-marshal, whose lines are codec, frames, phase, bytes, nanoseconds."""
    measured: Measured = {}
    with subprocess.Popen([program, str(turns)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            name, frames, phase, size, time = line.rstrip("\n").split("\t")
            key = (name, int(frames), phase)
            series = measured.setdefault(key, Series(name, int(frames), phase, int(size)))
            series.samples.append(float(time))
            show_progress(len(series.samples) + (turns if series.frames > 1 else 0), 2 * turns)
    if process.returncode:
        sys.exit(f"bench: {program.name} ended with status {process.returncode}")
    return measured


def both(measured: Measured, name: str, frames: int) -> float:
    """Encoding and decoding together, nanoseconds."""
    return measured[name, frames, "encode"].median() + measured[name, frames, "decode"].median()


def cells(measured: Measured, name: str, frames: int) -> list[str]:
    """Columns of one codec for one number of frames."""
    encode, decode = (measured[name, frames, phase] for phase in ("encode", "decode"))
    total = both(measured, name, frames)
    return [
        str(encode.size),
        f"{encode.median():.0f} ({encode.p99():.0f})",
        f"{decode.median():.0f} ({decode.p99():.0f})",
        f"{total:.0f}",
        f"{total / both(measured, OURS, frames):.2f}",
    ]


def table(measured: Measured, frames: int) -> list[list[str]]:
    """A row a codec, in the order in which they ran."""
    rows = [["codec", "bytes", "encode ns (p99)", "decode ns (p99)", "both ns", f"times {OURS}"]]
    names = list(dict.fromkeys(name for name, _, _ in measured))
    return rows + [[name, *cells(measured, name, frames)] for name in names]


def as_text(rows: list[list[str]]) -> str:
    """Columns as wide as they must be."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = (
            cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
        )
        lines.append("  ".join([first, *rest]))
    return "\n".join(lines)


def as_markdown(rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" + "|--:" * (len(rows[0]) - 1) + "|")
    return "\n".join(lines)


def machine() -> str:
    """What it was measured on."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, Linux {platform.release()}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures what marshalling costs.")
    parser.add_argument("--build", type=pathlib.Path, required=True, help="directory of the build with IOFERRY_BENCH")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="directory for results.json and results.md")
    parser.add_argument("--turns", type=int, default=400, help="batches of each codec (400)")
    options = parser.parse_args()
    if options.turns < 1:
        parser.error("--turns: at least 1")
    measured = measure(options.build / "bench" / "marshal" / "bench-marshal", options.turns)
    options.out.mkdir(parents=True, exist_ok=True)
    document = [f"Measured on: {machine()}; {options.turns} batches each."]
    print(document[0])
    for frames in sorted({frames for _, frames, _ in measured}):
        title = f"{frames} CAN frame{'s' if frames > 1 else ''}"
        rows = table(measured, frames)
        print(f"\n{title}\n{as_text(rows)}")
        document += [f"### {title}", as_markdown(rows)]
    (options.out / "results.md").write_text("\n\n".join(document) + "\n", encoding="utf-8")
    results = {"machine": machine(), "marshal": [dataclasses.asdict(series) for series in measured.values()]}
    (options.out / "results.json").write_text(json.dumps(results) + "\n", encoding="utf-8")
    print(f"\nevery number: {options.out / 'results.json'}")


if __name__ == "__main__":
    main()
