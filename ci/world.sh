# shellcheck shell=bash
# Sourced by scripts that need a local world of their own: start_world BIN_DIR NAME [options of `bestgres local up`] makes it in
# $world; it ends with the script, and its logs stay in build/e2e-logs/NAME when the script fails.

finish_world() {
    status=$?
    "$BESTGRES" local down --dir "$world" || true
    if [ "$status" -ne 0 ]; then
        mkdir -p build/e2e-logs && rm -rf "build/e2e-logs/$world_name"
        cp -r "$world" "build/e2e-logs/$world_name" 2>/dev/null || true
        echo "logs: build/e2e-logs/$world_name"
    fi
    rm -rf "$world"
}

start_world() {
    export BESTGRES=$1/bestgres
    world_name=$2
    shift 2
    # Short, because a Unix socket's path is at most 107 bytes.
    world=$(mktemp -d /tmp/bg-e2e.XXXXXX)
    trap finish_world EXIT
    # Addresses of its own, so that it runs beside a developer's world.
    local slot=$((RANDOM % 60 + 1))
    "$BESTGRES" local up --dir "$world" --port $((17000 + slot)) --pod-network 127.$((128 + slot)) \
        --service-cidr 127.$((190 + slot)).0.0/16 "$@"
}
