#!/bin/sh
# Installs what Hotline needs on Debian or Ubuntu and is missing, with sudo when not root.
#
#   debian.sh         for the demo: Postgres, Redis, the voice of the prompts
#   debian.sh test    for the tests too: SIPp, Chromium
#
# The services that come with the packages are neither started nor enabled: Hotline runs its own, in its own folder.
# What is there, however it came, is left alone; when nothing is missing, nothing is asked and nothing is done.
set -eu
say() { echo "install: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }

missing=
have_postgres || missing="$missing postgresql"
have redis-server || have valkey-server || missing="$missing redis-server"
have espeak-ng || missing="$missing espeak-ng"
# asterisk.sh checks Debian's signatures with these, also on Ubuntu
ls /usr/share/keyrings/debian-archive-keyring.* >/dev/null 2>&1 || missing="$missing debian-archive-keyring"
if [ "${1:-}" = test ]; then
  have sipp || missing="$missing sip-tester"
  have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
fi
[ -n "$missing" ] || exit 0

have apt-get || { say "missing:$missing. This machine has no apt-get; install them in its own way"; exit 1; }
as_root=
if [ "$(id -u)" != 0 ]; then
  have sudo || { say "missing:$missing. Install them as root, or install sudo"; exit 1; }
  as_root=sudo
fi
say "installing$missing"

# While this file says no, maintainer scripts start no service. One that is there already is the owner's and stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$as_root rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod +x "$policy"
fi

apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"; }
install_all() { # shellcheck disable=SC2086
  apt install -y --no-install-recommends $missing >/dev/null; }
candidates() { for p in $missing; do apt-cache policy "$p" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1; done; }

candidates || apt update
if ! candidates; then
  for p in $missing; do
    apt-cache policy "$p" 2>/dev/null | grep -q 'Candidate: [^(]' || say "no package $p in this machine's apt sources (on Ubuntu: add the component universe)"
  done
  exit 1
fi
install_all || { apt update && install_all; }   # the lists may be older than the mirror

# Nothing that we brought starts at the next boot either.
if [ -d /run/systemd/system ]; then
  for service in postgresql redis-server; do
    case " $missing " in *" $service "*) $as_root systemctl disable -q "$service" 2>/dev/null || true ;; esac
  done
fi
say "done"
