/** GET over node:http and node:https: redirects, proxies, compression, one time limit for all of it. */
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {isIP} from 'node:net';
import {connect as tlsConnect} from 'node:tls';
import {brotliDecompressSync, gunzipSync, inflateSync} from 'node:zlib';
import type {Io, Response} from './io.js';

const redirectLimit = 10;
const bodyLimit = 256 * 1024 * 1024;

/**
 * Fetches a URL. Headers are sent again after a redirect, but for `authorization`, which stays with its host.
 * @param options.timeoutMs  for the whole exchange
 * @throws an Error whose `code` is the system's, ETIMEDOUT, ETOOLARGE, ELOOP (redirects), EPROTO (a redirect
 *   that is not followed), EPROXY, ECUT (cut off) or EUNPACK
 */
export async function fetchUrl(
  url: string,
  options: Parameters<Io['fetch']>[1],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Response> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let at = new URL(url);
  let headers: Record<string, string> = {...options.headers};
  for (let redirects = 0; redirects <= redirectLimit; redirects++) {
    let answer: {status: number; location: string | undefined; body: Uint8Array};
    try {
      answer = await get(at, headers, proxyFor(at, env), signal);
    } catch (error) {
      throw signal.aborted ? failure(`no complete answer within ${options.timeoutMs} ms`, 'ETIMEDOUT') : error;
    }
    const {status, location, body} = answer;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return {status, url: at.href, body};
    const next = redirected(location, at);
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      throw failure(`redirected to ${next.protocol}//…, which is not followed`, 'EPROTO');
    if (at.protocol === 'https:' && next.protocol === 'http:')
      throw failure(`redirected from https to ${next.origin}, which is not followed`, 'EPROTO');
    if (next.origin === at.origin) {
      // A name and password in the URL are for its host, not for one of its paths.
      if (next.username === '') [next.username, next.password] = [at.username, at.password];
    } else
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
    at = next;
  }
  throw failure(`more than ${redirectLimit} redirects`, 'ELOOP');
}

/**
 * The proxy that the environment names for a URL, as the Python of buildout finds it: `http_proxy` and `https_proxy`, in
 * lower case before upper case, an empty one for none; `no_proxy` holds names between commas, each for its subdomains too,
 * or `*` alone.
 * @throws an Error with code EPROXY where what is named is no URL
 * Source: Python 3, urllib.request: getproxies_environment, proxy_bypass_environment.
 */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const name = `${url.protocol.slice(0, -1)}_proxy`;
  const named = variable(name, env);
  if (!named || bypasses(url, variable('no_proxy', env) ?? '')) return undefined;
  try {
    return new URL(named.includes('://') ? named : `http://${named}`);
  } catch {
    throw failure(`\`${name}\` of the environment is no URL`, 'EPROXY');
  }
}

function variable(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  // A header of a request to a CGI program sets HTTP_PROXY: there it is not to be trusted.
  const upper = name === 'http_proxy' && env.REQUEST_METHOD ? undefined : env[name.toUpperCase()];
  return env[name] ?? upper;
}

function bypasses({hostname, host}: URL, exceptions: string): boolean {
  if (exceptions === '*') return true;
  return exceptions.split(',').some((word) => {
    const name = word.trim().replace(/^\.+/, '').toLowerCase();
    if (name === '') return false;
    return [hostname, host].some((each) => each === name || each.endsWith(`.${name}`));
  });
}

function redirected(location: string, from: URL): URL {
  try {
    return new URL(location, from);
  } catch {
    throw failure(`redirected to \`${location}\`, which is no URL`, 'EPROTO');
  }
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<{status: number; location: string | undefined; body: Uint8Array}> {
  const response = await ask(
    url,
    {'accept-encoding': 'gzip, deflate, br', 'user-agent': 'cfgc', ...credentials(url), ...headers},
    proxy,
    signal,
  );
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyLimit) throw failure(`more than ${bodyLimit} bytes`, 'ETOOLARGE');
      chunks.push(chunk);
    }
  } catch (error) {
    throw !response.complete && size <= bodyLimit ? failure('the answer was cut off', 'ECUT') : error;
  }
  if (!response.complete) throw failure('the answer was cut off', 'ECUT');
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    body: unpacked(Buffer.concat(chunks), response.headers['content-encoding']),
  };
}

async function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // One request a connection: an idle one would keep the process from ending.
  const target = {headers: {host: url.host, connection: 'close', ...headers}, signal, method: 'GET'};
  const path = url.pathname + url.search;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!proxy) {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return settle(send({...target, host, port: url.port || undefined, path, agent: false}));
  }
  const secureProxy = proxy.protocol === 'https:';
  const toProxy = secureProxy ? httpsRequest : httpRequest;
  const via = {
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (secureProxy ? 443 : 80),
    agent: false as const,
    signal,
  };
  const pass = proxyCredentials(proxy);
  if (url.protocol === 'http:') {
    const clean = new URL(url);
    clean.username = '';
    clean.password = '';
    return settle(toProxy({...target, ...via, path: clean.href, headers: {...target.headers, ...pass}}));
  }
  const port = url.port || '443';
  const tunnel = toProxy({
    ...via,
    method: 'CONNECT',
    path: `${url.hostname}:${port}`,
    headers: {host: `${url.hostname}:${port}`, ...pass},
  });
  const socket = await new Promise<import('node:net').Socket>((resolve, reject) => {
    tunnel.on('connect', (answer, opened) => {
      if (answer.statusCode === 200) resolve(opened);
      else {
        opened.destroy();
        reject(failure(`the proxy ${proxy.host} answered ${answer.statusCode}`, 'EPROXY'));
      }
    });
    tunnel.on('error', reject);
    tunnel.end();
  });
  // With an agent, Node would open a connection of its own. An address is no server name.
  const secure = tlsConnect({socket, host, ...(!isIP(host) && {servername: host})});
  return settle(httpRequest({...target, host, path, createConnection: () => secure}));
}

function settle(request: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end();
  });
}

function credentials(url: URL): Record<string, string> {
  return url.username === '' ? {} : {authorization: basic(url)};
}

function proxyCredentials(proxy: URL): Record<string, string> {
  return proxy.username === '' ? {} : {'proxy-authorization': basic(proxy)};
}

function basic({username, password}: URL): string {
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}

function unpacked(body: Buffer, encoding: string | undefined): Uint8Array {
  try {
    return decompress(body, encoding);
  } catch {
    throw failure(`the answer can't be unpacked: it is no whole ${encoding}`, 'EUNPACK');
  }
}

function decompress(body: Buffer, encoding: string | undefined): Uint8Array {
  const limit = {maxOutputLength: bodyLimit};
  switch (encoding?.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, limit);
    case 'deflate':
      return inflateSync(body, limit);
    case 'br':
      return brotliDecompressSync(body, limit);
    default:
      return body;
  }
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), {code});
}
