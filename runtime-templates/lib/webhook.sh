# shellcheck shell=sh
# webhook.sh: tells other programs and chat rooms what happens.
#
# webhook_send EVENT STEP MESSAGE [STATUS]
#   Posts to every endpoint of each_webhook that wants EVENT: start, step, success, failure or rollback.
#   A failure carries STATUS, the exit status, and the redacted end of LOG_FILE.
#   Returns 0 always: a dead endpoint never fails a deploy. It holds one up for WEBHOOK_LIMIT seconds at most, once: after that it
#   is only told how the run ended, in one try.
#
# Reads   NAME RELEASE_ID PROFILE HOST_NAME DEPLOYER STATE, LOG_FILE; WEBHOOK_FROM, the release that was active before.
# Writes  WEBHOOK_DOWN, the endpoints that did not answer.
# Format `json`, by the schema cfgc-webhook/1:
#   {"schema","event","release","version","profile","host","user","from","step","message","status","time","id","log":[...]}
# Headers: X-Cfgc-Event, X-Cfgc-Delivery (the same for each retry) and, where the endpoint has a secret,
# X-Cfgc-Signature: sha256=HEX, the HMAC-SHA256 of the body.
# No URL, header or secret is ever a command's argument: many chat services put their credential into the URL, and ps shows it.

WEBHOOK_LIMIT=20
WEBHOOK_TIMEOUT=5
WEBHOOK_TRIES=3
WEBHOOK_DOWN=
WEBHOOK_COUNT=0
WEBHOOK_LOG_LINES=40

webhook_send() {
    webhook_number=0
    WEBHOOK_COUNT=$((WEBHOOK_COUNT + 1))
    each_webhook webhook_endpoint "$1" "$2" "$3" "${4:-0}" || :
}

# webhook_endpoint EVENT STEP MESSAGE STATUS URL SECRET FORMAT EVENTS
webhook_endpoint() {
    webhook_number=$((webhook_number + 1))
    case " $(printf '%s' "$8" | tr ',\n\t' '   ') " in
    '  ' | *" $1 "*) ;;
    *) return 0 ;;
    esac
    webhook_tries=$WEBHOOK_TRIES
    case " $WEBHOOK_DOWN " in
    *" $webhook_number "*)
        [ "$1" != step ] && [ "$1" != start ] || return 0
        webhook_tries=1
        ;;
    esac
    if ! webhook_post "$webhook_tries" "$@"; then
        case " $WEBHOOK_DOWN " in
        *" $webhook_number "*) ;;
        *) WEBHOOK_DOWN="$WEBHOOK_DOWN $webhook_number" ;;
        esac
    fi
    return 0
}

# webhook_post TRIES EVENT STEP MESSAGE STATUS URL SECRET FORMAT EVENTS: 0 delivered, or refused for good; 1 nobody answered.
webhook_post() (
    tries=$1 event=$2 step=$3 message=$4 status=$5 url=$6 secret=$7 format=$8
    case $url in
    http://* | https://*) ;;
    *)
        log_warn "webhook $webhook_number is left out: its URL does not begin with http:// or https://"
        return 0
        ;;
    esac
    case $url in
    *[[:cntrl:]\ ]*)
        log_warn "webhook $webhook_number is left out: its URL holds a blank or a control character"
        return 0
        ;;
    esac
    folder=$(webhook_folder) || return 0
    # `exit` from here on: yash runs no such trap where a subshell ends by `return`.
    trap 'rm -rf "$folder"' EXIT
    body=$folder/body
    id=$(webhook_id)
    webhook_body "$event" "$step" "$message" "$status" "$format" "$id" >"$body" || exit 0
    {
        echo "Content-Type: application/json"
        echo "User-Agent: cfgc-release"
        echo "X-Cfgc-Event: $event"
        echo "X-Cfgc-Delivery: $id"
    } >"$folder/headers"
    if [ -n "$secret" ]; then
        signature=$(webhook_sign "$secret" "$body") || {
            log_warn "webhook $webhook_number is left out: it can't be signed with the secret $secret"
            exit 0
        }
        echo "X-Cfgc-Signature: sha256=$signature" >>"$folder/headers"
    fi
    begin=$(date +%s) try=1
    while :; do
        code=$(webhook_request "$url" "$folder" </dev/null 2>/dev/null) || code=
        case $code in
        2??) exit 0 ;;
        4?? | 3??)
            # 408 and 429 ask for another try; nothing else of these changes by itself.
            if [ "$code" != 408 ] && [ "$code" != 429 ]; then
                log_warn "webhook $webhook_number refused the event $event: HTTP $code"
                exit 0
            fi
            ;;
        esac
        spent=$(($(date +%s) - begin))
        if [ "$try" -ge "$tries" ] || [ $((spent + try + WEBHOOK_TIMEOUT)) -gt "$WEBHOOK_LIMIT" ]; then
            log_warn "webhook $webhook_number did not take the event $event in $try tries: ${code:+HTTP }${code:-no answer}"
            exit 1
        fi
        sleep "$try"
        try=$((try + 1))
    done
)

# A folder that nobody else can read, for the URL and the body; under STATE, for /tmp may be full or foreign.
webhook_folder() (
    parent=$STATE
    [ -d "$parent" ] && [ -w "$parent" ] || parent=${TMPDIR:-/tmp}
    umask 077
    number=0
    # mkdir fails where something is there already, a link of somebody else included.
    while ! mkdir "$parent/webhook.$$.$number" 2>/dev/null; do
        number=$((number + 1))
        if [ "$number" -gt 20 ]; then
            log_warn "webhooks are left out: no folder can be made in $parent"
            return 1
        fi
    done
    printf '%s\n' "$parent/webhook.$$.$number"
)

webhook_id() {
    printf '%s-%s-%s-%s\n' "$RELEASE_ID" "$(date -u +%Y%m%dT%H%M%SZ)" "$$" "$WEBHOOK_COUNT"
}

# webhook_body EVENT STEP MESSAGE STATUS FORMAT ID
webhook_body() (
    said=$(printf '%s' "$3" | secret_redact_likely)
    case $5 in
    slack | mattermost)
        printf '{'
        json_pair text "$(webhook_sentence '*' '`' "$1" "$2" "$said" "$4")"
        printf '}'
        ;;
    teams)
        printf '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{'
        json_pair type AdaptiveCard && printf ,
        json_pair version 1.4 && printf ',"body":[{"type":"TextBlock","wrap":true,'
        json_pair text "$(webhook_sentence '**' '' "$1" "$2" "$said" "$4")"
        printf '}]}}]}'
        ;;
    *)
        printf '{"schema":"cfgc-webhook/1",'
        json_pair event "$1" && printf ,
        json_pair release "$NAME" && printf ,
        json_pair version "$RELEASE_ID" && printf ,
        json_pair profile "$PROFILE" && printf ,
        json_pair host "$HOST_NAME" && printf ,
        json_pair user "$DEPLOYER" && printf ,
        json_pair from "${WEBHOOK_FROM:-}" && printf ,
        json_pair step "$2" && printf ,
        json_pair message "$said" && printf ,
        printf '"status":%d,' "$4"
        json_pair time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" && printf ,
        json_pair id "$6" && printf ',"log":'
        webhook_log "$1" | json_lines
        printf '}'
        ;;
    esac
)

# webhook_sentence STRONG CODE EVENT STEP MESSAGE STATUS: the event as a person reads it, with the marks of the chat service.
webhook_sentence() (
    printf '%s%s %s%s on %s: ' "$1" "$NAME" "$RELEASE_ID" "$1" "$HOST_NAME"
    case $3 in
    start) printf 'deploy begins' ;;
    step) printf 'step %s%s%s' "$2" "$4" "$2" ;;
    success) printf 'done' ;;
    failure) printf 'failed in step %s%s%s with status %s' "$2" "$4" "$2" "$6" ;;
    rollback) printf 'back to an earlier release' ;;
    *) printf '%s' "$3" ;;
    esac
    [ -z "$5" ] || printf ': %s' "$5"
    tail=$(webhook_log "$3")
    [ -z "$tail" ] || printf '\n\140\140\140\n%s\n\140\140\140' "$tail"
)

# webhook_log EVENT: the end of the log, for a failure; nothing otherwise.
webhook_log() {
    if [ "$1" = failure ] && [ -n "${LOG_FILE:-}" ] && [ -r "$LOG_FILE" ]; then
        tail -n "$WEBHOOK_LOG_LINES" <"$LOG_FILE" | secret_redact_likely
    fi
}

# webhook_sign SECRET FILE: prints the HMAC-SHA256 of the file in hex. The key reaches Python in its environment, which only the
# same user can read.
webhook_sign() (
    python=$(health_python) || return 1
    key=$(secret_value "$1") && [ -n "$key" ] || return 1
    WEBHOOK_KEY=$key "$python" -I -c '
import hashlib, hmac, os, sys
with open(sys.argv[1], "rb") as body:
    print(hmac.new(os.environb[b"WEBHOOK_KEY"], body.read(), hashlib.sha256).hexdigest())' "$2"
)

# webhook_request URL FOLDER: one POST of FOLDER/body with FOLDER/headers. Prints the HTTP status; fails where none came.
webhook_request() (
    if shell_has curl; then
        webhook_bounded webhook_curl "$1" "$2"
    elif shell_has wget && wget --version 2>/dev/null | grep -q '^GNU Wget'; then
        # busybox has a wget as well, which can take neither a URL nor a header from a file.
        webhook_bounded webhook_wget "$1" "$2"
    else
        webhook_bounded webhook_python "$1" "$2"
    fi
)

webhook_curl() {
    {
        printf 'url = "%s"\n' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
        sed 's/[\\"]/\\&/g; s/.*/header = "&"/' "$2/headers"
        printf 'data-binary = "@%s/body"\n' "$2"
    } >"$2/curl"
    curl -q -s -o /dev/null -w '%{http_code}' --connect-timeout "$WEBHOOK_TIMEOUT" --max-time "$WEBHOOK_TIMEOUT" \
        --proto '=http,https' -g -K "$2/curl"
}

webhook_wget() {
    printf '%s\n' "$1" >"$2/url"
    {
        echo "check_certificate = on"
        sed 's/^/header = /' "$2/headers"
        printf 'post_file = %s/body\n' "$2"
    } >"$2/wgetrc"
    wget --config="$2/wgetrc" -q -S --timeout="$WEBHOOK_TIMEOUT" --tries=1 --max-redirect=0 \
        -O /dev/null -i "$2/url" 2>"$2/answer" || :
    awk '$1 ~ /^HTTP\// { code = $2 } END { if (code == "") exit 1; print code }' "$2/answer"
}

webhook_python() {
    printf '%s' "$1" >"$2/url"
    webhook_interpreter=$(health_python) || return 1
    "$webhook_interpreter" -I -c '
import signal, sys, urllib.error, urllib.request
signal.alarm(int(sys.argv[2]) + 1)
folder = sys.argv[1]
class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None
with open(folder + "/url") as file:
    url = file.read()
with open(folder + "/body", "rb") as file:
    body = file.read()
with open(folder + "/headers") as file:
    headers = dict(line.rstrip("\n").split(": ", 1) for line in file)
try:
    with urllib.request.build_opener(NoRedirect).open(
            urllib.request.Request(url, body, headers), timeout=int(sys.argv[2])) as answer:
        print(answer.status)
except urllib.error.HTTPError as answer:
    print(answer.code)' "$2" "$WEBHOOK_TIMEOUT"
}

# webhook_bounded COMMAND...: runs it, and ends it after a while whatever it waits for: a server that sends a byte now and then
# keeps wget alive for ever.
webhook_bounded() (
    "$@" &
    worker=$!
    # Not in the pipe of the caller, who would wait for its sleep; and in short ones, for the last may outlive it. KILL, for how a
    # run ended is told while it ignores the other signals, and yash can't trap what is ignored. All of the worker, for its tool
    # holds that pipe too. In braces: for parentheses yash makes a process more, which would outlive the guard.
    {
        left=$((WEBHOOK_TIMEOUT + 2))
        while [ "$left" -gt 0 ]; do
            sleep 1
            left=$((left - 1))
        done
        signal_each KILL "$(signal_tree "$worker")"
    } >/dev/null 2>&1 &
    guard=$!
    wait "$worker"
    status=$?
    kill -KILL "$guard" 2>/dev/null
    return "$status"
)
