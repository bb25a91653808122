# shellcheck shell=sh
# module.sh: the script as a module of Ansible, and as a fact.
#
# module_main FILE    FILE holds arguments as JSON: answers with one line of JSON on standard output. Returns 0, or 1 where it failed
# module_fact         prints what is deployed, as a fact that Ansible and Facter read: {"NAME":{...}}, in the words of status --json
#
# WANT_JSON: a module with this word in it gets its arguments as a file of JSON, the path of which is its only argument.
# Arguments: command (deploy, rollback, verify), version (for rollback), prefix, reason, force_restart. With --check nothing is done
# and nothing is written; with --diff the plan is shown.
# Source: Ansible, "Ansible module architecture", non-native want JSON modules.

module_main() {
    module_command=deploy module_version='' module_restart=no module_check=no module_diff=no
    module_given=$(module_arguments <"$1") || module_fail "the arguments are no JSON object of plain values"
    while IFS= read -r module_line; do
        module_value=${module_line#* }
        case ${module_line%% *} in
        '') ;;
        command) module_command=$module_value ;;
        version) module_version=$module_value ;;
        prefix)
            PREFIX=$module_value
            export PREFIX
            ;;
        reason)
            REASON=$module_value
            export REASON
            ;;
        force_restart) module_restart=$module_value ;;
        _ansible_check_mode) module_check=$module_value ;;
        _ansible_diff) module_diff=$module_value ;;
        _ansible_*) ;;
        *) module_fail "there is no argument ${module_line%% *}: command, version, prefix, reason, force_restart" ;;
        esac
    done <<ARGUMENTS
$module_given
ARGUMENTS
    case $module_command in
    deploy | rollback | verify) ;;
    *) module_fail "there is no command $module_command for a module: deploy, rollback, verify" ;;
    esac
    if [ -n "$module_version" ] && [ "$module_command" != rollback ]; then
        module_fail "version is for rollback; this script deploys $VERSION"
    fi
    "module_$module_command"
}

# Whether an argument is meant: Ansible sends true for what a playbook has as yes.
module_meant() {
    case $1 in
    true | True | yes | on | 1) return 0 ;;
    *) return 1 ;;
    esac
}

module_deploy() {
    module_run plan
    case $module_status in
    0 | 2) ;;
    *) module_fail "$module_said" ;;
    esac
    module_shown=$module_said
    set -- deploy --detailed-exitcode
    if module_meant "$module_restart"; then
        set -- "$@" --force-restart
    elif [ "$module_status" -eq 0 ]; then
        module_answer false "release $VERSION is deployed already" "$module_shown"
        return
    fi
    if module_meant "$module_check"; then
        module_answer true "release $VERSION would be deployed" "$module_shown"
        return
    fi
    module_run "$@"
    case $module_status in
    0) module_answer false "release $VERSION is deployed already" "$module_shown" ;;
    2) module_answer true "release $VERSION is deployed" "$module_shown" ;;
    *) module_fail "$module_said" ;;
    esac
}

module_rollback() {
    layout_init
    module_before=$(release_active) || module_fail "nothing is deployed: there is nothing to go back from"
    module_to=$module_version
    if [ -z "$module_to" ]; then
        module_to=$(journal_before "$module_before") || module_fail "no release was active before $module_before: there is nothing to go back to"
    fi
    if [ "$module_to" = "$module_before" ]; then
        module_answer false "release $module_to is current already" ''
    elif module_meant "$module_check"; then
        module_answer true "release $module_to would be current, instead of $module_before" ''
    else
        module_run rollback "$module_to"
        [ "$module_status" -eq 0 ] || module_fail "$module_said"
        module_answer true "release $module_to is current, instead of $module_before" ''
    fi
}

module_verify() {
    module_run verify
    case $module_status in
    0) module_answer false 'nothing drifted' '' ;;
    *) module_fail "$module_said" ;;
    esac
}

# module_run WORD...: runs the script; module_status and module_said are what came of it.
module_run() {
    module_said=$(sh "$SCRIPT" "$@" 2>&1 </dev/null)
    module_status=$?
}

# module_answer CHANGED MESSAGE PLAN
module_answer() {
    printf '{"changed":%s,"failed":false,%s,%s' "$1" "$(json_pair msg "$2")" "$(json_pair version "$VERSION")"
    if [ -n "$3" ] && module_meant "$module_diff"; then
        printf ',"diff":{%s}' "$(json_pair prepared "$3
")"
    fi
    printf '}\n'
}

# module_fail MESSAGE: a text of many lines goes whole, its last line is what is told first.
module_fail() {
    printf '{"changed":false,"failed":true,"rc":%s,%s,%s}\n' "${module_status:-64}" \
        "$(json_pair msg "$(printf '%s\n' "$1" | awk 'NF { line = $0 } END { print line }')")" "$(json_pair stderr "$1")"
    exit 1
}

module_fact() {
    printf '{%s:%s}\n' "$(json_string "$NAME")" "$(status_show --json)"
}

# module_arguments: reads an object of JSON, prints `KEY VALUE` for each plain value; what is nested is passed over. A newline in
# a text becomes a blank, a character beyond ASCII that is written as a number a question mark.
module_arguments() {
    awk '
        { all = all $0 "\n" }
        END {
            n = length(all)
            depth = 0
            key = ""
            for (i = 1; i <= n; i++) {
                c = substr(all, i, 1)
                if (c == "{" || c == "[") {
                    if (depth == 0 && c == "[") exit 1
                    depth++
                    if (depth > 1) key = ""
                } else if (c == "}" || c == "]") {
                    depth--
                    closed = depth == 0
                } else if (c == "\"") {
                    text = ""
                    for (i++; i <= n; i++) {
                        c = substr(all, i, 1)
                        if (c == "\"") break
                        if (c == "\\") {
                            i++
                            c = substr(all, i, 1)
                            if (c ~ /[nrtbf]/) c = " "
                            else if (c == "u") { c = "?"; i += 4 }
                        }
                        text = text c
                    }
                    if (depth != 1) continue
                    if (key == "") key = text
                    else { print key " " text; key = "" }
                } else if (c ~ /[a-z0-9-]/) {
                    for (text = ""; c ~ /[A-Za-z0-9.+-]/; c = substr(all, ++i, 1)) text = text c
                    i--
                    if (depth == 1 && key != "") { print key " " text; key = "" }
                }
            }
            exit !closed
        }'
}
