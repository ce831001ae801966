// What the programs here share: the library, a connection, and how they tell what worked.
import { PassThrough } from 'node:stream';

export const k8s = await import(process.env.CLIENT_NODE + '/dist/index.js');
export const namespace = process.argv[2];
export const kc = new k8s.KubeConfig();
kc.loadFromDefault();
export const core = kc.makeApiClient(k8s.CoreV1Api);

export function check(what, holds, seen) {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
  console.log(what);
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// The first true thing that `look` finds, within a patience that a busy machine does not exhaust.
export async function until(what, look) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: did not happen`);
    await pause(20);
  }
}

export function collector() {
  const stream = new PassThrough();
  stream.text = '';
  stream.on('data', (data) => (stream.text += data));
  return stream;
}
