"""Records what the real recipe does with the cases beside this file: `expected-out.txt`, or `expected-failure.txt`.

    python -m venv box && box/bin/pip install zc.buildout==6.0.1 collective.recipe.template==3.0.0 Genshi==0.7.12
    box/bin/python test/lower/genshi/record.py

Each case is run in a folder of its own; the folder's name is written as @BUILDOUT@.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile


def main():
    buildout = pathlib.Path(sys.executable).parent / 'buildout'
    for case in sorted(pathlib.Path(__file__).resolve().parent.iterdir()):
        if not case.is_dir() or sys.argv[1:] and case.name not in sys.argv[1:]:
            continue
        for old in case.glob('expected*'):
            old.unlink()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name).resolve()
            shutil.copytree(case, folder, dirs_exist_ok=True)
            ran = subprocess.run([buildout, '-o'], cwd=folder, capture_output=True, text=True)
            if ran.returncode != 0:
                said = [line for line in ran.stderr.splitlines() if line.strip()]
                (case / 'expected-failure.txt').write_text('\n'.join(said[-2:]).replace(str(folder), '@BUILDOUT@') + '\n')
            for output in folder.rglob('out*.txt'):
                text = output.read_bytes().replace(str(folder).encode(), b'@BUILDOUT@')
                (case / f'expected-{output.name}').write_bytes(text)


main()
