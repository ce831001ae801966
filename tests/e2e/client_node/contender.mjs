// Leads some times, and each time adds one to a number that nobody but the leader may touch.
//
//   node contender.mjs NAMESPACE LEASE IDENTITY TIMES
//
// 0 times: leads, says so, and never lets go. Prints how many writes it lost to others.
import { core, namespace, pause } from './common.mjs';
import { Elector } from './elector.mjs';

const [lease, identity, times] = process.argv.slice(3);
const elector = new Elector(lease, identity, times === '0' ? 2 : 3600);
for (let i = 0; i < Number(times); ++i) {
  await elector.acquire();
  const { data } = await core.readNamespacedConfigMap({ name: 'number', namespace });
  const body = { metadata: { name: 'number' }, data: { value: String(Number(data.value) + 1) } };
  // Without a version: two leaders at once would lose what the other has added.
  await core.replaceNamespacedConfigMap({ name: 'number', namespace, body });
  await elector.release();
}
if (times === '0') {
  await elector.acquire();
  console.log('leads');
  for (;;) await pause(1000);
}
console.log(elector.conflicts);
