#!/bin/sh
# Brings a real Asterisk 22 to a Debian or Ubuntu machine, without root and without touching its packages: a private apt
# fetches Debian's packages (signatures checked), they are unpacked into the user's cache, and Asterisk runs there under
# its own loader and libraries. Nothing is installed in the system, no service starts.
#
#   HOTLINE_DEBIAN_MIRROR   a Debian mirror, when the machine's own apt sources name none (Ubuntu)
#   HOTLINE_ASTERISK_SUITE  Debian release to take it from; default forky
#
# When it is there already, or the system has one that is new enough, nothing is done.
set -eu
oldest=22.10.1
here=$(dirname "$(readlink -f "$0")")
home=${XDG_CACHE_HOME:-$HOME/.cache}/hotline/asterisk
root=$home/root
suite=${HOTLINE_ASTERISK_SUITE:-forky}
modules=$here/../asterisk/conf/modules.conf

say() { echo "asterisk: $*" >&2; }
fail() { say "$*"; exit 1; }
new_enough() { [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$oldest" "$1" | sort -V | head -n 1)" = "$oldest" ]; }
system_version() { PATH=$PATH:/usr/sbin asterisk -V 2>/dev/null | sed -n 's/^Asterisk \([0-9.]*\).*/\1/p'; }

recipe="5 $suite"   # count up when modules.conf needs another library
if [ -f "$root/.recipe" ] && [ "$(cat "$root/.recipe")" = "$recipe" ]; then exit 0; fi
if new_enough "$(system_version)"; then exit 0; fi

for tool in apt-get dpkg-deb flock; do
  command -v "$tool" >/dev/null || fail "this needs $tool: a Debian or Ubuntu machine; elsewhere install Asterisk $oldest or newer"
done
mkdir -p "$home"
exec 9>"$home/lock"
flock 9
if [ -f "$root/.recipe" ] && [ "$(cat "$root/.recipe")" = "$recipe" ]; then exit 0; fi

# The mirror that this machine uses for Debian itself, not for some program's own repository.
mirror=${HOTLINE_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
  awk '$3 == "main" && $2 ~ /^(bookworm|trixie|forky|duke|sid|stable|testing|unstable)$/ && $1 !~ /security/ { print $1; exit }')}
[ -n "$mirror" ] || fail "no Debian mirror among this machine's apt sources; set HOTLINE_DEBIAN_MIRROR to the address of one"
keys=
for k in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
  [ -f "$k" ] && keys=$k && break
done
[ -n "$keys" ] || fail "Debian's signing keys are missing: apt-get install debian-archive-keyring"

# A private apt: own lists, own cache, no package counts as installed. The machine's proxy and login settings stay valid.
apt=$home/apt
mkdir -p "$apt/etc/apt/apt.conf.d" "$apt/etc/apt/preferences.d" "$apt/var/lib/apt/lists/partial" \
  "$apt/var/cache/apt/archives/partial" "$apt/var/lib/dpkg" "$apt/var/log/apt"
: > "$apt/var/lib/dpkg/status"
arch=$(dpkg --print-architecture)
echo "deb [arch=$arch signed-by=$keys] $mirror $suite main" > "$apt/etc/apt/sources.list"
{
  apt-config dump | grep '^Acquire::' || true
  cat <<CONF
Dir "$apt";
Dir::State::status "$apt/var/lib/dpkg/status";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Architecture "$arch";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "5";
// A suite in development is signed for a week only; a mirror that stands still is older.
Acquire::Check-Valid-Until "false";
CONF
} > "$apt/apt.conf"
export APT_CONFIG="$apt/apt.conf" LC_ALL=C

say "fetching Asterisk from Debian $suite into $home"
apt-get -qq update || fail "Debian $suite is not reachable through the mirror of this machine's apt sources"

# Of some 160 packages that Asterisk could use, these are enough for the modules that modules.conf loads.
wanted='^(asterisk|asterisk-modules|asterisk-core-sounds-(en|ru)(-wav)?|libc6|libgcc-s1|libstdc\+\+6|zlib1g|libzstd1|libbsd0|libmd0|libcap2|libcrypt1|libedit2|libtinfo6|libjansson4|libnspr4|libnss3|libopus0|libpopt0|libsqlite3-0|libsrtp2-1|libssl3(t64)?|libsystemd0|liburiparser1|libuuid1|libxml2(-[0-9]+)?|libxslt1\.1)$'
packages=$(apt-get -s install asterisk asterisk-core-sounds-en-wav asterisk-core-sounds-ru-wav | awk '/^Inst /{ print $2 }' | grep -E "$wanted")
apt-get -qq autoclean   # of what an earlier run fetched, only the current versions stay
cd "$apt/var/cache/apt/archives"
# shellcheck disable=SC2086 # a list of words
apt-get -qq download $packages || fail "the download failed; run it again to continue"

new=$home/root.new
rm -rf "$new"
mkdir -p "$new/usr/bin" "$new/usr/sbin" "$new/usr/lib" "$new/usr/lib64"
for d in bin sbin lib lib64; do ln -s "usr/$d" "$new/$d"; done
for p in $packages; do
  dpkg-deb -x "${p}"_*.deb "$new"
done
rm -rf "$new/usr/share/doc" "$new/usr/share/man" "$new/usr/share/locale" "$new"/usr/lib/*/gconv
# maintainer scripts, which do not run here, would make these two
for d in "$new"/usr/share/asterisk/sounds/*; do
  case ${d##*/} in
    en_*) ln -sfn "${d##*/}" "$new/usr/share/asterisk/sounds/en" ;;
    ru_*) ln -sfn "${d##*/}" "$new/usr/share/asterisk/sounds/ru" ;;
  esac
done

# It must run, be new enough, and every module that we load must find its libraries.
lib=$(dirname "$(ls -d "$new"/usr/lib/*-linux-gnu*/asterisk)")
loader=$(ls "$lib"/ld-linux*.so.* | head -n 1)
version=$("$loader" --library-path "$lib" "$new/usr/sbin/asterisk" -V | sed -n 's/^Asterisk \([0-9.]*\).*/\1/p')
new_enough "$version" || fail "Debian $suite has Asterisk '$version', $oldest or newer is needed"
missing=$(sed -n 's/^load *= *//p' "$modules" | while read -r m; do
  "$loader" --library-path "$lib" --list "$lib/asterisk/modules/$m" 2>&1 | grep -E 'not found|cannot open' | sed "s/^/$m: /" || true
done)
[ -z "$missing" ] || fail "libraries are missing: $missing"

echo "$recipe" > "$new/.recipe"
rm -rf "$root.old"
[ ! -d "$root" ] || mv "$root" "$root.old"
mv "$new" "$root"
rm -rf "$root.old"
rm -rf "$apt/var/lib/apt/lists"   # 60 MB of index
say "Asterisk $version is ready"
