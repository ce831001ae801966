// Leadership by a Lease, as client-go elects: whoever writes its name into the version it has read
// leads; another one waits until the lease has not been renewed for its time, by its own clock.
import { k8s, kc, namespace, pause } from './common.mjs';

const leases = kc.makeApiClient(k8s.CoordinationV1Api);

export class Elector {
  conflicts = 0;
  #seen = { version: '', at: 0 };

  constructor(name, identity, seconds) {
    Object.assign(this, { name, identity, seconds });
  }

  read() {
    return leases.readNamespacedLease({ name: this.name, namespace });
  }

  // True: written. False: somebody else was faster.
  async write(lease) {
    try {
      await leases.replaceNamespacedLease({ name: this.name, namespace, body: lease });
      return true;
    } catch (error) {
      if (error.code !== 409) throw error;
      ++this.conflicts;
      return false;
    }
  }

  async #lease() {
    for (;;) {
      try {
        return await this.read();
      } catch (error) {
        if (error.code !== 404) throw error;
      }
      const body = { metadata: { name: this.name }, spec: {} };
      try {
        return await leases.createNamespacedLease({ namespace, body });
      } catch (error) {
        if (error.code !== 409) throw error;
        ++this.conflicts;
      }
    }
  }

  async #try() {
    const lease = await this.#lease();
    const version = lease.metadata.resourceVersion;
    if (version !== this.#seen.version) this.#seen = { version, at: Date.now() };
    const { holderIdentity, leaseDurationSeconds } = lease.spec;
    const runsOut = this.#seen.at + 1000 * (leaseDurationSeconds ?? 0);
    if (holderIdentity && holderIdentity !== this.identity && Date.now() < runsOut) return false;
    return this.write(this.claim(lease));
  }

  claim(lease) {
    const now = new k8s.V1MicroTime();
    lease.spec = {
      holderIdentity: this.identity,
      leaseDurationSeconds: this.seconds,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: (lease.spec.leaseTransitions ?? 0) + 1,
    };
    return lease;
  }

  async acquire() {
    while (!(await this.#try())) await pause(5);
  }

  async release() {
    const lease = await this.read();
    delete lease.spec.holderIdentity;
    if (!(await this.write(lease))) throw new Error(`${this.identity} had lost the lease`);
  }
}
