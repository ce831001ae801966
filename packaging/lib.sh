# Shared by the packaging scripts: sourced, not run.
# Each step prints one line; its output goes to a log that is named when the step fails.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log_dir=${KUBUS_LOG_DIR:-$top/build/logs}
mkdir -p "$log_dir"

# Packages of Debian 12 by purpose: build tools and libraries, what runs on a node, test clients.
build_packages=(
  build-essential cmake ninja-build ccache mold pkg-config protobuf-compiler ca-certificates
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-filesystem1.81-dev
  libzmq3-dev cppzmq-dev libprotobuf-dev libsqlite3-dev libspdlog-dev libfmt-dev libssl-dev
  libyaml-cpp-dev libyaml-dev libcli11-dev libnl-3-dev libnl-route-3-dev libnftables-dev
  libseccomp-dev libarchive-dev libnghttp2-dev libre2-dev zlib1g-dev)
run_packages=(crun runc conmon skopeo slirp4netns nftables iproute2 procps)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev busybox-static docker-registry git jq curl
  openssl sqlite3 unzip)
fuzz_packages=(clang libclang-rt-14-dev)  # only for packaging/fuzz
command -v npm >/dev/null || test_packages+=(npm)

# step NAME COMMAND...: runs the command; ends the script with its log's name when it fails.
step() {
  local name=$1 started=$SECONDS log
  shift
  log=$log_dir/${name// /-}.log
  printf '==> %s ... ' "$name"
  if "$@" >"$log" 2>&1; then
    printf 'ok (%ds)\n' $((SECONDS - started))
  else
    printf 'FAILED after %ds: see %s\n' $((SECONDS - started)) "$log"
    tail -n 15 "$log" | sed 's/^/    /'
    exit 1
  fi
}

# install_packages NAME...: only what is missing; silent and instant when nothing is.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  if [ "$(id -u)" != 0 ]; then
    echo "needed packages are missing and only root can install them: ${missing[*]}" >&2
    return 1
  fi
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

configure() {
  cmake --preset "$1" -S "$top" ${2:+"${@:2}"}
}

build() {
  cmake --build "$top/build/$1" ${2:+--target "${@:2}"}
}
