"""Walks a README: runs every command that it shows and holds what they print against what it shows.

    python3 walk.py README.md RAMCTL

An indented block is a command if one of its lines starts with `cargo run -- `; `cargo run --` stands for RAMCTL. The next indented block that
is no command, or what stands below an empty line in its own, is what the command prints: its lines must come in this order, spaces aside; a line `...` leaves lines out. The prose between a
command and the next one says `exits with N` where the exit code is not 0.
"""

import re
import subprocess
import sys

COMMAND = re.compile(r"^cargo run -- ", re.MULTILINE)


def blocks(text):
    """The indented blocks and the prose between them, in order."""
    kind, lines = "prose", []
    for line in text.splitlines() + ["end"]:
        if not line.strip():
            lines.append("")
            continue
        now = "block" if line.startswith("    ") else "prose"
        if now != kind:
            yield kind, "\n".join(lines).strip("\n")
            kind, lines = now, []
        lines.append(line[4:] if now == "block" else line)
    yield kind, "\n".join(lines)


def steps(text):
    """Each command with the output and the exit code that the text promises."""
    found = []
    for kind, body in blocks(text):
        command, _, shows = body.partition("\n\n")
        if kind == "block" and COMMAND.search(command):
            found.append({"command": command, "shows": shows.splitlines(), "prose": ""})
        elif found and kind == "block":
            found[-1]["shows"] += body.splitlines()
        elif found:
            found[-1]["prose"] += " " + " ".join(body.split())
    return found


def squeezed(line):
    return " ".join(line.split())


def missing(shows, printed):
    """The first line that should come and does not."""
    rest = iter([squeezed(line) for line in printed.splitlines()])
    for line in map(squeezed, shows):
        if line and line != "..." and not any(line == one for one in rest):
            return line
    return None


def main():
    readme, ramctl = sys.argv[1:]
    with open(readme, encoding="utf-8") as file:
        walked = steps(file.read())
    for step in walked:
        command = COMMAND.sub(lambda _: f"{ramctl} ", step["command"])
        command = command.replace("cargo run -- ", f"{ramctl} ")
        run = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        print(f"$ {step['command']}\n{run.stdout}-- exit {run.returncode}\n")
        code = re.search(r"exits with (\d)", step["prose"])
        want = int(code.group(1)) if code else 0
        if run.returncode != want:
            sys.exit(f"FAILED: exit code {run.returncode} instead of {want}: {step['command']}")
        line = missing(step["shows"], run.stdout)
        if line is not None:
            sys.exit(f"FAILED: {readme} shows a line that does not come here: {line}\n  after: {step['command']}")
    if len(walked) < 8:
        sys.exit(f"FAILED: {readme} shows {len(walked)} commands: they are not found")
    print(f"{len(walked)} commands walked")


main()
