/** What the supervisor keeps for others; see threading/parcels.ts. Deposits, fetches and drops come by different ports. */
import { openPort } from "#host";
import type { HostPort } from "../host/host.ts";
import { rouse } from "../parking/queue.ts";
import { keepHere, onDrop } from "../threading/parcels.ts";
import type { Request } from "../threading/watch.ts";

interface Parcel {
  readonly extras: readonly unknown[];
  /** What moves with them: then the first who fetches them has them, and TAKEN stands here. */
  readonly moves: readonly unknown[];
}
const TAKEN: Parcel = { extras: [], moves: [] };

type Deposit = Extract<Request, { deposit: number }>;
type Fetch = Extract<Request, { fetch: number }>;

const parcels = new Map<number, Parcel>();
/** Dropped before they came. */
const unwanted = new Set<number>();
/** Fetched before they came. */
const early: Fetch[] = [];
/** Where to answer, by realm. */
const ports = new Map<number, HostPort>();

export function openStore(): void {
  keepHere(take);
  onDrop(drop);
}

export function keep({ deposit, extras, moves }: Deposit): void {
  if (unwanted.delete(deposit)) return;
  parcels.set(deposit, { extras, moves });
  for (const request of early.splice(0)) answer(request);
}

export function drop(serial: number): void {
  if (!parcels.delete(serial)) unwanted.add(serial);
}

export function answer(request: Fetch): void {
  const { fetch, realm, port } = request;
  if (port !== undefined) ports.set(realm, openPort(port));
  const parcel = parcels.get(fetch);
  if (parcel === undefined) {
    early.push({ ...request, port: undefined });
    return;
  }
  const extras = take(fetch);
  ports.get(realm)?.post({ fetch, extras, moved: parcel.moves.length > 0 }, parcel.moves);
  rouse(realm);
}

/** The realm is dead, and its block will be another's: it gets no answers. */
export function forget(realm: number): void {
  ports.delete(realm);
  for (const request of early.splice(0)) if (request.realm !== realm) early.push(request);
}

function take(serial: number): readonly unknown[] | undefined {
  const parcel = parcels.get(serial);
  if (parcel === undefined || parcel === TAKEN) return undefined;
  if (parcel.moves.length > 0) parcels.set(serial, TAKEN);
  return parcel.extras;
}
