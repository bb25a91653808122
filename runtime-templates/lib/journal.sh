# shellcheck shell=sh
# journal.sh: the history, one JSON object a line, only ever appended to. What is deployed, and was before, is read here.
#
# journal_begin COMMAND FROM TO REASON [ARGUMENTS]    a run begins: who, when, where, from which release to which, why
# journal_write EVENT FIELD=VALUE...        any line; for what is worth keeping within a run (a lock taken over, an accepted edit)
# journal_switch FROM TO HOW              written BEFORE current is switched. HOW: deploy, rollback, return (after a failed gate)
# journal_end RESULT STEP STATUS          a run ends: done or failed, in which step, with which exit status
# journal_stack                           prints the releases that were active, oldest first, the one that is active now last.
#                                         A rollback takes releases off the end, as undoing does.
# journal_before ID                       prints the release that was active before ID, where that can be gone back to; fails where none is
# journal_switched ID                     prints the line of the last switch to ID, and the line with which that run began
# journal_activated ID                    true where release ID has ever been active
# journal_show [--json] [NUMBER]          for people: the last NUMBER runs (20), the latest last; --json: their lines, or all
# journal_last [NUMBER]                   prints the lines of the last NUMBER runs (1)
# journal_lines                           prints the whole lines of the journal (a line cut off by a crash is left out)
# journal_now                             prints the time, as 2026-05-04T03:02:01Z
#
# A run that was killed has a begin and no end. A switch line counts only if it came true: the next one's `from` says so, or, for
# the last one, current itself. So a kill between the line and the rename leaves no false history. Order is that of the lines:
# a clock that was set back changes nothing.

journal_begin() {
    JOURNAL_RUN=$(journal_now)-$$
    JOURNAL_COMMAND=$1
    JOURNAL_TO=$3
    journal_write begin "command=$1" "from=$2" "to=$3" "by=$(journal_who)" "host=$HOST_NAME" "reason=$4" "arguments=${5:-}"
}

journal_switch() {
    journal_write switch "from=$1" "to=$2" "how=$3" "by=$(journal_who)"
}

journal_end() {
    journal_write end "command=$JOURNAL_COMMAND" "to=$JOURNAL_TO" "result=$1" "step=$2" "status=$3"
}

journal_stack() (
    current=$(release_active) || current=
    [ -n "$current" ] || return 0
    journal_lines | awk -v current="$current" '
        # The values are plain names: no quote and no backslash is in them.
        function field(key,    at, rest) {
            at = index($0, "\"" key "\":\"")
            if (!at) return ""
            rest = substr($0, at + length(key) + 4)
            return substr(rest, 1, index(rest, "\"") - 1)
        }
        index($0, "\"event\":\"switch\"") { n++; from[n] = field("from"); to[n] = field("to"); how[n] = field("how") }
        END {
            for (i = 1; i <= n; i++) {
                if ((i < n ? from[i + 1] : current) != to[i]) continue
                if (how[i] != "deploy") {
                    for (j = depth; j > 0 && stack[j] != to[i]; j--);
                    if (j) { depth = j; continue }
                }
                if (depth && stack[depth] == to[i]) continue
                stack[++depth] = to[i]
            }
            if (!depth || stack[depth] != current) stack[++depth] = current
            for (i = 1; i <= depth; i++) print stack[i]
        }'
)

journal_before() (
    journal_stack | {
        before='' found=''
        while read -r id; do
            if [ "$id" = "$1" ]; then
                found=$before
            fi
            if release_usable "$id"; then
                before=$id
            fi
        done
        [ -n "$found" ] || exit 1
        printf '%s\n' "$found"
    }
)

journal_switched() (
    journal_lines | awk -v to="\"to\":\"$1\"" '
        function run(    at, rest) {
            at = index($0, "\"run\":\"")
            rest = substr($0, at + 7)
            return substr(rest, 1, index(rest, "\"") - 1)
        }
        index($0, "\"event\":\"begin\"") { begun[run()] = $0 }
        index($0, "\"event\":\"switch\"") && index($0, to) { line = $0; begin = begun[run()] }
        END { if (line) { print line; print begin } }'
)

journal_activated() (
    journal_lines | grep -F '"event":"switch"' | grep -F "\"to\":\"$1\"" >/dev/null
)

journal_lines() (
    [ -r "$STATE/journal.jsonl" ] || return 0
    grep '^{.*}$' "$STATE/journal.jsonl"
    return 0
)

journal_now() {
    date -u +%Y-%m-%dT%H:%M:%SZ
}

# Who asked for it: behind sudo or doas, the person.
journal_who() (
    person=${SUDO_USER:-${DOAS_USER:-}}
    if [ -n "$person" ] && [ "$person" != "$DEPLOYER" ]; then
        echo "$person as $DEPLOYER"
    else
        echo "$DEPLOYER"
    fi
)

# One write a line. Where the last run died within its line, a newline goes first.
journal_write() (
    file=$STATE/journal.jsonl
    line="{$(json_pair time "$(journal_now)"),$(json_pair run "${JOURNAL_RUN:-none}"),$(json_pair event "$1")"
    shift
    for field; do
        line=$line,$(json_pair "${field%%=*}" "${field#*=}")
    done
    line="$line}"
    if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
        must printf '\n' >>"$file"
    fi
    if [ ! -e "$file" ]; then
        ( umask 022 && : >>"$file" )
    fi
    printf '%s\n' "$line" >>"$file" || die "cannot write the journal $file"
)

journal_show() (
    json=${JSON:-no} number=
    for word; do
        case $word in
        --json) json=yes ;;
        *[!0123456789]* | '') die_with 64 "history takes --json and a number, not $word" ;;
        *) number=$word ;;
        esac
    done
    if [ "$json" = yes ] && [ -z "$number" ]; then
        journal_lines
        exit 0
    elif [ "$json" = yes ]; then
        journal_last "$number"
        exit 0
    fi
    journal_last "${number:-20}" | awk '
        function field(key,    at, rest, end, out, c) {
            at = index($0, "\"" key "\":\"")
            if (!at) return ""
            rest = substr($0, at + length(key) + 4)
            end = index(rest, "\"")
            if (!index(substr(rest, 1, end), "\\")) return substr(rest, 1, end - 1)
            while ((c = substr(rest, 1, 1)) != "" && c != "\"") {
                if (c == "\\") {
                    rest = substr(rest, 2)
                    c = substr(rest, 1, 1)
                    if (c == "n") c = " "
                    else if (c == "u") { c = " "; rest = substr(rest, 5) }
                }
                out = out c
                rest = substr(rest, 2)
            }
            return out
        }
        { run = field("run"); event = field("event") }
        event == "begin" {
            if (!(run in begun)) order[++n] = run
            begun[run] = field("time"); what[run] = field("command"); who[run] = field("by"); why[run] = field("reason")
            # What is no step of a deploy is not about the release of the script that was called.
            if (what[run] !~ /^(backup|restore|adopt|prune|pin|unpin|uninstall|run|rollback|start|stop)$/) to[run] = " " field("to")
            if (field("arguments") != "") to[run] = to[run] " " field("arguments")
        }
        event == "end" { result[run] = field("result"); step[run] = field("step"); status[run] = field("status") }
        event == "switch" && field("how") == "return" { back[run] = field("to"); next }
        event == "switch" { switched[run] = (field("from") == "" ? "nothing" : field("from")) " -> " field("to") }
        END {
            for (i = 1; i <= n; i++) {
                run = order[i]
                line = begun[run] "  " what[run] (run in switched ? " " switched[run] : to[run]) "  by " who[run]
                if (!(run in result)) line = line "  did not end (killed, or still at work)"
                else if (result[run] == "failed") line = line "  failed in step " step[run] " with status " status[run] (run in back ? ": " back[run] " came back" : "")
                else line = line "  " result[run]
                print line (why[run] == "" ? "" : "  (" why[run] ")")
            }
        }'
)

journal_last() (
    journal_lines | awk -v number="${1:-1}" '
        {
            at = index($0, "\"run\":\"")
            run = substr($0, at + 7)
            run = substr(run, 1, index(run, "\"") - 1)
            line[NR] = $0
            of[NR] = run
        }
        index($0, "\"event\":\"begin\"") { order[++n] = run }
        END {
            for (i = n > number ? n - number + 1 : 1; i <= n; i++) wanted[order[i]] = 1
            for (i = 1; i <= NR; i++) if (of[i] in wanted) print line[i]
        }'
)
