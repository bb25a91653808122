# shellcheck shell=sh
# selfcheck.sh: is this script what was made? Asked before anything is changed.
#
# selfcheck_verify SCRIPT       compares line 3, `# cfgc-sha256: HEX`, with the SHA-256 of all other lines. Returns 1, and says how to
#                               go on, where they differ or there is no such line. ACCEPT_EDITED=yes: warns instead
#
# It finds accidents and edits by hand: whoever can edit the script can edit the line too. For more there is a signature.

selfcheck_verify() (
    [ -f "$1" ] || die "the script has to be run from a file, not from a pipe: there is no $1"
    # Preflight has the other tools; without this one the script can't even be read.
    shell_has sed || die_with 78 "no sed on the PATH: it is one of the utilities of POSIX; install it"
    said=$(sed -n -e '3s/^# cfgc-sha256: //p' -e 3q "$1")
    found=$(sed 3d "$1" | digest_stdin) || exit 1
    if [ "$said" = "$found" ]; then
        exit 0
    fi
    if [ "${ACCEPT_EDITED:-no}" = yes ]; then
        log_warn "this script was edited after it was made, and that is accepted (--accept-edited)"
        exit 0
    fi
    log_error "this script was edited or cut off after it was made: nothing is done. Make it again from its configuration, or say --accept-edited"
    exit 1
)
