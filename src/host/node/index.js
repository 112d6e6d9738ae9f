'use strict';
// What programs see of the package. The native module does the work; this part gives it JavaScript's manners: promises, iteration,
// both spellings of names, streams, signals, and errors.

const fs = require('node:fs');
const { Readable } = require('node:stream');
const native = require('./tucuxi.node');
// Programs may replace it.
const { parse } = JSON;

/** An error of a call. `name` is what a boto3 user would catch, `code` is the service's. */
class TucuxiError extends Error {
  constructor(fields) {
    super(fields.text);
    const { text, name, message, request_id, ...rest } = fields;
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true });
    Object.assign(this, { reason: message }, request_id === undefined ? {} : { requestId: request_id }, rest);
  }
}

// ---- The channel to the native module -----------------------------------------------------------------------------------------

// Calls and functions have numbers. The native module answers a call through `dispatch`, and runs functions through it.
const calls = new Map();
const functions = new Map();
const thrown = new Map();
let last = 0;

function number() {
  last = (last % 0x7fffffff) + 1;
  return last;
}

// Node ends when nothing can happen any more. A call in progress is something that can.
const alive = setInterval(() => {}, 2 ** 30);
alive.unref();

const channel = new native.Channel(dispatch);

function dispatch(id, func, data) {
  if (func === 0) {
    const resolve = calls.get(id);
    forget(id);
    resolve(data);
  } else {
    run(id, functions.get(func), data);
  }
}

/** Starts a call; `begin` gets its number. */
function started(begin) {
  return new Promise((resolve, reject) => {
    const id = number();
    calls.set(id, resolve);
    alive.ref();
    try {
      begin(id);
    } catch (error) {
      forget(id);
      reject(error);
    }
  });
}

function forget(id) {
  calls.delete(id);
  if (calls.size === 0) alive.unref();
}

/** Runs a function that the native module requests: a hook, or one that gets arguments. */
async function run(request, entry, data) {
  try {
    if (entry === undefined) throw new Error('The call that the callback belongs to has ended.');
    if (entry.requests) entry.requests.add(request);
    if (Array.isArray(data)) {
      channel.reply(request, await entry.callback(...data));
    } else {
      await entry.callback(data.event);
      channel.changed(request, data.before, data.event);
    }
  } catch (error) {
    failed(request, error);
  } finally {
    if (entry && entry.requests) entry.requests.delete(request);
  }
}

/** Answers a request with what was thrown. It is kept, so that the call fails with the same object. */
function failed(request, error) {
  const kept = number();
  // Of errors that never come back, the last ones are kept.
  if (thrown.size >= 1000) thrown.delete(thrown.keys().next().value);
  thrown.set(kept, error);
  channel.fail(request, String((error && error.message) || error), kept);
}

/** Keeps a function for the native module. With `requests`, the numbers of the requests in progress are noted there. */
function kept(callback, requests) {
  const id = number();
  functions.set(id, { callback, requests });
  return id;
}

/** Turns an answer of the native module into what a program sees, or throws. */
function result(answer, scope) {
  if ('json' in answer) return parse(answer.json);
  if ('value' in answer) return opened(answer.value, scope);
  if ('handle' in answer) return wrap(answer.handle, scope);
  if ('handles' in answer) return answer.handles.map((handle) => wrap(handle));
  if ('results' in answer) return answer.results.map((item) => result(item));
  const { thrown: id, ...fields } = answer.error;
  if (!thrown.has(id)) throw new TucuxiError(fields);
  const error = thrown.get(id);
  thrown.delete(id);
  throw error;
}

/** Replaces the body of a response. */
function opened(value, scope) {
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const key in value) {
      if (value[key] instanceof native.Handle) value[key] = wrap(value[key], scope);
    }
  }
  return value;
}

// ---- Calls --------------------------------------------------------------------------------------------------------------------

const HANDLE = Symbol('handle');
/** The size up to which a Blob is read before it is sent, so that it can be sent again. */
const IN_MEMORY = 8 << 20;
const OPTIONS = new Set(['signal', 'timeout', 'headers', 'onProgress', 'sourceClient']);

/** What lives as long as a call: its settings, its functions, and the connection with an AbortSignal. */
class Scope {
  constructor(options = {}) {
    for (const name of Object.keys(options)) {
      if (!OPTIONS.has(name)) throw new TypeError(`Unknown option of a call: ${name}, must be one of: ${[...OPTIONS].join(', ')}`);
    }
    const { signal, timeout, headers, onProgress, sourceClient } = options;
    this.settings = {};
    this.functions = [];
    this.requests = new Set();
    this.last = [];
    if (timeout !== undefined) {
      if (!(timeout > 0)) throw new TypeError('Invalid option timeout: a positive number of milliseconds is expected');
      this.settings.deadline = timeout;
    }
    if (headers) this.settings.headers = headers;
    if (onProgress) this.settings.progress = this.use(onProgress);
    if (sourceClient) this.settings.sourceClient = sourceClient[HANDLE];
    if (signal) {
      signal.throwIfAborted();
      this.signal = signal;
      const cancel = (this.settings.cancel = new native.Cancel());
      const stop = () => {
        cancel.cancel();
        this.interrupt(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.last.push(() => signal.removeEventListener('abort', stop));
    }
  }

  use(callback) {
    const id = kept(callback, this.requests);
    this.functions.push(id);
    return id;
  }

  /** Ends the requests whose functions have not answered. */
  interrupt(reason) {
    for (const request of this.requests) failed(request, reason);
    this.requests.clear();
  }

  /** The parameters with the streams replaced by what the native module can read, and the destination of a download by a function. */
  async parameters(name, params) {
    if (params === null || typeof params !== 'object' || Array.isArray(params) || params instanceof Map) return params;
    const input = { ...params };
    if (name === 'download_fileobj' && input.Fileobj) {
      this.settings.writer = this.use(writer(input.Fileobj, this));
      delete input.Fileobj;
    }
    for (const [key, value] of Object.entries(input)) {
      if (value instanceof Body) input[key] = value[HANDLE];
      else if (value instanceof Blob && value.size <= IN_MEMORY) input[key] = await value.arrayBuffer();
      else if (isStream(value)) input[key] = this.source(value, input.ContentLength);
    }
    // The library cannot interrupt a function that does not answer.
    if (this.functions.length > 0 && this.settings.deadline) {
      const timer = setTimeout(() => this.interrupt(new Error('The call took longer than its timeout.')), this.settings.deadline);
      this.last.push(() => clearTimeout(timer));
    }
    return input;
  }

  source(stream, contentLength) {
    const file = wholeFile(stream);
    if (file !== undefined) {
      // The library reports what is wrong with the file.
      stream.on('error', () => {}).destroy();
      return channel.file(file);
    }
    const pieces = (stream instanceof Blob ? stream.stream() : stream)[Symbol.asyncIterator]();
    const next = async () => {
      const { done, value } = await pieces.next();
      return done ? null : typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : value;
    };
    this.last.push(() => pieces.return && Promise.resolve(pieces.return()).catch(() => {}));
    const length = stream instanceof Blob ? stream.size : contentLength;
    return channel.source(this.use(next), Number.isSafeInteger(length) ? length : undefined);
  }

  /** What a call fails with. */
  failure(error) {
    return this.signal && this.signal.aborted ? this.signal.reason : error;
  }

  end() {
    this.functions.forEach((id) => functions.delete(id));
    this.last.splice(0).forEach((action) => action());
  }
}

function isStream(value) {
  return value !== null && typeof value === 'object' && (Symbol.asyncIterator in value || value instanceof Blob);
}

/** The path of the file that a stream would read from start to end. */
function wholeFile(stream) {
  const whole = stream instanceof fs.ReadStream && typeof stream.path === 'string' && !stream.start && stream.end === Infinity;
  return whole && stream.bytesRead === 0 ? stream.path : undefined;
}

/** A function that writes the pieces of a download, and answers when the destination has taken them. */
function writer(destination, scope) {
  if (typeof destination === 'function') return async (piece) => void (await destination(piece));
  if (typeof destination.getWriter === 'function') {
    const taken = destination.getWriter();
    scope.last.push(() => taken.releaseLock());
    return async (piece) => void (await taken.write(piece));
  }
  if (typeof destination.write !== 'function') throw new TypeError('Invalid type for parameter Fileobj: a writable stream or a function is expected');
  // Its failures come through the callback of `write`; without a listener, the same ones would end the program.
  const ignored = () => {};
  destination.on('error', ignored);
  scope.last.push(() => setImmediate(() => destination.off('error', ignored)));
  return (piece) =>
    new Promise((resolve, reject) => {
      destination.write(piece, (error) => (error ? reject(error) : resolve(null)));
    });
}

/** Calls a method on another thread. */
async function call(handle, name, params = {}, options = {}) {
  const scope = new Scope(options);
  let streams = false;
  try {
    const input = await scope.parameters(name, params);
    const answer = await started((id) => handle.call(id, name, input, scope.settings, channel));
    const value = result(answer, scope);
    streams = scope.body !== undefined;
    return value;
  } catch (error) {
    throw scope.failure(error);
  } finally {
    // A body that is still to be read ends it later.
    if (!streams) scope.end();
  }
}

/** Calls a method that makes no request. Its scope, if any, ends with the object that it returns. */
function now(handle, name, params = {}, scope = undefined) {
  return result(handle.callNow(name, params, scope ? scope.settings : {}, channel), scope);
}

async function* iterate(handle, scope) {
  for (;;) {
    let item;
    try {
      const answer = await started((id) => handle.next(id, channel));
      if (answer.value === null) break;
      item = result(answer);
    } catch (error) {
      throw scope ? scope.failure(error) : error;
    }
    yield item;
  }
  if (scope) scope.end();
}

// ---- Objects ------------------------------------------------------------------------------------------------------------------

const camel = (name) => name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** An object whose members are those of a native one, in both spellings. */
class Thing {
  constructor(handle, scope) {
    Object.defineProperty(this, HANDLE, { value: handle });
    // An object that is passed as data by mistake is rejected because of this property.
    Object.defineProperty(this, '_handle', { value: handle, enumerable: true });
    Object.defineProperty(this, '_scope', { value: scope });
    Object.defineProperty(this, '_made', { value: new Map() });
    return new Proxy(this, MEMBERS);
  }

  /** The names of the members, with kind, parameters, and a line of help. */
  members() {
    return result(this[HANDLE].members());
  }

  /** Releases what the object holds open. */
  close() {
    this[HANDLE].close();
    if (this._scope) this._scope.end();
  }

  toString() {
    return this[HANDLE].repr();
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this[HANDLE].repr();
  }

  /** The native spelling of a name, and what kind of member it is. */
  _find(name) {
    // `listObjectsV2` is the operation ListObjectsV2, `uploadFile` the method upload_file.
    for (const spelling of [name, name[0].toUpperCase() + name.slice(1), snake(name)]) {
      const kind = this[HANDLE].kindOf(spelling);
      if (kind) return [spelling, kind];
    }
    return [name, undefined];
  }

  _method(name) {
    return (params, options) => call(this[HANDLE], name, params, options);
  }

  /** The value of a member: a function, or an attribute. */
  _member(name) {
    if (this._made.has(name)) return this._made.get(name);
    const [spelling, kind] = this._find(name);
    if (kind === undefined) return this._unknown(name);
    if (kind === 'attribute') return this._attribute(spelling);
    const method = this._method(spelling, kind);
    this._made.set(name, method);
    return method;
  }

  _attribute(name) {
    return result(this[HANDLE].getNow(name));
  }

  _unknown() {
    return undefined;
  }
}

const MEMBERS = {
  get(target, name, receiver) {
    if (typeof name === 'symbol' || name in target) return Reflect.get(target, name, receiver);
    // `await` and JSON.stringify look for these.
    if (name === 'then' || name === 'toJSON' || name === '') return undefined;
    return target._member(name);
  },
  has: (target, name) => name in target || (typeof name === 'string' && name !== '' && target._find(name)[1] !== undefined),
  // For completion in the REPL and in debuggers.
  ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...target.members().map(({ name }) => camel(name))])],
  getOwnPropertyDescriptor(target, name) {
    const own = Reflect.getOwnPropertyDescriptor(target, name);
    if (own || typeof name === 'symbol') return own;
    return { configurable: true, enumerable: false, get: () => target._member(name) };
  },
};

/** A client of a service. */
class Client extends Thing {
  /** An iteration over the pages of an operation. */
  paginate(operation, params = {}, options = {}) {
    return this.getPaginator(operation).paginate(params, options);
  }

  /** Waits for a condition, such as `bucket_exists`. */
  async wait(waiter, params = {}, options = {}) {
    await this.getWaiter(waiter).wait(params, options);
  }

  getPaginator(operation) {
    return now(this[HANDLE], 'get_paginator', { operation_name: this._find(operation)[0] });
  }

  getWaiter(waiter) {
    return now(this[HANDLE], 'get_waiter', { waiter_name: snake(waiter) });
  }

  canPaginate(operation) {
    return now(this[HANDLE], 'can_paginate', { operation_name: this._find(operation)[0] });
  }

  /** A double of the service for tests. */
  stubber() {
    return now(this[HANDLE], 'stubber');
  }

  /** Registers a hook, which can change its event. Returns a function that removes it. */
  on(event, hook) {
    return hooked(this[HANDLE], event, hook);
  }

  /** The input, output, and errors of an operation. */
  describe(operation) {
    return result(this[HANDLE].describe(this._find(operation)[0]));
  }

  /** A signed URL, which is valid for that many seconds. */
  presign(operation, params = {}, seconds = 3600) {
    return call(this[HANDLE], 'generate_presigned_url', { ClientMethod: this._find(operation)[0], Params: params, ExpiresIn: seconds });
  }

  _unknown(name) {
    // The call fails with a suggestion.
    return this._method(name);
  }
}
for (const name of ['getPaginator', 'getWaiter', 'canPaginate']) Client.prototype[snake(name)] = Client.prototype[name];

function hooked(handle, event, hook) {
  if (typeof hook !== 'function') throw new TypeError('A hook is a function.');
  const id = kept(hook);
  try {
    result(handle.on(event, id, channel));
  } catch (error) {
    functions.delete(id);
    throw error;
  }
  return () => {
    const removed = handle.off(id, channel);
    functions.delete(id);
    return removed;
  };
}

/** An action of a resource or a collection. Options apply to each of its requests. */
function action(handle, name) {
  return (params, options) => call(handle, name, params, options);
}

/** A resource. Attributes and references are promises, because they can need a request. */
class Resource extends Thing {
  get client() {
    return this._attribute('client');
  }

  _find(name) {
    for (const spelling of [name, snake(name), name[0].toUpperCase() + name.slice(1)]) {
      const kind = this[HANDLE].kindOf(spelling);
      if (kind) return [spelling, kind];
    }
    return [name, undefined];
  }

  _member(name) {
    const [spelling, kind] = this._find(name);
    switch (kind) {
      case undefined:
        return undefined;
      case 'identifier':
      case 'collection':
        return this._attribute(spelling);
      case 'attribute':
      case 'reference':
        return started((id) => this[HANDLE].get(id, spelling, channel)).then((answer) => result(answer));
      case 'subresource':
        return (...identifiers) => now(this[HANDLE], spelling, { identifiers });
      default:
        return action(this[HANDLE], spelling);
    }
  }
}

/** The resources that belong to a resource. `for await` iterates over them. */
class Collection extends Thing {
  _method(name) {
    switch (name) {
      case 'all':
      case 'filter':
      case 'pages':
      case 'iterate':
        return (params = {}) => now(this[HANDLE], name, params);
      case 'limit':
      case 'page_size':
        return (count) => now(this[HANDLE], name, { count });
      default:
        return action(this[HANDLE], name);
    }
  }

  async *[Symbol.asyncIterator]() {
    // By pages, because the resources of a page are there at once.
    for await (const page of now(this[HANDLE], 'pages')) yield* page;
  }
}

class Paginator extends Thing {
  _method(name) {
    if (name === 'build_full_result') return super._method(name);
    return (params = {}, options = {}) => {
      const scope = new Scope(options);
      try {
        return now(this[HANDLE], name, typeof params === 'string' ? { expression: params } : params, scope);
      } catch (error) {
        scope.end();
        throw error;
      }
    };
  }
}

/** An iteration, which goes forward once. A loop that was left can be continued by another one. */
class Pages extends Thing {
  [Symbol.asyncIterator]() {
    return iterate(this[HANDLE], this._scope);
  }
}

class Stubber extends Thing {
  _method(name) {
    return (params = {}) => now(this[HANDLE], name, params);
  }
}

/** A body, which is read once: as a whole, in pieces, or as a Node stream. Or a stream of events, which is iterated over. */
class Body {
  constructor(handle, scope) {
    Object.defineProperty(this, HANDLE, { value: handle });
    Object.defineProperty(this, '_scope', { value: scope });
    if (scope) scope.body = this;
  }

  /** The length in bytes, or null. */
  get length() {
    return result(this[HANDLE].getNow('length'));
  }

  /** Reads up to `size` bytes, none at the end; without a size, all that are left. */
  async read(size) {
    try {
      const answer = await started((id) => this[HANDLE].call(id, 'read', size === undefined ? {} : { amt: size }, {}, channel));
      const piece = result(answer);
      if (this._scope && (size === undefined || piece.length < size)) this._scope.end();
      return piece;
    } catch (error) {
      throw this._scope ? this._scope.failure(error) : error;
    }
  }

  /** Reads what is left. */
  async buffer() {
    return this.read();
  }

  /** Reads what is left as text in UTF-8. */
  async text() {
    return (await this.read()).toString('utf8');
  }

  /** Reads what is left as JSON. */
  async json() {
    return JSON.parse(await this.text());
  }

  /** The events of a stream of events, or the pieces of a body. */
  async *[Symbol.asyncIterator]() {
    try {
      if (result(this[HANDLE].getNow('is_events'))) {
        yield* iterate(this[HANDLE], this._scope);
        return;
      }
      for (;;) {
        const piece = await this.read(65536);
        if (piece.length === 0) return;
        yield piece;
      }
    } finally {
      this.close();
    }
  }

  /** Returns a Node stream of the body. */
  stream() {
    return Readable.from(this, { objectMode: false });
  }

  /** Closes the connection. A later read fails. */
  close() {
    this[HANDLE].close();
    if (this._scope) this._scope.end();
  }
}

const CLASSES = {
  client: Client,
  resource: Resource,
  collection: Collection,
  paginator: Paginator,
  pages: Pages,
  stream: Body,
  stubber: Stubber,
};

function wrap(handle, scope) {
  return new (CLASSES[handle.kind] || Thing)(handle, scope);
}

// ---- Sessions -----------------------------------------------------------------------------------------------------------------

/** The settings and credentials that clients share. */
class Session {
  constructor(options = {}) {
    const { credentials, ...rest } = options;
    const load = credentials && (async () => renamed(CREDENTIALS, await credentials()));
    const made = native.session(renamed(NAMES, rest), load ? kept(load) : undefined, channel);
    result(made);
    Object.defineProperty(this, HANDLE, { value: made.handle });
  }

  /** Creates a client. */
  client(service, options = {}) {
    return now(this[HANDLE], 'client', { service_name: service, ...renamed(NAMES, options) });
  }

  /** Creates a service resource. */
  resource(service, options = {}) {
    return now(this[HANDLE], 'resource', { service_name: service, ...renamed(NAMES, options) });
  }

  /** Registers a hook of the clients that are created later. Returns a function that removes it. */
  on(event, hook) {
    return hooked(this[HANDLE], event, hook);
  }

  get region() {
    return result(this[HANDLE].getNow('region_name'));
  }

  get profile() {
    return result(this[HANDLE].getNow('profile_name'));
  }

  availableServices() {
    return now(this[HANDLE], 'available_services');
  }

  availableResources() {
    return now(this[HANDLE], 'available_resources');
  }

  availableProfiles() {
    return now(this[HANDLE], 'available_profiles');
  }

  availableRegions(service) {
    return now(this[HANDLE], 'available_regions', { service_name: service });
  }

  /** The credentials, or null. */
  credentials() {
    return call(this[HANDLE], 'credentials');
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this[HANDLE].repr();
  }
}

const NAMES = {
  region: 'region_name',
  profile: 'profile_name',
  accessKeyId: 'aws_access_key_id',
  secretAccessKey: 'aws_secret_access_key',
  sessionToken: 'aws_session_token',
  accountId: 'aws_account_id',
  endpoint: 'endpoint_url',
  endpointUrl: 'endpoint_url',
  apiVersion: 'api_version',
  configFile: 'config_file',
  credentialsFile: 'credentials_file',
};

const CREDENTIALS = {
  accessKeyId: 'access_key',
  secretAccessKey: 'secret_key',
  sessionToken: 'token',
  accountId: 'account_id',
  expiration: 'expires',
};

function renamed(names, options) {
  return Object.fromEntries(Object.entries(options || {}).map(([name, value]) => [names[name] || name, value]));
}

module.exports = { Session, TucuxiError, NumberValue: native.NumberValue, version: native.version() };
