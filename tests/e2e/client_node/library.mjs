// What programs do with the JavaScript client library, one line for each thing that worked.
//
//   CLIENT_NODE=.../node_modules/@kubernetes/client-node node library.mjs NAMESPACE
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { check, collector, core, k8s, kc, namespace, until } from './common.mjs';

const configMap = (name, data) => ({ namespace, body: { metadata: { name }, data } });

async function errors() {
  try {
    await core.readNamespacedPod({ name: 'nope', namespace });
  } catch (error) {
    const status = JSON.parse(error.body);
    check('errors', error.code === 404 && status.details.name === 'nope', status);
  }
}

async function patches() {
  await core.createNamespacedConfigMap(configMap('patched', { a: '1' }));
  const patch = async (type, body, more) =>
    (await core.patchNamespacedConfigMap(
      { name: 'patched', namespace, body, ...more },
      k8s.setHeaderOptions('Content-Type', type),
    )).data;
  const { JsonPatch, MergePatch, StrategicMergePatch, ServerSideApply } = k8s.PatchStrategy;
  await patch(JsonPatch, [{ op: 'replace', path: '/data/a', value: '2' }]);
  await patch(MergePatch, { data: { b: '3' } });
  await patch(StrategicMergePatch, { data: { c: '4', b: null } });
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'patched' } };
  const data = await patch(
    ServerSideApply,
    { ...applied, data: { d: '5' } },
    { fieldManager: 'test' },
  );
  check('patches', JSON.stringify(data) === '{"a":"2","c":"4","d":"5"}', data);
}

// Goes on when its connection is cut and the server is another one.
async function informers() {
  const seen = [];
  let connections = 0;
  const informer = k8s.makeInformer(kc, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    core.listNamespacedConfigMap({ namespace }),
  );
  for (const event of ['add', 'update', 'delete'])
    informer.on(event, (object) => seen.push(`${event} ${object.metadata.name}`));
  let stopped = false;
  informer.on('connect', () => ++connections);
  informer.on('error', () => {
    if (!stopped) setTimeout(() => informer.start().catch(() => {}), 50);
  });
  await informer.start();
  await core.createNamespacedConfigMap(configMap('first', {}));
  await until('an event', () => seen.includes('add first'));
  const before = connections;
  execFileSync('kubus', ['plugin', 'restart', 'apiserver']);
  await until('the server is back', () =>
    core.createNamespacedConfigMap(configMap('second', {})).then(
      () => true,
      (error) => error.code === 409,
    ),
  );
  await until('another connection', () => connections > before);
  await until('an event after a restart', () => seen.includes('add second'));
  await core.deleteNamespacedConfigMap({ name: 'first', namespace });
  await until('a deletion', () => seen.includes('delete first'));
  stopped = true;
  await informer.stop();
  check('informers', true);
}

async function watches() {
  const events = [];
  const request = await new k8s.Watch(kc).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { fieldSelector: 'metadata.name=patched' },
    (type, object) => events.push(`${type} ${object.metadata.name}`),
    () => {},
  );
  await until('the first event', () => events.length > 0);
  request.abort();
  check('watches', events[0] === 'ADDED patched', events);
}

async function sessions(pod) {
  const out = collector();
  const err = collector();
  let status;
  await new k8s.Exec(kc).exec(
    namespace, pod, 'c', ['sh', '-c', 'cat; echo oops >&2; exit 3'],
    out, err, Readable.from(['hello']), false, (end) => (status = end),
  );
  await until('the end of exec', () => status);
  await until('its output', () => out.text === 'hello' && err.text === 'oops\n');
  check('exec', status.reason === 'NonZeroExitCode', status);

  const log = collector();
  await new k8s.Log(kc).log(namespace, pod, 'c', log, { follow: true });
  await until('a line of the log', () => log.text.includes('started\n'));
  check('log', true);

  const answers = collector();
  const input = new PassThrough();
  const socket = await new k8s.Attach(kc).attach(namespace, pod, 'c', answers, null, input, false);
  for (const word of ['hello', 'again']) {
    input.write(word + '\n');
    await until('an answer to what was typed', () => answers.text.endsWith(`got ${word}\n`));
  }
  check('attach', answers.text === 'got hello\ngot again\n', answers.text);
  socket.close();
}

async function forwards(pod) {
  const forward = new k8s.PortForward(kc);
  const server = net.createServer((client) =>
    forward.portForward(namespace, pod, [8080], client, null, client),
  );
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const client = net.connect(server.address().port, '127.0.0.1');
  let text = '';
  client.on('data', (data) => (text += data));
  client.write('GET / HTTP/1.0\r\n\r\n');
  await until('an answer', () => text.startsWith('HTTP/1.1 200'));
  check('port-forward', true);
  client.destroy();
  server.close();
}

await errors();
await patches();
await watches();
await informers();
const answering = 'while read line; do echo "got $line"; done; exec sleep 600';
const command = ['sh', '-c', `echo started; httpd -p 8080 -h /www; ${answering}`];
const container = { name: 'c', image: 'demo:1.0', command, stdin: true };
await core.createNamespacedPod({
  namespace,
  body: {
    metadata: { name: 'served' },
    spec: { containers: [container], terminationGracePeriodSeconds: 0 },
  },
});
await until('the pod runs', async () => {
  const pod = await core.readNamespacedPod({ name: 'served', namespace });
  return pod.status.phase === 'Running';
});
await sessions('served');
await forwards('served');
process.exit();
