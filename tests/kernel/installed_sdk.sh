#!/usr/bin/env bash
# A third party's life: installs this build, writes a plugin with `kubus plugin new`, builds it
# against the installed SDK alone, and loads it into an installed kubusd.
# usage: installed_sdk.sh SOURCE_DIR BUILD_DIR
set -eu
build_dir=$2
work=$(mktemp -d /tmp/kubus-test-XXXXXX)
daemon=
cleanup() {
  if [ -n "$daemon" ]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
prefix=$work/prefix

cmake --install "$build_dir" --prefix "$prefix" >"$work/install.log" 2>&1 ||
  { tail -20 "$work/install.log"; exit 1; }
for file in bin/kubus bin/kubusd libexec/kubus/kubus-host include/kubus/plugin.h \
  include/kubus/kernel.pb.h include/k8s/core/v1/pod.pb.h etc/kubus/kubus.yaml; do
  [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name kubus.pc)") pkg-config --exists kubus

# A program that links an instrumented library has to be instrumented itself.
sanitizers=$(sed -n 's/^KUBUS_SANITIZE:[^=]*=//p' "$build_dir/CMakeCache.txt")
[ -z "$sanitizers" ] || export CXXFLAGS="-fsanitize=$sanitizers"
[ "$sanitizers" != thread ] || CXXFLAGS+=" -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1"

cd "$work"
# As whoever has just built Kubus: the build in PATH, which find_package() follows but must find
# nothing usable only in part in.
export PATH=$build_dir/bin:$PATH
kubus plugin new of-build >said
grep -q -e "cmake --install $build_dir --prefix /opt/kubus" said
grep -q -e "cmake -S of-build -B of-build/build -DCMAKE_PREFIX_PATH=/opt/kubus" said
if cmake -S of-build -B of-build/build >of-build.log 2>&1; then
  # Found, but elsewhere: this machine has a Kubus of its own.
  if grep "^Kubus_DIR:PATH=$build_dir" of-build/build/CMakeCache.txt; then exit 1; fi
else
  grep -q 'provided by "Kubus"' of-build.log || { cat of-build.log; exit 1; }
fi

"$prefix/bin/kubus" plugin new sample-greeter | tee said
grep -q -e "cmake -S sample-greeter -B sample-greeter/build -DCMAKE_PREFIX_PATH=$prefix " said
if grep -e --install said; then exit 1; fi
cmake -S sample-greeter -B sample-greeter/build -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build sample-greeter/build
ctest --test-dir sample-greeter/build --output-on-failure
plugin=sample-greeter/build/plugins/sample-greeter.so
"$prefix/bin/kubus" plugin inspect "$plugin"
[ "$(nm -D --defined-only "$plugin" | awk '{print $3}')" = kubus_plugin_entry_v1 ]

mkdir -p plugins
printf 'run_dir: %s\nstate_dir: %s\nplugin_dirs: [%s]\n' \
  "$work/run" "$work/state" "$work/plugins" >kubus.yaml
"$prefix/bin/kubusd" --config "$work/kubus.yaml" 2>"$work/log" &
daemon=$!
export KUBUS_RUN_DIR=$work/run
for _ in $(seq 100); do
  "$prefix/bin/kubus" status >/dev/null 2>&1 && break
  sleep 0.1
done
chmod go-w "$plugin"
cp "$plugin" plugins/
for _ in $(seq 100); do
  state=$("$prefix/bin/kubus" plugin list | awk '$1 == "sample-greeter" {print $3}')
  [ "$state" = waiting ] && break
  sleep 0.1
done
"$prefix/bin/kubus" plugin list -v
# It waits for the API server, which is not part of this test.
[ "$state" = waiting ] || { cat "$work/log"; exit 1; }
echo "installed SDK: ok"
