#!/bin/sh
# Installs kubectl-cnpg, the kubectl plugin for CloudNativePG clusters: sh install.sh -h
# Everything is inside functions that the last line calls, so that a download that was cut off does nothing.

# Where releases are; the release build puts its address here. {version} in it stands for the version.
BASE_URL=''

usage() {
	cat <<'EOF'
Usage: install.sh [-b DIR] [-d] [VERSION]
       install.sh -u [-b DIR]

Installs the kubectl plugin kubectl-cnpg and its completion shim, kubectl_complete-cnpg.

  VERSION   The release to install, such as 1.2.3; by default the latest
  -b DIR    Where to put the programs (default /usr/local/bin)
  -u        Uninstall them from there
  -d        Tell each step
  -h        Show this text

KUBECTL_CNPG_BASE_URL is the address of the folder with the releases, where another one is to be used; file:///DIR is one
on this machine.
HTTPS_PROXY and NO_PROXY lead through a proxy, as curl and wget know them.
In a checkout without an address of releases, the plugin is built from its sources.
EOF
}

info() { printf 'info %s\n' "$*" >&2; }
debug() { [ "$verbose" = 0 ] || printf 'debug %s\n' "$*" >&2; }
warn() { printf 'warning %s\n' "$*" >&2; }
fail() {
	printf 'error %s\n' "$1" >&2
	shift
	for line in "$@"; do printf '      %s\n' "$line" >&2; done
	exit 1
}
# What the last step said, which went to a file; without control characters, since some of it may come from a server.
trouble() {
	if [ -s "$scratch/trouble" ]; then tr -d '\000-\010\013-\037\177' <"$scratch/trouble"
	else printf 'It gave no reason. Is there space in %s?\n' "$scratch"
	fi
}
have() { command -v "$1" >/dev/null 2>&1; }

# Sets os, arch and libc, as the names of the archives have them.
find_system() {
	os=$(uname -s | tr '[:upper:]' '[:lower:]')
	arch=$(uname -m)
	libc=''
	case $os in
		linux) ! is_musl || libc=_musl ;;
		darwin) ;;
		mingw* | msys* | cygwin*) os=windows ;;
		*) fail "there is no release for the system $os" 'With Node 20 or newer it runs from the npm package or a checkout.' ;;
	esac
	case $arch in
		x86_64 | amd64) arch=x86_64 ;;
		aarch64 | arm64) arch=arm64 ;;
		*) fail "there is no release for the processor $arch" 'With Node 20 or newer it runs from the npm package or a checkout.' ;;
	esac
	# A shell that is translated on an Apple processor is told of an Intel one.
	if [ "$os" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then arch=arm64; fi
	names='kubectl-cnpg kubectl_complete-cnpg'
	[ "$os" != windows ] || names='kubectl-cnpg.exe kubectl_complete-cnpg.cmd'
}

is_musl() {
	case $(ldd --version 2>&1 || :) in
		*musl*) return 0 ;;
		*GLIBC* | *GNU*) return 1 ;;
	esac
	# Either may be installed beside the system's own, but musl is so more often.
	for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1; do [ ! -e "$loader" ] || return 1; done
	for loader in /lib/ld-musl-*.so.1; do [ ! -e "$loader" ] || return 0; done
	return 1
}

# download ADDRESS FILE: nothing of FILE may be used when it fails. 22 means that there is no such file.
download() {
	debug "downloading $1"
	if have curl; then with_curl "$1" "$2"
	elif have wget; then with_wget "$1" "$2"
	else fail 'neither curl nor wget is installed'
	fi
}

with_curl() {
	redirects='=http,https'
	case $1 in https:*) redirects='=https' ;; esac
	# Without --retry-all-errors: what is not there now will not be there in a second.
	status=$(curl -sSL --retry 2 --connect-timeout 20 --speed-limit 1 --speed-time 60 --proto-redir "$redirects" \
		-o "$2" -w '%{http_code}' "$1" 2>"$scratch/trouble") || {
		case $? in 37) return 22 ;; esac
		fail "cannot download $1" "$(trouble)" 'Check the address and the network; HTTPS_PROXY names a proxy.'
	}
	case $status in
		# 000 stands for file://.
		200 | 000) ;;
		404) return 22 ;;
		*) fail "cannot download $1: the server answered $status" ;;
	esac
}

with_wget() {
	# It knows the names in small letters only.
	[ -z "${HTTPS_PROXY:-}" ] || export https_proxy="${https_proxy:-$HTTPS_PROXY}"
	[ -z "${NO_PROXY:-}" ] || export no_proxy="${no_proxy:-$NO_PROXY}"
	address=$1 file=$2
	# That of busybox does not know -nv, and -T only as some build it.
	case $(wget --help 2>&1 || :) in
		*GNU*) set -- -nv -t 3 -T 20 ;;
		*' -T '*) set -- -q -T 20 ;;
		*) set -- -q ;;
	esac
	wget "$@" -O "$file" "$address" 2>"$scratch/trouble" || {
		case $(trouble) in *'rror 404'* | *'ERROR 404'* | *HTTP/*' 404 '*) return 22 ;; esac
		fail "cannot download $address" "$(trouble)" 'Check the address and the network; https_proxy names a proxy.'
	}
}

sha256_of() {
	if have sha256sum; then sha256sum <"$1" | cut -d ' ' -f 1
	elif have shasum; then shasum -a 256 <"$1" | cut -d ' ' -f 1
	elif have openssl; then openssl dgst -sha256 <"$1" | sed 's/.* //'
	else fail 'no program can compute a sha256 checksum here: install sha256sum, shasum or openssl'
	fi
}

# The address of a file of release $version.
address_of() { printf '%s/%s\n' "$base" "$1" | sed "s/{version}/$version/g"; }

# Sets version. Where addresses have the version in them, as on GitHub, that of the latest release is .../latest/download.
find_version() {
	if [ -z "$version" ]; then
		info 'checking for the latest version'
		latest=$(printf '%s\n' "$base" | sed 's|download/v{version}$|latest/download|')
		download "$latest/latest.txt" "$scratch/latest" || fail "there is no $latest/latest.txt, which would name the latest version" \
			'Name the version, or correct KUBECTL_CNPG_BASE_URL.'
		version=$(tr -d '[:space:]' <"$scratch/latest")
	fi
	version=${version#v}
	case $version in
		[0-9]*.[0-9]*.[0-9]*) ;;
		*) fail "this is no version: $(printf %s "$version" | tr -cd '[:print:]' | cut -c 1-60)" ;;
	esac
	case $version in
		*[!0-9A-Za-z.-]*) fail "this is no version: $(printf %s "$version" | tr -cd '[:print:]' | cut -c 1-60)" ;;
	esac
	info "found version: $version for $os/$arch${libc:+ (musl)}"
}

# Downloads, verifies and unpacks into $scratch/new.
fetch() {
	archive=kubectl-cnpg_${version}_${os}_$arch$libc.tar.gz
	sums=cnpg-$version-checksums.txt
	info "downloading $archive"
	download "$(address_of "$archive")" "$scratch/$archive" || fail "release $version has no $archive" \
		"$(address_of "$archive") was not found. Is it a version that was released?"
	download "$(address_of "$sums")" "$scratch/$sums" || fail "release $version has no checksums ($sums)" 'Nothing is installed without them.'
	wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1; exit }' "$scratch/$sums")
	[ -n "$wanted" ] || fail "$sums does not name $archive" 'Nothing is installed without a checksum.'
	found=$(sha256_of "$scratch/$archive")
	[ "$found" = "$wanted" ] || fail "the checksum of $archive is wrong" "expected $wanted" "received $found" \
		'The download was cut off or changed on its way. Nothing was installed; try again.'
	info 'verified sha256'
	mkdir "$scratch/new"
	tar -xzf "$scratch/$archive" -C "$scratch/new" 2>"$scratch/trouble" || fail "cannot unpack $archive" "$(trouble)"
	program=$scratch/new/${names% *}
	shim=$scratch/new/${names#* }
}

# Builds from the checkout that this script is in.
build() {
	if ! have npm || ! have node; then
		fail 'building from the sources takes Node 20 or newer with npm' \
			'To download a release instead, set KUBECTL_CNPG_BASE_URL to the address of its folder.'
	fi
	info "building from the sources in $checkout"
	(cd "$checkout" && npm ci && npm run build:binary) >"$scratch/build.log" 2>&1 ||
		fail 'the build failed' "$(tail -n 5 "$scratch/build.log")"
	program=$checkout/dist/${names% *}
	shim=$checkout/bin/${names#* }
}

# Fails before anything is downloaded.
check_folder() {
	rights="Run it as root (… | sudo sh -s -- -b $dir), or choose a folder of your own: -b \"\$HOME/.local/bin\""
	target=$dir/${names% *}
	target_shim=$dir/${names#* }
	[ ! -d "$dir" ] || [ -w "$dir" ] || fail "no right to write to $dir" "$rights"
	for old in "$target" "$target_shim"; do [ ! -d "$old" ] || fail "$old is a folder" 'Remove it first.'; done
}

# Puts both programs in place. The old ones stay until the new ones are there whole and have run once.
put() {
	unchanged='What was installed before is as it was.'
	[ -d "$dir" ] || mkdir -p "$dir" 2>"$scratch/trouble" || fail "cannot make $dir" "$(trouble)" "$rights"
	# A folder of its own: nobody else can have put something there, and another installation may run beside this one.
	staging=$(mktemp -d "$dir/.kubectl-cnpg.XXXXXX" 2>"$scratch/trouble") ||
		fail "cannot write to $dir" "$(trouble)" "$unchanged"
	staged=$staging/${names% *}
	staged_shim=$staging/${names#* }
	saved=$staging/old
	{ cp "$program" "$staged" && cp "$shim" "$staged_shim" && chmod 755 "$staged" "$staged_shim"; } 2>"$scratch/trouble" ||
		fail "cannot write to $dir" "$(trouble)" "$unchanged"
	"$staged" version >"$scratch/version" 2>&1 || does_not_run
	debug "$(cat "$scratch/version")"
	[ ! -e "$target" ] || ln "$target" "$saved" 2>/dev/null || cp -p "$target" "$saved" || fail "cannot keep the old version in $dir"
	mv -f "$staged" "$target" || fail "cannot write $target"
	mv -f "$staged_shim" "$target_shim" || {
		if [ -e "$saved" ]; then mv -f "$saved" "$target"; else rm -f "$target"; fi
		fail "cannot write $target_shim" "$unchanged"
	}
	info "installed $target and $target_shim"
}

does_not_run() {
	case $libc$(cat "$scratch/version") in
		_musl*libstdc*) fail 'the new program takes libstdc++, which is not installed' 'On Alpine: apk add libstdc++' "$unchanged" ;;
	esac
	fail 'the new program does not run on this machine' "$(head -n 3 "$scratch/version")" "$unchanged"
}

uninstall() {
	removed=0
	for name in kubectl-cnpg kubectl-cnpg.exe kubectl_complete-cnpg kubectl_complete-cnpg.cmd; do
		[ -e "$dir/$name" ] || [ -L "$dir/$name" ] || continue
		rm -f "$dir/$name" 2>/dev/null || fail "no right to remove $dir/$name" 'Run it as root.'
		removed=1
		info "removed $dir/$name"
	done
	[ "$removed" = 1 ] || fail "kubectl-cnpg is not installed in $dir" 'Name the folder with -b.'
}

# Leaves nothing behind but what is installed.
clean() {
	rm -rf "$scratch"
	[ -z "$staging" ] || rm -rf "$staging"
}

tell_path() {
	case :$PATH: in
		*:"$dir":*) ;;
		*) warn "$dir is not on PATH: add export PATH=\"$dir:\$PATH\" to your shell's profile" ;;
	esac
	first=$(command -v kubectl-cnpg || :)
	case $first in
		'' | "$target") ;;
		*) cmp -s "$first" "$target" 2>/dev/null || warn "$first stands before it on PATH, and is what kubectl runs: remove one of the two" ;;
	esac
	have kubectl || warn 'kubectl is not on PATH; until it is, run kubectl-cnpg itself'
}

main() {
	set -eu
	dir=/usr/local/bin
	verbose=0
	action=install
	while getopts b:duh option; do
		case $option in
			b) dir=$OPTARG ;;
			d) verbose=1 ;;
			u) action=uninstall ;;
			h) usage && exit 0 ;;
			*) usage >&2 && exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -le 1 ] || { usage >&2 && exit 2; }
	version=${1:-}
	case $dir in
		'') fail 'the folder behind -b is empty' ;;
		/*) ;;
		*) dir=$(pwd)/$dir ;;
	esac
	dir=${dir%/}
	if [ "$action" = uninstall ]; then
		uninstall
		return
	fi
	umask 022
	staging=''
	scratch=$(mktemp -d) || fail 'cannot make a temporary folder'
	trap clean EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	find_system
	check_folder
	base=${KUBECTL_CNPG_BASE_URL:-$BASE_URL}
	base=${base%/}
	checkout=''
	case $0 in */*) checkout=$(CDPATH='' cd -- "${0%/*}" && pwd) ;; esac
	if [ -n "$base" ]; then
		find_version
		fetch
	elif [ -n "$checkout" ] && grep -q '"name": "kubectl-cnpg"' "$checkout/package.json" 2>/dev/null; then
		build
	else
		fail 'nobody has said where the releases are' 'Set KUBECTL_CNPG_BASE_URL to the address of the folder with their files.'
	fi
	put
	tell_path
	info 'try: kubectl cnpg status CLUSTER'
}

# In braces, so that a line that was cut off is none.
{ main "$@"; }
