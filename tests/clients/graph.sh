#!/usr/bin/env bash
# `ramctl graph` of a stack whose keys and units are hostile texts, drawn by Graphviz and by Mermaid in a browser: every label comes back as
# text, the same from both, and nothing is styled, linked or missing.
# RAMCTL=/PATH takes a binary that is built already. Graphviz and Chromium are installed with apt-get where they are missing; Mermaid is
# fetched from npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

missing=()
command -v dot > /dev/null || missing+=(graphviz)
command -v chromium > /dev/null || missing+=(chromium)
command -v npm > /dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null
fi

ramctl=${RAMCTL:-$PWD/target/debug/ramctl}
[ -n "${RAMCTL:-}" ] || cargo build --quiet --locked
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/quickstart/sandbox.hcl "$work"
cp tests/hostile.json "$work/hostile.json"
cd "$work"
npm pack --silent mermaid@11.17.2 > /dev/null
tar xzf mermaid-*.tgz package/dist/mermaid.min.js

cat > stack.ram.hcl << 'HCL'
ramctl { stack = "network" }
organization { management_account = account.management }
account "management" { id = "111111111111" }
account "network" { id = "222222222222" }
locals { hostile = jsondecode(file("hostile.json")) }
share "drawn" {
  for_each   = toset(local.hostile)
  account    = account.network
  region     = "eu-central-1"
  name       = "drawn-${md5(each.key)}"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = [account.management]
}
HCL
"$ramctl" graph --sandbox > graph.dot
"$ramctl" graph --sandbox --format mermaid > graph.mmd
dot -Tsvg graph.dot > graph.svg

cat > page.py << 'PY'
import json, sys
source = json.dumps(open(sys.argv[1]).read()).replace("<", "\\u003c")
print("""<!doctype html><meta charset="utf-8"><title>drawing</title><body><div id="drawing"></div>
<script src="package/dist/mermaid.min.js"></script><script>
mermaid.initialize({ startOnLoad: false, maxTextSize: 1e9, maxEdges: 1e6, theme: "default" });
const texts = (selector) => [...document.querySelectorAll("#drawing " + selector)].map((found) => found.textContent);
mermaid.render("g", %s).then(({ svg }) => {
  document.getElementById("drawing").innerHTML = svg;
  return { nodes: texts("g.node"), frames: texts(".cluster-label"), extra: texts(":is(a, img, i, script, math, b, em, code)").length,
    styles: [...new Set([...document.querySelectorAll("#drawing g.node > :first-child")].map((found) => found.getAttribute("style") || ""))] };
}).catch((error) => ({ error: String(error) })).then((found) => {
  document.body.innerHTML = "<textarea></textarea>";
  document.body.firstChild.textContent = JSON.stringify(found);
});
</script>""" % source)
PY
draw() {
  python3 page.py "$1" > page.html
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --virtual-time-budget=60000 \
    --dump-dom "file://$work/page.html" 2> browser.log > "$2" || { cat browser.log >&2; fail "the browser"; }
}
draw graph.mmd drawn.html

cat > compare.py << 'PY'
import html, json, re, sys
import xml.etree.ElementTree as xml
drawn = html.unescape(re.search(r"<textarea>(.*)</textarea>", open(sys.argv[1]).read(), re.S).group(1))
mermaid = json.loads(drawn)
assert "error" not in mermaid, mermaid["error"]
svg = "{http://www.w3.org/2000/svg}"
groups = xml.parse("graph.svg").getroot().iter(svg + "g")
dot = {"node": [], "cluster": []}
for group in groups:
    if group.get("class") in dot:
        dot[group.get("class")].append("".join(text.text or "" for text in group.iter(svg + "text")))
# A browser draws a run of spaces as one, and Graphviz keeps them as spaces without a break.
# For Mermaid two characters are written as escapes.
plain = lambda texts: sorted(re.sub(r"[\s\u00a0]+", "", text).replace("\ufb02", "\\u{fb02}").replace("\u00b6", "\\u{b6}") for text in texts)
assert plain(mermaid["nodes"]) == plain(dot["node"]), set(plain(mermaid["nodes"])) ^ set(plain(dot["node"]))
assert plain(mermaid["frames"]) == plain(dot["cluster"]), set(plain(mermaid["frames"])) ^ set(plain(dot["cluster"]))
hostile = json.load(open("hostile.json"))
assert len(mermaid["frames"]) == len(set(hostile)) and len(mermaid["nodes"]) > 3 * len(hostile), len(mermaid["nodes"])
for text in ("%%{init: {'theme':'dark'}}%% fa:fa-car $$x^2$$ style a:b#;", "direction TB", "<script>alert(1)</script>", "&lt;b&gt;"):
    wanted = plain([text])[0]
    assert any(wanted in frame for frame in plain(mermaid["frames"])), text
assert mermaid["extra"] == 0, mermaid["extra"]
assert mermaid["styles"] == [""], mermaid["styles"]
PY
python3 compare.py drawn.html || fail "the two drawings differ, or one is no drawing of the graph"

# The same drawing with its escapes undone is noticed, so the check above can fail.
sed 's/#37;/%/g; s/#123;/{/g; s/#125;/}/g' graph.mmd > open.mmd
draw open.mmd open.html
if python3 compare.py open.html 2> /dev/null; then fail "a directive in a label is not noticed"; fi
echo "every label of a drawn graph is text, in Graphviz and in Mermaid"
