/** A package index on the loopback that can be slow, broken or dishonest, with one distribution that is made here. */
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {createServer, type ServerResponse} from 'node:http';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execute} from '../../harness/tools.js';

/** How the index behaves. */
export type Manner =
  | 'honest'
  | 'slow'
  | 'silent'
  | 'another wheel under the name'
  | 'another wheel, and its hash'
  | 'a wheel that is cut off'
  | '404 for the wheel'
  | '500 for the wheel'
  | '404 for the page'
  | '500 for the page'
  | 'an sdist alone'
  | 'another version alone'
  | 'garbage for the page';

export interface IndexServer {
  readonly url: string;
  /** The folder that it keeps its files in, and in there the true wheel. */
  readonly folder: string;
  readonly wheel: string;
  /** The line of the lock, with the hash of the true wheel. */
  readonly requirement: string;
  manner: Manner;
  close(): void;
}

const wheelName = 'cfgc_demo-1.0-py3-none-any.whl';

/** Writes a wheel whose module says `text`, and an sdist; dates are fixed, so that the hash is. */
const maker = `
import io, sys, tarfile, zipfile
folder = sys.argv[1]
def wheel(path, text):
    with zipfile.ZipFile(path, "w") as out:
        def add(name, content):
            out.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
        add("cfgc_demo/__init__.py", text)
        add("cfgc_demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: cfgc-demo\\nVersion: 1.0\\n")
        add("cfgc_demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        add("cfgc_demo-1.0.dist-info/RECORD", "cfgc_demo/__init__.py,,\\ncfgc_demo-1.0.dist-info/METADATA,,\\ncfgc_demo-1.0.dist-info/WHEEL,,\\ncfgc_demo-1.0.dist-info/RECORD,,\\n")
wheel(folder + "/true.whl", "".join("x%d = %d\\n" % (n, n * 7919) for n in range(3000)))
wheel(folder + "/other.whl", "import os\\n")
with tarfile.open(folder + "/sdist.tar.gz", "w:gz") as out:
    for name, text in ("setup.py", "from setuptools import setup\\nsetup(name='cfgc-demo', version='1.0')\\n"), ("PKG-INFO", "Metadata-Version: 2.1\\nName: cfgc-demo\\nVersion: 1.0\\n"):
        item = tarfile.TarInfo("cfgc_demo-1.0/" + name)
        item.size = len(text)
        out.addfile(item, io.BytesIO(text.encode()))
`;

export async function indexServer(folder: string, python: string): Promise<IndexServer> {
  const made = await execute([python, '-c', maker, folder]);
  if (made.status !== 0) throw new Error(made.stderr);
  const wheel = join(folder, 'true.whl');
  const honest = await readFile(wheel);
  const other = await readFile(join(folder, 'other.whl'));
  const sdist = await readFile(join(folder, 'sdist.tar.gz'));
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const state: {manner: Manner} = {manner: 'honest'};

  const page = (response: ServerResponse) => {
    const manner = state.manner;
    if (manner === '404 for the page') return response.writeHead(404).end('no such page');
    if (manner === '500 for the page') return response.writeHead(500).end('<h1>oops</h1>');
    if (manner === 'garbage for the page')
      return response.writeHead(200, {'content-type': 'text/html'}).end('\0\x01<a <a href=">');
    const [name, bytes] =
      manner === 'an sdist alone'
        ? (['cfgc_demo-1.0.tar.gz', sdist] as const)
        : manner === 'another version alone'
          ? (['cfgc_demo-2.0-py3-none-any.whl', other] as const)
          : ([wheelName, manner === 'another wheel, and its hash' ? other : honest] as const);
    const link = `<a href="/files/${name}#sha256=${sha256(bytes)}">${name}</a>`;
    return response
      .writeHead(200, {'content-type': 'text/html'})
      .end(`<!DOCTYPE html><html><body>${link}</body></html>`);
  };
  const file = async (response: ServerResponse, path: string) => {
    const manner = state.manner;
    if (manner === '404 for the wheel') return response.writeHead(404).end();
    if (manner === '500 for the wheel') return response.writeHead(500).end();
    // Never answered: whoever asks must give up.
    if (manner === 'silent') return undefined;
    const bytes = path.endsWith('.tar.gz') ? sdist : manner.startsWith('another wheel') ? other : honest;
    response.writeHead(200, {'content-type': 'application/octet-stream', 'content-length': bytes.length});
    if (manner === 'a wheel that is cut off') {
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
      return undefined;
    }
    if (manner === 'slow') {
      for (let at = 0; at < bytes.length; at += 4096) {
        response.write(bytes.subarray(at, at + 4096));
        await delay(20);
      }
      return response.end();
    }
    return response.end(bytes);
  };
  const server = createServer((request, response) => {
    response.on('error', () => {});
    if (request.url?.startsWith('/files/')) void file(response, request.url);
    else if (request.url?.startsWith('/simple/cfgc-demo/')) page(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/simple/`,
    folder,
    wheel,
    requirement: `cfgc-demo==1.0 --hash=sha256:${sha256(honest)}`,
    get manner() {
      return state.manner;
    },
    set manner(manner: Manner) {
      state.manner = manner;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
