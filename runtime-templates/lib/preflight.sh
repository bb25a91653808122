# shellcheck shell=sh
# preflight.sh: can this host carry the release? Everything that is wrong is said at once, each with what to do. Writes nothing.
#
# preflight_check               0 fit; 78 unfit, after a line for each reason
# preflight_problems            prints the reasons, a line each
# preflight_needs               prints the KiB that a deploy needs in RELEASES
# preflight_mount PATH          prints the mount options of the file system that PATH is on; nothing where the host doesn't say
# preflight_less NUMBER NUMBER, preflight_mib KIB    for sizes of disks, which may be too large for the shell
# preflight_above PATH          prints PATH, or the nearest folder above it that is there

preflight_check() (
    reasons=$(preflight_problems)
    if [ -z "$reasons" ]; then
        log_info "the host is fit for $NAME $VERSION"
        preflight_passed_over
        preflight_syslog
        exit 0
    fi
    count=$(printf '%s\n' "$reasons" | grep -c .)
    log_error "this host is unfit for $NAME $VERSION: $count to put right; nothing was changed"
    printf '%s\n' "$reasons" | while IFS= read -r reason; do
        log_error "  $reason"
    done
    exit 78
)

# Not a reason to stop: a site runs without its log.
preflight_syslog() {
    [ "$SYSLOG_ENABLED" != yes ] || [ -e /dev/log ] ||
        log_warn "there is no /dev/log on this host, so what services say there is lost: start a syslog daemon, or write \`syslog = off\` under [release]"
}

# The first Python of the PATH is what one expects: where it is another, that is said.
preflight_passed_over() (
    environment_find_python >/dev/null 2>&1 || exit 0
    [ -z "$PYTHON_CLOSED" ] ||
        log_info "$SERVICE_USER, as whom the services run, can't run $PYTHON_CLOSED: $HOST_PYTHON is taken"
)

preflight_problems() (
    if ! preflight_temporary; then
        # All else that is asked would come out wrong.
        echo "the shell can't keep a here-document: free space in ${TMPDIR:-/tmp}, or name another folder by TMPDIR"
        exit 0
    fi
    # Asked once, for all below.
    environment_find_python 2>/dev/null || :
    preflight_tools
    preflight_users
    layout_problems
    preflight_writable
    preflight_disk
    preflight_names
    preflight_python
    preflight_reach
    preflight_libc
    preflight_noexec
    preflight_ports
    preflight_services
    schedule_problems
    each_system preflight_system
    each_input preflight_input
    secret_problems
)

# Many shells keep here-documents in temporary files, some only those that are longer than a pipe holds.
preflight_temporary() (
    exec 2>/dev/null
    text=$(printf '%70000s' x)
    kept=$(
        cat <<END
$text
END
    )
    [ "$kept" = "$text" ]
)

preflight_tools() {
    for preflight_tool in awk cat chmod chown cmp cp cut date df diff du find grep head id ln ls mkdir mv od ps rm rmdir sed sleep sort tail \
        tr uname xargs; do
        shell_has "$preflight_tool" || echo "no $preflight_tool on the PATH: it is one of the utilities of POSIX; install it"
    done
    digest_tool >/dev/null 2>&1 || echo "no tool for SHA-256: install coreutils, perl or openssl"
}

preflight_users() (
    # A developer's own copy needs no account of its own.
    own=
    [ "$PROFILE" != dev ] || own="; or write \`user = $DEPLOYER\` and \`group = $(id -gn)\` under [release]"
    if [ -n "${SERVICE_USER:-}" ] && ! id -u "$SERVICE_USER" >/dev/null 2>&1; then
        echo "there is no user $SERVICE_USER, as whom the services run: useradd --system --user-group --home-dir $DATA --shell /usr/sbin/nologin $SERVICE_USER$own"
    fi
    if [ -n "${SERVICE_GROUP:-}" ] && ! permission_gid @service >/dev/null; then
        echo "there is no group $SERVICE_GROUP: groupadd --system $SERVICE_GROUP"
    fi
    if [ -n "${OPERATORS:-}" ] && ! permission_gid @operators >/dev/null; then
        echo "there is no group $OPERATORS, whose members run bin/: groupadd $OPERATORS, or set operators under [release]"
    fi
    service_each_word "${PROGRAM_USERS:-}" preflight_program
    each_permission preflight_class
    each_directory preflight_owner
    if [ "$(id -u)" != 0 ] && [ "${SERVICE_USER:-$DEPLOYER}" != "$DEPLOYER" ] && [ "$PROFILE" = prod ]; then
        echo "$DEPLOYER is neither root nor $SERVICE_USER: data can't be given to the services; run as root, or as $SERVICE_USER"
    fi
)

# preflight_program USER: of a service that is to run as this user, and not as the others.
preflight_program() (
    if ! uid=$(permission_uid "$1"); then
        echo "there is no user $1, as whom a service is to run: make the account, or take \`user\` out of that service"
    elif [ "$SERVICES" = supervisor ] && [ "$(id -u)" != 0 ] && [ "$uid" != "$(id -u)" ]; then
        echo "$DEPLOYER is not root, and a supervisord of $DEPLOYER can't start the service that is to run as $1: run the script as root, or take \`user\` out of that service"
    fi
)

preflight_class() (
    case $2 in
    @*) ;;
    *) permission_uid "$2" >/dev/null || echo "there is no user $2, who owns class $1 under [permissions]" ;;
    esac
    case $3 in
    @*) ;;
    *) permission_gid "$3" >/dev/null || echo "there is no group $3, which has class $1 under [permissions]" ;;
    esac
    case $1 in
    bin | code | etc | secret) preflight_code "$@" ;;
    esac
)

# Who breaks into a service must not be able to change what runs. The compiler refuses that by name; here are the numbers known.
preflight_code() (
    [ -n "${SERVICE_USER:-}" ] && [ "$SERVICE_USER" != "$DEPLOYER" ] || exit 0
    service=$(id -u "$SERVICE_USER" 2>/dev/null) || exit 0
    if [ "$(permission_uid "$2")" = "$service" ]; then
        echo "class $1 would belong to $SERVICE_USER, so the services could change it: give it to deployer under [permissions]"
    fi
    # The group's digit, with a 2 in it: it may write.
    case "$4 $5 $6 " in
    *[2367][01234567]' '*) ;;
    *) exit 0 ;;
    esac
    gid=$(permission_gid "$3") || exit 0
    case " $(id -G "$SERVICE_USER" 2>/dev/null) " in
    *" $gid "*) echo "class $1 could be written by group ${3#@}, and $SERVICE_USER, as whom the services run, is in it: take the group's w away under [permissions], or take $SERVICE_USER out of the group" ;;
    esac
)

preflight_owner() (
    if [ -n "$4" ]; then
        permission_uid "$4" >/dev/null || echo "there is no user $4, who is to own $2"
    fi
    return 0
)

preflight_above() (
    path=$1
    while [ ! -d "$path" ]; do
        path=${path%/*}
        path=${path:-/}
    done
    printf '%s\n' "$path"
)

preflight_writable() (
    for folder in "$RELEASES" "$STATE"; do
        above=$(preflight_above "$folder")
        # Asked first: to some shells (busybox) root can write to what is mounted read-only.
        case $(preflight_mount "$above") in
        ro | ro,*)
            echo "$above is on a file system that is mounted read-only: mount it rw"
            continue
            ;;
        esac
        [ -w "$above" ] || echo "$DEPLOYER can't write in $above: make $folder for $DEPLOYER, or run as root"
    done | sort -u
)

# A release is about as large as the one before it. Where there is none: what a distribution of Zope takes on average.
preflight_needs() (
    active=$(release_active)
    if [ -n "$active" ]; then
        # Noted when it was completed: to measure it is a walk over the whole tree.
        kib=$(release_field "$active" kib)
        [ -n "$kib" ] || kib=$(du -sk "$RELEASES/$active" 2>/dev/null | awk '{ print $1; exit }')
    else
        kib=$(each_distribution echo | awk 'END { print NR * 2048 }')
    fi
    printf '%s\n' "$((${kib:-0} + 20480))"
)

preflight_disk() (
    if [ -e "$RELEASE/.complete" ]; then
        return 0
    fi
    above=$(preflight_above "$RELEASES")
    needs=$(preflight_needs)
    free=$(df -Pk "$above" 2>/dev/null | awk 'NR == 2 { print $4 }')
    case $free in
    '' | *[!0123456789]*) ;;
    *)
        if preflight_less "$free" "$needs"; then
            echo "$above has $(preflight_mib "$free") MiB free, a release needs about $(preflight_mib "$needs") MiB: sh release.sh prune, or a larger disk"
        fi
        ;;
    esac
    # -i is in GNU, busybox and BSD, and not in POSIX.
    inodes=$(df -Pi "$above" 2>/dev/null | awk 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^I?Free$/ || $i == "ifree") column = i } NR == 2 && column { print $column }')
    wanted=$((needs / 16 + 1000))
    case $inodes in
    '' | 0 | *[!0123456789]*)
        # Some file systems (btrfs) have no fixed number, and say 0 of 0.
        total=$(df -Pi "$above" 2>/dev/null | awk 'NR == 2 { print $2 }')
        [ "$inodes" != 0 ] || [ "${total:-0}" = 0 ] || echo "$above has no inodes left: delete files there"
        ;;
    *)
        if preflight_less "$inodes" "$wanted"; then
            echo "$above has $inodes inodes left, a release needs about $wanted: delete small files there"
        fi
        ;;
    esac
)

# Some shells (mksh) count in 32 bits, and a disk has more KiB than that: awk compares.
preflight_less() {
    printf '%s %s\n' "$1" "$2" | awk '{ exit !($1 + 0 < $2 + 0) }'
}

# preflight_mib KIB: prints it in MiB
preflight_mib() {
    printf '%s\n' "$1" | awk '{ print int($1 / 1024) }'
}

# Names of sockets go into 108 bytes, and a path in a shebang line into 127.
preflight_names() {
    if [ "${#RUN}" -gt 80 ]; then
        echo "$RUN is too long for the sockets in it (80 characters): choose a shorter PREFIX, or run under [layout]"
    fi
}

preflight_python() (
    message=$(environment_find_python 2>&1)
    if [ -n "$message" ]; then
        printf '%s\n' "${message#error: }"
        exit 0
    fi
    environment_find_python >/dev/null 2>&1 || exit 0
    "$HOST_PYTHON" -I -c '
import importlib.util, struct, sys, sysconfig
wanted = sys.argv[1]
system, _, machine = wanted.partition("-")
platform = sysconfig.get_platform().replace("_", "-").split("-")
here = sysconfig.get_platform()
have_system = here.split("-")[0]
have_machine = here.rsplit("-", 1)[-1]
if have_system != system or (machine and have_machine != machine and have_machine != "universal2"):
    print(f"{sys.executable} is of platform {here}, the release was locked for {wanted}: compile it for this platform")
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    print(f"{sys.executable} is a free-threaded build, whose extensions are of another ABI: install the usual one")
for module in ("venv", "ssl", "zlib", "ctypes", "sqlite3", "ensurepip" if len(sys.argv) > 2 else "venv"):
    if importlib.util.find_spec(module) is None:
        print(f"{sys.executable} has no module {module}: install the whole Python (Debian: python3-venv, python3-full)")
' "$PLATFORM" 2>/dev/null || echo "$HOST_PYTHON does not run: install it anew"
)

preflight_reach() (
    environment_find_python >/dev/null 2>&1 || exit 0
    [ "$PYTHON_REACHED" = yes ] ||
        echo "$SERVICE_USER, as whom the services run, can't run $PYTHON_CLOSED: install Python where everyone may run it, or name another with PYTHON=/path/to/python"
)

# GLIBC_WANTED and MUSL_WANTED: the newest libc that any wheel of the lock asks for; empty where no wheel asks for that one.
preflight_libc() (
    [ -n "${GLIBC_WANTED:-}${MUSL_WANTED:-}" ] || exit 0
    environment_find_python >/dev/null 2>&1 || exit 0
    have=$("$HOST_PYTHON" -I -c '
import os, platform
try:
    print("glibc", os.confstr("CS_GNU_LIBC_VERSION").split()[1])
except (AttributeError, ValueError, OSError, IndexError):
    print("musl" if platform.libc_ver()[0] != "glibc" else "glibc", platform.libc_ver()[1])' 2>/dev/null)
    case $have in
    'glibc '*)
        if [ -z "${GLIBC_WANTED:-}" ]; then
            echo "this host has glibc, the locked wheels are for musl: lock them for glibc"
        elif preflight_older "${have#* }" "$GLIBC_WANTED"; then
            echo "this host has glibc ${have#* }, a locked wheel needs $GLIBC_WANTED: a newer system, or an older version of that wheel"
        fi
        ;;
    'musl '*)
        [ -n "${MUSL_WANTED:-}" ] || echo "this host has musl, the locked wheels are for glibc: lock them for musl"
        ;;
    esac
)

# preflight_older HAVE WANTED: true where version HAVE, as 2.31, is older.
preflight_older() {
    printf '%s %s\n' "$1" "$2" | awk '{ split($1, a, "."); split($2, b, "."); exit !(a[1] + 0 < b[1] + 0 || (a[1] + 0 == b[1] + 0 && a[2] + 0 < b[2] + 0)) }'
}

preflight_mount() (
    [ -r /proc/mounts ] || exit 0
    awk -v path="$1/" '
        {
            at = $2 == "/" ? "/" : $2 "/"
            if (index(path, at) == 1 && length(at) >= best) { best = length(at); options = $4 }
        }
        END { print options }' /proc/mounts
)

preflight_noexec() (
    for folder in "$RELEASES" "$SUPERVISOR"; do
        above=$(preflight_above "$folder")
        case ",$(preflight_mount "$above")," in
        *,noexec,*) echo "$above is mounted noexec: nothing could run there; mount it with exec, or choose another PREFIX" ;;
        esac
    done | sort -u
)

# A port that something listens on is fine where the current release has it too: that one makes room.
preflight_ports() (
    ours=
    if [ -r "$CURRENT/etc/services" ]; then
        ours=$(awk '$1 == "ready" && sub(/^(tcp|http):\/\//, "", $3) { sub(/\/.*/, "", $3); print $3 }' "$CURRENT/etc/services")
    fi
    each_service preflight_port "$ours"
)

# preflight_port OURS NAME PRIORITY FINGERPRINT AUTOSTART START_SECONDS GROUP READY...
preflight_port() (
    ours=$1 name=$2
    shift 7
    for address; do
        case $address in
        tcp://*:* | http://*:*) ;;
        *) continue ;;
        esac
        place=${address#*://}
        place=${place%%/*}
        case "
$ours
" in
        *"
$place
"*) continue ;;
        esac
        if preflight_listens "${place%:*}" "${place##*:}"; then
            echo "port ${place##*:}, which service $name wants, is in use: stop what listens there (ss -ltnp), or change the port"
        fi
    done
)

preflight_listens() (
    if [ -r /proc/net/tcp ]; then
        cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$2" '
            BEGIN { hex = sprintf("%04X", port) }
            $4 == "0A" { n = split($2, at, ":"); if (at[n] == hex) found = 1 }
            END { exit !found }'
    else
        environment_find_python >/dev/null 2>&1 && "$HOST_PYTHON" -I -c '
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)' "$1" "$2" 2>/dev/null
    fi
)

preflight_services() {
    case $SERVICES in
    systemd)
        if [ -z "$(each_service echo)" ]; then
            return
        fi
        systemd_problems "services = systemd" "services = supervisor"
        ;;
    esac
}

preflight_system() {
    if shell_has "$2" || [ -x "/usr/local/sbin/$2" ] || [ -x "/usr/sbin/$2" ] || [ -x "/sbin/$2" ]; then
        return 0
    fi
    echo "no program $2 on the PATH, for $1: install it, or name another under [system]"
}

preflight_input() {
    if [ "$2" = no ] && ! shell_env "$1" >/dev/null; then
        echo "the environment variable $1 is not set, and the release wants it: $1=... sh ${SCRIPT##*/} deploy"
    fi
}
