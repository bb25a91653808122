/** Which processes run from a release: prune spares it for them, and a new build ends what a killed one left. */
import test from 'ava';
import {makeHost, testShells} from '../harness/shell.js';

for (const shell of testShells()) {
  test(`${shell.name}: processes of a release are known by any argument, and nobody can put another's pid there`, async (t) => {
    const host = await makeHost();
    // A long script before the path; arguments that look like another process; a release whose name begins alike.
    const ran = await host.call(
      shell,
      `mkdir -p "$RELEASES"
       long='sleep 60; :'
       count=0
       while [ "$count" -lt 150 ]; do count=$((count + 1)); long="$long
:"; done
       start() { exec sh -c "$@"; }
       start "$long" sh "$RELEASES/1.0.0/lib/app" >/dev/null 2>&1 &
       one=$!
       start 'sleep 60; :' "
==> /proc/1/cmdline <==
$RELEASES/1.0.0/lib/app" >/dev/null 2>&1 &
       two=$!
       start 'sleep 60; :' "$RELEASES/1.0.0-rc/lib/app" >/dev/null 2>&1 &
       three=$!
       tries=0
       until found=$(release_processes 1.0.0 | tr '\\n' ' '); case " $found" in *" $one "*) : ;; *) false ;; esac; do
           tries=$((tries + 1))
           [ "$tries" -lt 100 ] || break
       done
       case " $found" in *" 1 "* | *" $three "*) echo wrong ;; *" $one "*) echo right ;; *) echo missing ;; esac
       kill "$one" "$two" "$three"`,
    );
    t.is(ran.stdout, 'right\n', ran.stderr);
  });
}
