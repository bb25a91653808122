# shellcheck shell=sh
# shell.sh: makes the shells and the hosts alike, before anything else runs.
#
# shell_init            unsets what changes the output of ls, tar and others, sets the locale, the umask and (zsh) sh's rules
# shell_has COMMAND     true where the host has it
# shell_env NAME        prints the value of an environment variable whose name is known at run time alone (no eval); fails where it is not set
# shell_is_name WORD    true for a plain name: letters, digits, . _ + - and no leading . or -

shell_init() {
    # zsh started under its own name splits and globs by its own rules.
    if [ -n "${ZSH_VERSION:-}" ]; then
        emulate -R sh
    fi
    unset CDPATH ENV BASH_ENV GREP_OPTIONS TAR_OPTIONS QUOTING_STYLE TIME_STYLE BLOCK_SIZE LS_BLOCK_SIZE BLOCKSIZE
    unset PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV
    # What names an interpreter for the build stays here: Zope's control script would take it for its own.
    shell_python=${PYTHON:-}
    unset PYTHON
    PYTHON=$shell_python
    LC_ALL=C
    PYTHONDONTWRITEBYTECODE=1
    PYTHONUTF8=1
    export LC_ALL PYTHONDONTWRITEBYTECODE PYTHONUTF8
    # Modes come from the permission table; until it is applied nobody else reads what is being made.
    umask 077
}

shell_has() {
    command -v "$1" >/dev/null 2>&1
}

shell_env() {
    CFGC_NAME=$1 awk 'BEGIN {
        name = ENVIRON["CFGC_NAME"]
        if (!(name in ENVIRON)) exit 1
        printf "%s", ENVIRON[name]
    }'
}

shell_is_name() {
    case $1 in
    '' | .* | -* | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-]*) return 1 ;;
    esac
}
