/// <reference types="node" />
import { Readable, Writable } from 'node:stream';

/** A value in a parameter. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | NumberValue
  | string
  | Date
  | ArrayBuffer
  | NodeJS.ArrayBufferView
  | Set<Value>
  | Map<string, Value>
  | Value[]
  | { [key: string]: Value | undefined };

/** What a body is sent from. */
export type Source = Readable | Body | Blob | AsyncIterable<Uint8Array | string>;

/** Where a body is written to. */
export type Destination = Writable | WritableStream<Uint8Array> | ((piece: Buffer) => unknown);

export type Parameters = { [name: string]: Value | Source | Destination | undefined };

/** A decimal with more digits than a JavaScript number has. */
export class NumberValue {
  constructor(digits: string);
  toString(): string;
  toJSON(): string;
  valueOf(): number;
}

export interface CallOptions {
  /** Cancels the call, which then fails with the signal's reason. */
  signal?: AbortSignal;
  /** The total time of the call in milliseconds. */
  timeout?: number;
  /** Additional headers. */
  headers?: Record<string, string>;
  /** Receives the bytes of a transfer as they are sent or received; negative numbers are sent again. */
  onProgress?: (bytes: number) => unknown;
  /** The client that reads the source of `copy`. */
  sourceClient?: Client;
}

/** An error of a call. */
export class TucuxiError extends Error {
  /** What a boto3 user would catch, such as `NoSuchBucket`. */
  name: string;
  kind: string;
  /** The message without operation, status, and request ID. */
  reason: string;
  /** The service's code. */
  code?: string;
  status?: number;
  requestId?: string;
  operation?: string;
  attempts: number;
  retryable: boolean;
  throttling: boolean;
  /** The whole response. */
  response?: any;
  details?: Record<string, any>;
}

/** A body of a response, which is read once; or a stream of events, which is iterated over. */
export class Body implements AsyncIterable<any> {
  private constructor();
  readonly length: number | null;
  /** Reads up to `size` bytes, none at the end; without a size, all that are left. */
  read(size?: number): Promise<Buffer>;
  buffer(): Promise<Buffer>;
  text(): Promise<string>;
  json(): Promise<any>;
  stream(): Readable;
  close(): void;
  [Symbol.asyncIterator](): AsyncIterableIterator<any>;
}

export interface Member {
  name: string;
  kind: string;
  parameters: string[];
  help: string;
}

interface Thing {
  members(): Member[];
  close(): void;
}

/** An event of a call. Changes take effect when the hook returns, or its promise resolves. */
export interface HookEvent {
  readonly name: string;
  readonly stage: string;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly attempts: number;
  readonly is_presign: boolean;
  readonly signing_name: string | null;
  params: any;
  /** What hooks of the call remember for later ones. */
  notes: any;
  request?: { method: string; url: string; headers: Record<string, string>; body?: string | Uint8Array | null };
  response?: { status: number; headers?: Record<string, string>; body?: string | Uint8Array };
  result?: any;
  /** The delay before a retry in seconds. */
  retry?: number | null;
  /** Selects a signer when set by a hook of `choose-signer`. */
  signer?: string;
}

export type Hook = (event: HookEvent) => unknown;

/** An iteration, which goes forward once. */
export interface Pages extends Thing, AsyncIterable<any> {
  /** With this token as `PaginationConfig.StartingToken`, a later pagination continues here. */
  readonly resumeToken: string | null;
}

export interface Paginator extends Thing {
  paginate(params?: Parameters, options?: CallOptions): Pages;
  items(params?: Parameters, options?: CallOptions): Pages;
  /** The results of the JMESPath `expression`, which is one of the parameters, on every page. */
  search(params: Parameters & { expression: string }, options?: CallOptions): Pages;
  buildFullResult(params?: Parameters, options?: CallOptions): Promise<any>;
}

export interface Waiter extends Thing {
  readonly delay: number;
  readonly maxAttempts: number;
  wait(params?: Parameters, options?: CallOptions): Promise<unknown>;
}

export interface Stubber extends Thing {
  addResponse(response: { method: string; service_response: any; expected_params?: any }): void;
  addClientError(error: { method: string; service_error_code?: string; [field: string]: any }): void;
  assertNoPendingResponses(): void;
  activate(): void;
  deactivate(): void;
}

/** A client of a service. Operations and other methods have both spellings: `listObjectsV2` and `list_objects_v2`. */
export interface Client extends Thing {
  paginate(operation: string, params?: Parameters, options?: CallOptions): Pages;
  wait(waiter: string, params?: Parameters, options?: CallOptions): Promise<void>;
  getPaginator(operation: string): Paginator;
  getWaiter(waiter: string): Waiter;
  canPaginate(operation: string): boolean;
  stubber(): Stubber;
  /** Registers a hook, such as `before-sign.s3.PutObject`. Returns a function that removes it. */
  on(event: string, hook: Hook): () => boolean;
  describe(operation: string): any;
  /** A signed URL, which is valid for that many seconds. */
  presign(operation: string, params?: Parameters, seconds?: number): Promise<string>;
  [operation: string]: any;
}

/** A resource, with boto3's members. Attributes and references are promises, because they can need a request. */
export interface Resource extends Thing {
  readonly client: Client;
  [member: string]: any;
}

export interface SessionOptions {
  region?: string;
  profile?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  /** Options for all clients, with boto3's names. */
  config?: { [option: string]: Value };
  /** Returns credentials. They are renewed before they expire. */
  credentials?: () => Credentials | Promise<Credentials>;
  /** boto3's names are accepted as well. */
  [option: string]: unknown;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  accountId?: string;
  expiration?: Date;
}

export interface ClientOptions {
  region?: string;
  endpoint?: string;
  config?: { [option: string]: Value };
  /** boto3's names are accepted as well. */
  [option: string]: unknown;
}

/** The settings and credentials that clients share. */
export class Session {
  constructor(options?: SessionOptions);
  readonly region: string | null;
  readonly profile: string | null;
  client(service: string, options?: ClientOptions): Client;
  resource(service: string, options?: ClientOptions): Resource;
  /** Registers a hook of the clients that are created later. Returns a function that removes it. */
  on(event: string, hook: Hook): () => boolean;
  availableServices(): string[];
  availableResources(): string[];
  availableProfiles(): string[];
  availableRegions(service: string): string[];
  credentials(): Promise<any>;
}

export const version: string;
