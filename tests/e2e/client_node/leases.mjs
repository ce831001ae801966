// Leader election between processes, one line for each thing that worked.
//
//   CLIENT_NODE=.../node_modules/@kubernetes/client-node node leases.mjs NAMESPACE
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { check, core, namespace, until } from './common.mjs';
import { Elector } from './elector.mjs';

function contender(lease, identity, times) {
  const file = fileURLToPath(new URL('contender.mjs', import.meta.url));
  const child = spawn(process.execPath, [file, namespace, lease, identity, String(times)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.text = '';
  child.stdout.on('data', (data) => (child.text += data));
  child.ended = once(child, 'close').then(([code]) => code);
  return child;
}

// Of two that have read the same version, the second to write is refused.
async function optimism() {
  const one = new Elector('one', 'one', 3600);
  const other = new Elector('one', 'other', 3600);
  await one.acquire();
  await one.release();
  const read = [await one.read(), await other.read()];
  const written = [await one.write(one.claim(read[0])), await other.write(other.claim(read[1]))];
  const { spec } = await one.read();
  check('optimism', `${written} ${other.conflicts}` === 'true,false 1', written);
  check('holder', spec.holderIdentity === 'one' && spec.leaseTransitions === 2, spec);
}

async function exclusion() {
  const times = 20;
  await core.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'number' }, data: { value: '0' } },
  });
  const contenders = ['a', 'b'].map((identity) => contender('shared', identity, times));
  const codes = await Promise.all(contenders.map((one) => one.ended));
  const { data } = await core.readNamespacedConfigMap({ name: 'number', namespace });
  const { spec } = await new Elector('shared', '', 0).read();
  const seen = { codes, data, spec };
  check('exclusion', `${codes} ${data.value}` === `0,0 ${2 * times}`, seen);
  check('transitions', spec.leaseTransitions === 2 * times && !spec.holderIdentity, seen);
}

// A leader that dies without a word is followed once its time has run out.
async function succession() {
  const first = contender('inherited', 'first', 0);
  await until('a leader', () => first.text === 'leads\n');
  const second = contender('inherited', 'second', 0);
  first.kill('SIGKILL');
  await first.ended;
  await until('its successor', () => second.text === 'leads\n');
  const { spec } = await new Elector('inherited', '', 0).read();
  check('succession', spec.holderIdentity === 'second' && spec.leaseTransitions === 2, spec);
  second.kill('SIGKILL');
  await second.ended;
}

await optimism();
await exclusion();
await succession();
process.exit();
