// A small client of the protocol in sync.md. Paths, the header, the id namespace and the parts of derived ids, limits,
// words and the shapes of messages and bodies are read out of that document when the client starts: where the document
// and the server disagree, this client fails.
//
// It keeps everything in memory. A real one writes `saved`, `lanes` and `contact` to disk before it says "saved".
import { createHash, pbkdf2Sync, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

// ---------------------------------------------------------------------------------------------------- JSON as it came

// A whole number that a double cannot hold (the beginning of all time in a zone's offsets) is kept as its digits behind
// a mark, so that what is written again is what was read.
const MARK = '\u0001';
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const tooLong = (token) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
const lossless = (token) => (tooLong(token) ? JSON.stringify(MARK + token) : token);
export const read = (text) => JSON.parse(text.replace(TOKEN, lossless));
export const write = (value) => JSON.stringify(value).replace(/"\\u0001(-?\d+)"/g, '$1');

// ---------------------------------------------------------------------------------------------------- the document

function found(text, pattern, what) {
  const match = pattern.exec(text);
  if (!match) throw new Error(`the document does not say ${what}`);
  return match;
}

// A sample message is JSON in which `…` stands for any value, and `{…}` for an object.
const sample = (text) =>
  JSON.parse(text.replace(/"[^"]*"|\{…\}|…/g, (token) => (token === '…' ? 'null' : token === '{…}' ? '{}' : token)));

const number = (text) => Number(text.replaceAll(',', ''));

export function readDocument(path) {
  const text = readFileSync(path, 'utf8');
  const section = (title) => found(text, new RegExp(`^#+ ${title}\n([^]*?)(?=^## |$(?![^]))`, 'm'), title)[1];
  const rows = (part) =>
    [...part.matchAll(/^\| (.*) \|$/gm)].map((row) => row[1].split(' | ')).filter((row) => !/^-+/.test(row[0]));
  const coded = (part) => [...part.matchAll(/`([^`]+)`/g)].map((code) => code[1]);

  const messages = section('Messages');
  const block = (name) =>
    sample(found(messages, new RegExp(`\\*\\*${name}\\*\\*[^]*?\`\`\`json\n([^]*?)\`\`\``), name)[1]);
  const inline = (name, pattern) => sample(found(text, pattern, `the shape of ${name}`)[1]);

  const where = found(text, /\*\*Where messages go\*\*:([^]*?)\. Send `([\w-]+): (\d+)`/, 'where messages go');
  const [first, ...others] = coded(where[1]);
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const names = [first.slice(folder.length), ...others];
  const paths = Object.fromEntries(names.map((name) => [name.split('/')[0], folder + name]));

  const limits = {};
  for (const [of, most] of rows(section('Limits'))) {
    const [, count, every, unit] = /^([\d,]+)(?: in (\d+) (s|min|day))?$/.exec(most) ?? [];
    const seconds = { s: 1, min: 60, day: 86_400 }[unit];
    if (count) limits[of] = { most: number(count), ...(every ? { within: Number(every) * seconds } : {}) };
  }

  const words = {};
  for (const [place, list] of rows(section('Words')).slice(1)) {
    // In parentheses is what stands beside a word.
    words[place.replaceAll('`', '')] = coded(list.replace(/\([^)]*\)/g, ''));
  }

  const bodies = {};
  const changes = found(text, /### Of changes\n([^]*?)### Of records/, 'the bodies of changes')[1];
  const ofKind = /^`([\w.]+)`, a (\w+), takes a (\w+)\n```json\n(.*)\n```/gm;
  for (const [, kind, is, takes, body] of changes.matchAll(ofKind)) {
    bodies[kind] = { request: is === 'request', takes, sample: read(body) };
  }

  const derived = {};
  const ids = section('Ids');
  for (const [of, parts] of rows(ids).slice(1)) derived[of] = parts.split(/, (?!big-endian)/);

  const signIn = found(text, /\*\*Sign in\*\*: `POST (\S+)` with `([^`]+)`/, 'how to sign in');
  const push = found(messages, /\*\*Push\*\*, at most (\d+) changes and (\d+) KiB/, 'how much one push takes');
  const wait = found(messages, /Retry by yourself: (\d+) s doubled up to (\d+) s/, 'how to retry');
  return {
    paths: {
      ...paths,
      signIn: signIn[1],
      signOut: found(text, /`POST (\S*sign_out)`/, 'how to sign out')[1],
      shown: found(text, /from `GET (\S+<hash>)`/, 'where a photo is shown')[1],
    },
    header: { [where[2]]: where[3] },
    namespace: found(ids, /namespace `([0-9a-f-]{36})`/, 'the namespace of ids')[1],
    derived,
    limits,
    words,
    bodies,
    batch: { changes: Number(push[1]), bytes: Number(push[2]) * 1024 },
    retry: { first: Number(wait[1]) * 1000, most: Number(wait[2]) * 1000 },
    verifier: found(text, /`verifier`: `([^`]+)`/, 'how a PIN is checked')[1].split('$'),
    silence: Number(found(text, /silent for (\d+) s is dead/, 'when a stream is dead')[1]) * 1000,
    photo: found(text, /"picture":(\{[^}]*\})/, 'what names a photo')[1],
    shapes: {
      signIn: sample(signIn[2].replace(/…/g, 'null')),
      enrol: inline('enrol', /\*\*Enrol\*\*[^`]*`enrol`[^`]*`(\{[^`]*\})`/),
      hello: block('Hello'),
      push: block('Push'),
      pull: inline('pull', /\*\*Pull\*\*: `(\{[^`]*\})`/),
      custody: block('Custody'),
      envelope: inline('an envelope', /`change` is the envelope[^`]*`(\{[^`]*\})`/),
      receipt: inline('a receipt', /with its receipt\s+`(\{[^`]*\})`/),
    },
  };
}

// Fills a sample's keys with values, in the sample's order. A key that the sample lacks is a mistake of ours, or of the
// document; what is undefined is left out.
export function fill(shape, values, what = 'a message') {
  const given = Object.keys(values).filter((key) => values[key] !== undefined);
  const unknown = given.find((key) => !(key in shape));
  if (unknown) throw new Error(`the document knows no "${unknown}" in ${what}`);
  return Object.fromEntries(Object.keys(shape).filter((key) => given.includes(key)).map((key) => [key, values[key]]));
}

// ---------------------------------------------------------------------------------------------------- ids

const bytesOf = (id) => Buffer.from(id.replaceAll('-', ''), 'hex');

export const fourBytes = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const bytesOfPart = (part) => {
  if (part === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(part)) return part;
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part) ? bytesOf(part) : Buffer.from(part, 'utf8');
};

/** An id (UUID version 5) that follows from its parts: bytes, ids, texts, or null for "nothing". */
export function derivedId(namespace, parts) {
  const hash = createHash('sha1').update(bytesOf(namespace));
  for (const part of parts) {
    const bytes = bytesOfPart(part);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    hash.update(length).update(bytes);
  }
  const id = hash.digest().subarray(0, 16);
  id[6] = (id[6] & 0x0f) | 0x50;
  id[8] = (id[8] & 0x3f) | 0x80;
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * The id of something, after the document's table: `of` is its row there, `values` are the parts that are not words.
 * Where the row gives a choice of words ("`checklist` or `plan`") `word` says which.
 */
export function idOf(document, of, values, word) {
  const rest = [...values];
  const parts = document.derived[of].map((part) => {
    if (part[0] !== '`') return rest.shift();
    const choices = [...part.matchAll(/`([^`]+)`/g)].map((each) => each[1]);
    if (word && !choices.includes(word)) throw new Error(`the document knows no ${word} in "${part}"`);
    return word ?? choices[0];
  });
  if (rest.length || parts.includes(undefined)) {
    throw new Error(`"${of}" follows from ${document.derived[of].join(', ')}`);
  }
  return derivedId(document.namespace, parts);
}

// ---------------------------------------------------------------------------------------------------- a device

export class NoNetwork extends Error {}

export class Told extends Error {
  constructor(status, body, retryAfter) {
    super(`${status} ${write(body)}`);
    Object.assign(this, { status, body, retryAfter });
  }
}

export class Device {
  cookies = new Map();
  #load = randomUUID();

  constructor(server, document) {
    Object.assign(this, { server, document });
    this.lanes = new Map(); // lane → { lane, person, identity, session, last, known, held, moved, closed }
    this.saved = []; // in the order of saving, each until it may be forgotten
    this.view = { epoch: '', view: '', cursor: 0, head: 0, rows: new Map() };
    this.epoch = '';
    this.contact = null;
    this.patience = 30_000; // how long `settle` goes on asking a server that is busy or away
  }

  clocks() {
    return { wall: Date.now(), mono: Math.floor(performance.now()), load: this.#load };
  }

  // -------------------------------------------------------------------------------------------------- requests

  #headers(more = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return { origin: new URL(this.server).origin, ...this.document.header, ...(cookie ? { cookie } : {}), ...more };
  }

  async #fetch(path, options, genuine = true) {
    let answer;
    try {
      answer = await fetch(this.server + path, { signal: AbortSignal.timeout(20_000), ...options });
    } catch (error) {
      throw new NoNetwork(error.cause?.code ?? error.message);
    }
    for (const [name, value] of Object.entries(this.document.header)) {
      if (genuine && answer.headers.get(name) !== value) {
        throw new NoNetwork(`${path}: ${answer.status} without ${name}`);
      }
    }
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return answer;
  }

  async #said(answer) {
    const text = await answer.text();
    let body;
    try {
      body = read(text);
    } catch {
      body = text;
    }
    if (answer.status !== 200) throw new Told(answer.status, body, answer.headers.get('retry-after'));
    return body;
  }

  /** Posts a message: an object, or its text where the bytes matter. */
  async post(path, message, genuine = true) {
    const body = typeof message === 'string' ? message : write(message);
    const headers = this.#headers({ 'content-type': 'application/json' });
    return this.#said(await this.#fetch(path, { method: 'POST', headers, body }, genuine));
  }

  // -------------------------------------------------------------------------------------------------- who is there

  async signIn(username, password) {
    const { paths, shapes } = this.document;
    this.account = await this.post(paths.signIn, fill(shapes.signIn, { username, password }), false);
    for (const lane of this.lanes.values()) if (lane.person === this.account.person) lane.held = null;
    return this.account;
  }

  async signOut() {
    await this.post(this.document.paths.signOut, {}, false);
  }

  async enrol(name, shared) {
    const { paths, shapes } = this.document;
    this.enrolled = await this.post(paths.enrol, fill(shapes.enrol, { name, shared }));
    return this.enrolled;
  }

  async hello() {
    const { paths, shapes } = this.document;
    const [plain, withSession] = shapes.hello.seals;
    const seals = [...this.lanes.values()].map(({ lane, last, session }) =>
      fill(session ? withSession : plain, { lane, last, session: session || undefined }, 'a seal'));
    const waiting = this.waiting();
    const clocks = this.clocks();
    const message = {
      clocks,
      contact: this.contact ?? undefined,
      seals,
      waiting: waiting.length,
      to_sign_in: waiting.filter((entry) => this.lanes.get(entry.lane).held === 'sign_in_first').length,
    };
    const answer = await this.post(paths.hello, fill(shapes.hello, message, 'a hello'));
    this.contact = { server: answer.server, clocks: this.clocks() };
    this.epoch = answer.epoch;
    this.unlocks = answer.unlocks;
    for (const lane of this.lanes.values()) {
      lane.known = answer.lanes.find((each) => each.lane === lane.lane)?.last ?? 0;
      if (lane.held === 'not_yours') lane.held = null;
    }
    return answer;
  }

  /** Whether this is the person's PIN, without a network. */
  unlock(person, pin) {
    const verifier = this.unlocks.find((each) => each.person === person)?.verifier.split('$');
    if (!verifier || verifier[0] !== this.document.verifier[0]) return false;
    const part = (name) => verifier[this.document.verifier.indexOf(`<${name}>`)];
    const digest = Buffer.from(part('digest'), 'hex');
    const made = pbkdf2Sync(pin, Buffer.from(part('salt'), 'hex'), Number(part('iterations')), digest.length, 'sha256');
    return timingSafeEqual(made, digest);
  }

  // -------------------------------------------------------------------------------------------------- the view

  /** Pulls until the whole view is here. */
  async pull() {
    const { paths, shapes } = this.document;
    let building = this.view;
    let nowhere = 0;
    for (;;) {
      const { cursor, epoch, view } = building;
      const answer = await this.post(paths.pull, fill(shapes.pull, { cursor, epoch, view }));
      if (answer.is === 'rebuild') {
        building = { epoch: answer.epoch, view: answer.view, cursor: 0, head: 0, rows: new Map() };
        this.rebuilt = (this.rebuilt ?? 0) + 1;
        if (++nowhere > 10) throw new Error('pulls lead nowhere');
        continue;
      }
      const { rows, departures } = answer;
      const fits = answer.epoch === epoch && answer.view === view && answer.after === cursor && answer.cursor >= cursor;
      if (!fits) {
        if (++nowhere > 10) throw new Error('pulls lead nowhere');
        continue;
      }
      for (const row of rows) if (!(building.rows.get(row.id)?.seq >= row.seq)) building.rows.set(row.id, row);
      for (const id of departures) building.rows.delete(id);
      building.cursor = answer.cursor;
      this.pages = (this.pages ?? 0) + 1;
      if (answer.more) continue;
      const stale = building === this.view && answer.head < building.head;
      building.head = Math.max(building.head, answer.head);
      this.view = building;
      this.access = answer.access;
      for (const entry of this.saved) {
        if (!stale && entry.told?.epoch === answer.epoch && entry.told.seq <= answer.cursor) entry.overlaid = false;
      }
      return this.view;
    }
  }

  records(kind) {
    return [...this.view.rows.values()].filter((row) => row.kind === kind);
  }

  // -------------------------------------------------------------------------------------------------- saving

  /** Opens a lane for a person. `session` is for what takes a session on a shared tablet. */
  lane(person, { identity = 'pin', session = false, claimed = false } = {}) {
    const lane = randomUUID();
    const opened = { lane, person, identity, session, claimed, last: 0, known: 0, held: null };
    this.lanes.set(lane, opened);
    return opened;
  }

  /** A body as the document shows it, with these fields in the place of the sample's. */
  body(kind, values) {
    return { ...structuredClone(this.document.bodies[kind].sample), ...values };
  }

  /** Saves changes in one go, as a bundle. Each is [kind, body] or [kind, body, more of the envelope]. */
  save(lane, ...changes) {
    let bundle;
    return changes.map(([kind, body, more = {}]) => {
      if (!(kind in this.document.bodies)) throw new Error(`the document knows no ${kind}`);
      const id = more.id ?? randomUUID();
      bundle ??= id;
      const at = { clocks: this.clocks(), contact: this.contact ?? undefined };
      const values = { v: 1, at, after: [], ...more, id, kind, body };
      const text = write(fill(this.document.shapes.envelope, values, 'an envelope'));
      const entry = { lane: lane.lane, n: ++lane.last, id, bundle, kind, text, saved: Date.now(), overlaid: true };
      this.saved.push(entry);
      return entry;
    });
  }

  /** What the server does not have yet, or has to be told again since it was restored. */
  waiting() {
    return this.saved.filter((entry) => !entry.told || (this.epoch && entry.told.epoch !== this.epoch));
  }

  // -------------------------------------------------------------------------------------------------- sending

  // What goes next: in the order of saving, bundles whole. A lane whose last number the server does not know is sent
  // from there again, what was delivered too; what is no longer here is a hole.
  #batch() {
    const { changes: most, bytes: room } = this.document.batch;
    const waiting = new Set(this.waiting());
    const behind = new Set([...waiting].map((entry) => entry.lane));
    const due = this.saved.filter((entry) => {
      const lane = this.lanes.get(entry.lane);
      return !lane.held && (waiting.has(entry) || (behind.has(entry.lane) && entry.n > lane.known));
    });
    const chosen = [];
    const holes = [];
    const next = new Map();
    let bytes = 0;
    filling: for (let at = 0; at < due.length;) {
      const bundle = due.filter((entry) => entry.bundle === due[at].bundle && entry.lane === due[at].lane);
      const size = bundle.reduce((sum, entry) => sum + Buffer.byteLength(entry.text) + 1024, 0);
      if (chosen.length && (chosen.length + bundle.length > most || bytes + size > room)) break;
      for (const { lane, n } of bundle) {
        const expected = next.get(lane) ?? this.lanes.get(lane).known + 1;
        // The server reads a push's holes before its changes, so a hole behind a change has to wait for the next push.
        if (n > expected && next.has(lane)) break filling;
        if (n > expected) holes.push({ lane, from: expected, to: n - 1 });
        next.set(lane, Math.max(expected, n + 1));
      }
      chosen.push(...bundle);
      bytes += size;
      at += bundle.length;
    }
    if (!due.length) {
      // Numbers that nothing follows are holes all the same: without them no seal of the lane is ever reached.
      for (const { lane, last, known, held, closed } of this.lanes.values()) {
        if (known < last && !held && !closed && !waiting.size) holes.push({ lane, from: known + 1, to: last });
      }
    }
    return { chosen, holes };
  }

  /** The text of a push: every envelope has the bytes it was saved with. */
  pushText(entries, holes = []) {
    const { shapes } = this.document;
    const lanes = [...new Set([...entries, ...holes].map((each) => each.lane))].map((id) => {
      const { lane, person, identity, session, claimed } = this.lanes.get(id);
      const named = fill(shapes.push.lanes[0], { lane, person, identity });
      // These two stand in the words around the sample, not in it.
      return { ...named, ...(session && { session }), ...(claimed && { claimed }) };
    });
    const changes = entries.map((entry) => {
      const { lane, n, id, bundle, told } = entry;
      const receipt = told && told.epoch !== this.epoch ? fill(shapes.receipt, told, 'a receipt') : undefined;
      const head = write(fill(shapes.push.changes[0], { lane, n, id, bundle }));
      return `${head.slice(0, -1)},"change":${entry.text}${receipt ? `,"receipt":${write(receipt)}` : ''}}`;
    });
    const rest = write(fill(shapes.push, { clocks: this.clocks(), lanes, holes }));
    return `${rest.slice(0, -1)},"changes":[${changes.join(',')}]}`;
  }

  /** Sends one batch. */
  async push() {
    const { chosen, holes } = this.#batch();
    if (!chosen.length && !holes.length) return null;
    const answer = await this.post(this.document.paths.push, this.pushText(chosen, holes));
    this.contact = { server: answer.server, clocks: this.clocks() };
    for (const hole of holes) {
      const lane = this.lanes.get(hole.lane);
      if (lane.known === hole.from - 1) lane.known = hole.to;
    }
    this.absorb(answer);
    return answer;
  }

  absorb(answer) {
    for (const { lane, n, id, seq, outcome, proof } of answer.outcomes) {
      const entry = this.saved.find((each) => each.id === id && each.lane === lane);
      if (entry) entry.told = { epoch: answer.epoch, seq, outcome, proof };
      const own = this.lanes.get(lane);
      if (own) own.known = Math.max(own.known, n);
    }
    for (const trouble of answer.lanes) {
      const lane = this.lanes.get(trouble.lane);
      lane.troubles = [...(lane.troubles ?? []), trouble.is];
      if (trouble.is === 'gap') lane.known = trouble.after;
      else if (trouble.is === 'forked' || (trouble.is === 'not_yours' && !lane.moved)) this.#moveOut(lane);
      else lane.held = trouble.is;
    }
  }

  // Another device gave this lane's numbers: what has no outcome goes on in a new lane, under its own ids.
  #moveOut(old) {
    const { person, identity, session, claimed } = old;
    const lane = Object.assign(this.lane(person, { identity, session, claimed }), { moved: true });
    old.closed = true;
    old.next = lane;
    const moving = this.saved.filter((entry) => entry.lane === old.lane && !entry.told);
    for (const entry of moving) Object.assign(entry, { lane: lane.lane, n: ++lane.last });
    return lane;
  }

  /** Sends and pulls until nothing can be sent any more. Waits as the server asks, and as the document says. */
  async settle() {
    await this.#patiently(() => this.hello());
    for (let round = 0; round < 1000 && (await this.#patiently(() => this.push())); round++);
    await this.#patiently(() => this.hello());
    await this.#patiently(() => this.pull());
  }

  async #patiently(what) {
    const { first, most } = this.document.retry;
    const deadline = Date.now() + this.patience;
    for (let pause = first; ; pause = Math.min(pause * 2, most)) {
      try {
        return await what();
      } catch (error) {
        const busy = error instanceof Told && (error.status === 429 || error.status >= 500);
        const passes = busy || error instanceof NoNetwork;
        const wait = error.retryAfter ? Number(error.retryAfter) * 1000 : pause * (1 - Math.random() / 2);
        if (!passes || Date.now() + wait > deadline) throw error;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  // -------------------------------------------------------------------------------------------------- custody

  /** Hands over what has no outcome. Only what was kept is deleted. */
  async handOver() {
    const { paths, shapes, batch } = this.document;
    let left = this.saved.filter((entry) => !entry.told);
    const kept = [];
    while (left.length) {
      const now = left.slice(0, batch.changes);
      const items = now.map((entry) => {
        const { person, identity } = this.lanes.get(entry.lane);
        const values = { key: entry.id, kind: entry.kind, person, saved: entry.saved, content: entry.text, identity };
        return fill(shapes.custody.items[0], values, 'an item of a hand-over');
      });
      const answer = await this.post(paths.custody, fill(shapes.custody, { clocks: this.clocks(), items }));
      kept.push(...answer.kept);
      const gone = new Set(answer.kept);
      this.saved = this.saved.filter((entry) => !gone.has(entry.id));
      if (!now.some((entry) => gone.has(entry.id))) break;
      left = left.slice(now.length);
    }
    return kept;
  }

  // -------------------------------------------------------------------------------------------------- photos

  /** What a change says of a photo. */
  describePhoto(bytes, width, height) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const values = { bytes: bytes.length, hash, height, width, taken: Date.now() };
    return fill(JSON.parse(this.document.photo), values, 'a photo');
  }

  async putPhoto(hash, bytes) {
    const path = this.document.paths.photos.replace(/<hash>$/, hash);
    const headers = this.#headers({ 'content-type': 'image/jpeg' });
    return this.#said(await this.#fetch(path, { method: 'PUT', headers, body: bytes }));
  }

  async photo(hash, thumbnail = false) {
    const path = this.document.paths.shown.replace('<hash>', hash) + (thumbnail ? '/thumbnail' : '');
    const answer = await this.#fetch(path, { headers: this.#headers() }, false);
    if (answer.status !== 200) await this.#said(answer);
    return Buffer.from(await answer.arrayBuffer());
  }

  // -------------------------------------------------------------------------------------------------- hints

  /** Follows the stream of hints until `stop` aborts, or the stream ends or is silent for too long. */
  async *hints(stop) {
    const dead = new AbortController();
    const signal = AbortSignal.any([stop, dead.signal]);
    const headers = this.#headers({ accept: 'text/event-stream' });
    const answer = await this.#fetch(this.document.paths.events, { headers, signal });
    if (answer.status !== 200) await this.#said(answer);
    let rest = '';
    const silent = () => setTimeout(() => dead.abort(), this.document.silence);
    let timer = silent();
    try {
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        clearTimeout(timer);
        timer = silent();
        rest += chunk.replaceAll('\r\n', '\n');
        for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
          const event = {};
          for (const line of rest.slice(0, end).split('\n')) {
            const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
            if (field) event[field] = field === 'data' ? (event.data ? `${event.data}\n` : '') + value : value;
          }
          if (event.data) yield { ...event, data: read(event.data) };
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      dead.abort();
    }
  }

  /** Whether a hint is a reason to pull. */
  isNews({ data }) {
    return data.epoch !== this.view.epoch || data.head !== this.view.cursor;
  }
}
