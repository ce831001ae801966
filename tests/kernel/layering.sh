#!/usr/bin/env bash
# The layers of the house (who may include whom), the size of files, and what plugins export.
# usage: layering.sh SOURCE_DIR BUILD_DIR
set -u
source_dir=$1 build_dir=$2
cd "$source_dir" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }

sources() { find "$@" \( -name '*.h' -o -name '*.cpp' \) -not -path '*/new_plugin/*' | sort; }

# The kernel knows the bus and plugin parts of the SDK and no Kubernetes type.
kernel_headers='bus|bytes|config|context|function|host|log|loop|metrics|plugin|plugin_abi|pool|rpc|status|unique_fd|kernel_verbs|kernel\.pb|frame\.pb'
while IFS=: read -r file line text; do
  fail "$file:$line: the kernel includes $text"
done < <(grep -nE '#include [<"](k8s/|kubus/)' $(sources kernel) /dev/null |
  grep -vE "[<\"]kubus/($kernel_headers)\.h[>\"]")
grep -nE 'k8s::|core_v1|apps_v1' $(sources kernel) && fail "the kernel names a Kubernetes type"

# A plugin includes the SDK and its own folder; the SDK includes neither plugins nor the kernel.
for plugin in plugins/*/; do
  while IFS=: read -r file line text; do
    header=$(sed -E 's/.*#include "([^"]+)".*/\1/' <<<"$text")
    case $header in kubus/* | k8s/*) continue ;; esac
    [ -e "$plugin$header" ] || [ -e "$(dirname "$file")/$header" ] || [ -e "${plugin}src/$header" ] ||
      [ -n "$(find "$plugin" -path "*/$header" -print -quit)" ] || [[ $header == *.pb.h ]] ||
      fail "$file:$line: includes $header from outside of its folder"
    [[ $header == ../../* ]] && [ ! -e "$(dirname "$file")/$header" ] && fail "$file:$line: $header"
  done < <(grep -nE '#include "' $(sources "$plugin" | grep -v /tests/) /dev/null)
done
grep -nE '#include [<"](\.\./)*(kernel|plugins)/' $(sources sdk plugins) /dev/null |
  grep -v '/tests/' && fail "the SDK or a plugin includes the kernel or a plugin"

# Small files. The kernel as a whole, without its tests: fewer than 4,000 lines of code.
while read -r lines file; do
  [ "$file" = total ] && continue
  [ "$lines" -gt 800 ] && fail "$file has $lines lines, more than 800"
  [ "$lines" -gt 400 ] && [ "$lines" -le 800 ] && echo "warning: $file has $lines lines"
done < <(sources kernel sdk plugins tests | grep -v '\.pb\.' | xargs wc -l)
kernel=$(sources kernel | grep -v '^kernel/tests/' | xargs cat | grep -cvE '^[[:space:]]*(//.*)?$')
echo "kernel: $kernel lines of code"
[ "$kernel" -lt 4000 ] || fail "the kernel has $kernel lines of code, not fewer than 4000"

# Each built plugin exports its entry and nothing else.
for file in "$build_dir"/plugins/*.so; do
  [ -e "$file" ] || continue
  exported=$(nm -D --defined-only "$file" | awk '{print $3}')
  [ "$exported" = kubus_plugin_entry_v1 ] || fail "$file exports: ${exported//$'\n'/ }"
done
[ $failed = 0 ] && echo "layers: ok"
exit $failed
