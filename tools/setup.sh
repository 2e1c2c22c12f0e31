#!/bin/sh
# Brings what is missing, one line a step, and says nothing of what is already there:
#
#   tools/setup.sh packages nats chromium terminal console
#
# It is plain shell because the Node of this project is itself one of the things that it brings.
set -eu
cd "$(dirname "$0")/.."

natsVersion=v2.14.9
log=.tools/setup.log
mkdir -p .tools/bin
PATH="$PWD/node_modules/.bin:$PATH"

fail() {
  echo "setup: $1" >&2
  exit 1
}

# step <what> <command…>: runs quietly, says how long it took, and shows the output only when it fails.
step() {
  what=$1
  shift
  printf 'setup: %s… ' "$what"
  started=$(date +%s)
  if "$@" >"$log" 2>&1 </dev/null; then
    echo "$(($(date +%s) - started)) s"
  else
    echo 'failed'
    tail -n 40 "$log" >&2
    fail "$what failed; the whole output is in $log"
  fi
}

mayInstall() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

aptInstall() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update && apt-get install -y --no-install-recommends "$@"
}

# An npm that comes with an old Node leaves out optional packages which that Node can't run, although they run on the Node 24 that
# is among them. So such a machine first gets Node 24 and a new npm in .tools, and they do the rest.
npmForOldNode() {
  bootstrap=$PWD/.tools/bootstrap
  case $(uname -m) in
    x86_64) platform=linux-x64 ;;
    aarch64) platform=linux-arm64 ;;
    *) fail "only Linux on x64 and arm64 is covered, this is $(uname -m)" ;;
  esac
  [ -x "$bootstrap/node_modules/.bin/node" ] ||
    step 'Node 24 and npm 11' npm install --prefix "$bootstrap" --no-audit --no-fund "node-$platform@24.21.0" npm@11.19.1
  PATH="$bootstrap/node_modules/.bin:$PATH"
}

packagesAreCurrent() { node_modules/.bin/node tools/packages-current.ts >/dev/null 2>&1; }

bringPackages() {
  packagesAreCurrent && return
  if ! command -v npm >/dev/null 2>&1; then
    mayInstall || fail 'npm is missing: install Node.js 20 or newer with npm, then try again'
    step 'Node.js and npm, by apt' aptInstall nodejs npm
  fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || npmForOldNode
  # npm leaves out an optional package whose download failed, and says nothing: so it is looked at, and tried again.
  for attempt in 1 2 3; do
    step 'npm packages' npm ci --no-audit --no-fund
    packagesAreCurrent && return
  done
  fail 'npm left packages out three times; tools/packages-current.ts names them'
}

# Prints nothing; true for a nats-server of 2.11 or newer: older ones acknowledge messages that they have not synced.
isGoodNats() {
  found=$("$1" --version 2>/dev/null | sed -n 's/.*v\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  set -- $found
  [ $# = 2 ] && { [ "$1" -gt 2 ] || { [ "$1" = 2 ] && [ "$2" -ge 11 ]; }; }
}

goPathBin() { command -v go >/dev/null 2>&1 && echo "$(go env GOPATH)/bin"; }

bringNats() {
  isGoodNats nats-server && return
  isGoodNats .tools/bin/nats-server && return
  isGoodNats "$(goPathBin)/nats-server" && return
  if command -v go >/dev/null 2>&1; then
    step "nats-server $natsVersion, built from source (about a minute)" \
      env GOBIN="$PWD/.tools/bin" go install "github.com/nats-io/nats-server/v2@$natsVersion"
    return
  fi
  command -v nats-server >/dev/null 2>&1 || {
    mayInstall || fail 'nats-server 2.11 or newer is missing: put it on the PATH, or install Go and try again'
    step 'nats-server, by apt' aptInstall nats-server
  }
  echo "setup: warning: $(nats-server --version) is older than 2.11 and does not sync each message to disk; good enough to look around" >&2
}

# Not named chromium: `command -v chromium` would find the function.
bringChromium() {
  [ -n "${CHROMIUM:-}" ] && return
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && return
  done
  mayInstall || fail 'a browser is missing: install chromium, or name one in CHROMIUM'
  step 'chromium, by apt' aptInstall chromium
}

# bringSite <folder> <what>: builds a browser application when something that goes into it is newer than what was built.
bringSite() {
  built=$1/dist/index.html
  if [ -f "$built" ]; then
    newer=$(find contracts/src tools/site-build "$1" package-lock.json \
      \( -name node_modules -o -name dist \) -prune -o -type f ! -name '*.test.ts' ! -name '*.md' -newer "$built" -print -quit)
    [ -z "$newer" ] && return
  fi
  step "building the $2" npm run build --workspace "@tidemark/$1"
}

for part in "$@"; do
  case $part in
    packages) bringPackages ;;
    nats) bringNats ;;
    chromium) bringChromium ;;
    terminal) bringSite terminal-ui terminal ;;
    console) bringSite head-office-console console ;;
    *) fail "unknown part $part" ;;
  esac
done
