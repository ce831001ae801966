// What a client reads over WebSocket with nothing but a WebSocket: watches and logs.
//
//   CLIENT_NODE=.../node_modules/@kubernetes/client-node node websockets.mjs NAMESPACE
import { check, core, k8s, kc, namespace, until } from './common.mjs';

const { WebSocket } = await import(process.env.CLIENT_NODE + '/../../ws/wrapper.mjs');

// A socket and what came over it. `options.anonymous`: without the client's own certificate.
async function open(path, protocols = [], options = {}) {
  const tls = {};
  await kc.applyToHTTPSOptions(tls);
  const { ca, cert, key } = tls;
  const credentials = options.anonymous ? { ca } : { ca, cert, key };
  const url = kc.getCurrentCluster().server.replace('https', 'wss') + path;
  const socket = new WebSocket(url, protocols, { ...credentials, headers: options.headers });
  const seen = { socket, messages: [], text: '' };
  socket.on('message', (data, binary) => {
    seen.messages.push({ data, binary });
    seen.text += data;
  });
  socket.on('close', (code) => (seen.closed = code));
  socket.on('unexpected-response', (_, response) => {
    seen.refused = response.statusCode;
    socket.terminate();
  });
  socket.on('error', () => {});
  return seen;
}

const watch = (query) => `/api/v1/namespaces/${namespace}/configmaps?watch=true${query}`;

async function watches() {
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'watched' } } });
  const only = '&fieldSelector=metadata.name%3Dwatched';
  const seen = await open(watch(only + '&timeoutSeconds=2'));
  await until('an event', () => seen.messages.length > 0);
  const event = JSON.parse(seen.messages[0].data);
  check('watch', event.type === 'ADDED' && event.object.metadata.name === 'watched', event);
  await until('the end', () => seen.closed);
  check('end', seen.closed === 1000, seen.closed);

  const headers = { Accept: 'application/vnd.kubernetes.protobuf' };
  const encoded = await open(watch(only), [], { headers });
  await until('an event', () => encoded.messages.length > 0);
  check('protobuf', encoded.messages[0].binary, encoded.text);
  encoded.socket.close();
  await until('its end', () => encoded.closed);
}

async function tokens() {
  const { status } = await core.createNamespacedServiceAccountToken({
    name: 'default',
    namespace,
    body: { spec: { audiences: [] } },
  });
  const named = (token) => [
    'base64url.bearer.authorization.k8s.io.' + Buffer.from(token).toString('base64url'),
    'some.protocol',
  ];
  const refusal = async (token) => {
    const seen = await open(watch(''), named(token), { anonymous: true });
    await until('a refusal', () => seen.refused);
    return seen.refused;
  };
  check('nobody', (await refusal('nobody')) === 401);
  check('forbidden', (await refusal(status.token)) === 403);
  const rbac = kc.makeApiClient(k8s.RbacAuthorizationV1Api);
  await rbac.createNamespacedRoleBinding({
    namespace,
    body: {
      metadata: { name: 'viewer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
    },
  });
  let seen;
  await until('the role counts', async () => {
    seen = await open(watch(''), named(status.token), { anonymous: true });
    await until('an answer', () => seen.refused || seen.messages.length > 0);
    return !seen.refused;
  });
  check('token', seen.socket.protocol === 'some.protocol', seen.socket.protocol);
  seen.socket.close();
}

async function logs() {
  const command = ['sh', '-c', 'echo started; exec sleep 600'];
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name: 'talker' },
      spec: {
        containers: [{ name: 'c', image: 'demo:1.0', command }],
        terminationGracePeriodSeconds: 0,
      },
    },
  });
  await until('the pod runs', async () => {
    const pod = await core.readNamespacedPod({ name: 'talker', namespace });
    return pod.status.phase === 'Running';
  });
  const log = `/api/v1/namespaces/${namespace}/pods/talker/log`;
  const followed = await open(log + '?follow=true', ['binary.k8s.io']);
  await until('a line', () => followed.text === 'started\n');
  check('log', followed.messages.every((message) => message.binary), followed.messages);
  followed.socket.close();
  const whole = await open(log, ['base64.binary.k8s.io']);
  await until('its end', () => whole.closed);
  const text = Buffer.from(whole.text, 'base64').toString();
  check('base64', text === 'started\n' && !whole.messages[0].binary, whole.text);
  const nowhere = await open(log + '?container=nope');
  await until('a refusal', () => nowhere.refused);
  check('no container', nowhere.refused === 400, nowhere.refused);
}

await watches();
await tokens();
await logs();
process.exit();
