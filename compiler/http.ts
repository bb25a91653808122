/** GET over node:http and node:https: redirects, proxies, compression, one time limit for all of it. */
import {Agent as HttpAgent, request as httpRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {connect as tlsConnect} from 'node:tls';
import {brotliDecompressSync, gunzipSync, inflateSync} from 'node:zlib';
import type {Io, Response} from './io.js';

const redirectLimit = 10;
const bodyLimit = 256 * 1024 * 1024;

/**
 * Fetches a URL. Headers are sent again after a redirect, but for `authorization`, which stays with its host.
 * @param options.timeoutMs  for the whole exchange
 * @throws an Error whose `code` is the system's, ETIMEDOUT, ETOOLARGE, ELOOP (redirects) or ECUT (cut off)
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
    const next = new URL(location, at);
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      throw failure(`redirected to ${next.protocol}//…, which is not followed`, 'EPROTO');
    if (at.protocol === 'https:' && next.protocol === 'http:')
      throw failure(`redirected from https to ${next.origin}, which is not followed`, 'EPROTO');
    if (next.origin !== at.origin)
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
    at = next;
  }
  throw failure(`more than ${redirectLimit} redirects`, 'ELOOP');
}

/** The proxy that the environment names for a URL. `no_proxy` lists hosts, domains (with or without a leading dot), `*`. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const scheme = url.protocol.slice(0, -1);
  // Upper-case HTTP_PROXY can be set by a request header of a CGI program: as curl, it is not read.
  const named =
    env[`${scheme}_proxy`] ?? (scheme === 'https' ? env.HTTPS_PROXY : undefined) ?? env.all_proxy ?? env.ALL_PROXY;
  if (!named) return undefined;
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const host = url.hostname.toLowerCase();
  for (const word of exceptions) {
    const [name, port] = word.toLowerCase().split(/:(?=\d+$)/) as [string, string?];
    if (port !== undefined && port !== (url.port || (scheme === 'https' ? '443' : '80'))) continue;
    const domain = name.replace(/^\*?\./, '');
    if (name === '*' || host === domain || host.endsWith(`.${domain}`)) return undefined;
  }
  return new URL(named.includes('://') ? named : `http://${named}`);
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
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw failure(`more than ${bodyLimit} bytes`, 'ETOOLARGE');
    chunks.push(chunk);
  }
  if (!response.complete) throw failure('the answer was cut off', 'ECUT');
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    body: decompress(Buffer.concat(chunks), response.headers['content-encoding']),
  };
}

async function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = {headers: {host: url.host, ...headers}, signal, method: 'GET'};
  const path = url.pathname + url.search;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!proxy) {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return settle(send({...target, host, port: url.port || undefined, path, agent: false}));
  }
  const via = {host: proxy.hostname, port: proxy.port || 80, agent: false as const, signal};
  const pass = proxyCredentials(proxy);
  if (url.protocol === 'http:') {
    const clean = new URL(url);
    clean.username = '';
    clean.password = '';
    return settle(httpRequest({...target, ...via, path: clean.href, headers: {...target.headers, ...pass}}));
  }
  const port = url.port || '443';
  const tunnel = httpRequest({
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
  const agent = new HttpAgent();
  const secure = tlsConnect({socket, servername: host});
  return settle(httpRequest({...target, host, path, agent, createConnection: () => secure}));
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
