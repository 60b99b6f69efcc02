#!/usr/bin/env bash
# A report about an AWS whose names are hostile, in a real browser: no script runs, and no element is there that ramctl did not write.
# RAMCTL=/PATH takes a binary that is built already. Chromium is installed with apt-get where it is missing. BROWSER_SHOTS=/DIR keeps pictures of the page, light and dark.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

if ! command -v chromium > /dev/null; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends chromium > /dev/null
fi

ramctl=${RAMCTL:-$PWD/target/debug/ramctl}
[ -n "${RAMCTL:-}" ] || cargo build --quiet --locked
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/quickstart/*.hcl "$work"
cd "$work"

browse() {
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --virtual-time-budget=2000 "$@" 2> "$work/browser.log" \
    || { cat "$work/browser.log" >&2; fail "the browser"; }
}

"$ramctl" apply --sandbox --auto-approve > /dev/null
"$ramctl" snapshot --sandbox --out live.json > /dev/null
python3 - << 'EOF'
import json
hostile = [
    "<script>document.title='pwned'</script>",
    "</pre></details></body><script>document.title='pwned'</script>",
    "\"><img src=x onerror=\"document.title='pwned'\">",
    "<svg onload=document.title='pwned'>",
    "</title><script>document.title='pwned'</script>",
    "<iframe srcdoc=\"<script>top.document.title='pwned'</script>\">",
    "<a href=\"javascript:document.title='pwned'\">x</a><style>*{display:none}</style>",
    "<meta http-equiv=refresh content=\"0;url=data:text/html,<title>pwned</title>\">",
    "&lt;script&gt; &#x3c;script&#x3e; \u202e\u2066 \u001b[31m \u0000 `````` " + "<b>" * 3000,
]
live = json.load(open("live.json"))
names = iter(hostile * 100)
for place in live["places"]:
    known = place["read"]["known"]
    stray = json.loads(json.dumps(known["shares"][0]))
    stray["arn"] = stray["arn"][:-12] + "999999999999"
    stray["tags"] = {"ramctl:stack": next(names)}
    known["shares"].append(stray)
    for share in known["shares"]:
        share["name"] = next(names)
        share["status_message"] = next(names)
        share["tags"][next(names)] = next(names)
        for row in share["principals"] + share["resources"]:
            row["status"], row["status_message"] = "FAILED", next(names)
for account in live["organization"]["known"]["accounts"]:
    account["name"] = next(names)
json.dump(live, open("hostile.json", "w"))
EOF
for kind in plan drift; do
  "$ramctl" "$kind" --live hostile.json --output "html=$kind.html" > text || [ $? = 2 ] || fail "$kind"
  grep -q pwned "$kind.html" || fail "the hostile names are not in $kind.html, so nothing is tried"

  browse --dump-dom "file://$work/$kind.html" > dom.html
  python3 - "$kind" << 'EOF'
import html.parser, sys
kind, tags, title = sys.argv[1], {}, []
class Parser(html.parser.HTMLParser):
    inside = None
    def handle_starttag(self, tag, attributes):
        tags.setdefault(tag, set()).update(name for name, _ in attributes)
        self.inside = tag
    def handle_data(self, data):
        if self.inside == "title":
            title.append(data)
    def handle_endtag(self, tag):
        self.inside = None
Parser().feed(open("dom.html").read())
assert "".join(title) == f"ramctl {kind} network", title
ours = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(), "style": set(),
    "body": set(), "h1": set(), "code": set(), "p": {"class"}, "details": {"open"}, "summary": set(), "pre": set(),
    "span": {"class"},
}
for tag, attributes in tags.items():
    assert tag in ours and attributes <= ours[tag], (tag, attributes)
assert "span" in tags and "pre" in tags, tags
EOF
done

# The same page with a script of its own: without the page's policy it runs, so the check above can fail; with it, it does not.
script="<script>document.title='pwned'</script></body>"
sed "s|</body>|$script|; /Content-Security-Policy/d" plan.html > open.html
sed "s|</body>|$script|" plan.html > guarded.html
browse --dump-dom "file://$work/open.html" | grep -q '<title>pwned</title>' || fail "a script is not noticed"
browse --dump-dom "file://$work/guarded.html" | grep -q '<title>ramctl plan' || fail "the page's policy lets a script run"

if [ -n "${BROWSER_SHOTS:-}" ]; then
  mkdir -p "$BROWSER_SHOTS"
  "$ramctl" plan --sandbox --output html=shot.html > /dev/null
  for page in shot plan; do
    browse --window-size=1200,900 --blink-settings=preferredColorScheme=1 --screenshot="$BROWSER_SHOTS/$page-light.png" "file://$work/$page.html"
    browse --window-size=1200,900 --blink-settings=preferredColorScheme=0 --screenshot="$BROWSER_SHOTS/$page-dark.png" "file://$work/$page.html"
  done
fi
echo "no script runs in a report about a hostile AWS"
