// What sync.md promises, asked of a server that is started here, by a client that was written from that document.
//
//     LAMPLIGHTER=path/to/lamplighter DOCUMENT=docs/sync.md node --test client.test.mjs
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Device, Told, fourBytes, idOf, read, readDocument, write } from './client.mjs';

const { LAMPLIGHTER: program, DOCUMENT: page } = process.env;
if (!program || !page) throw new Error('LAMPLIGHTER is the path of the program, DOCUMENT that of sync.md');

const PASS_PHRASE = 'lantern-by-night';
const PIN = '2581';
const document = readDocument(page);
const run = promisify(execFile);

// ---------------------------------------------------------------------------------------------------- the server

class Server {
  static async start(folder) {
    const server = new Server();
    server.folder = folder;
    server.child = spawn(program, ['serve', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    server.ended = new Promise((done) => server.child.once('exit', done));
    process.once('exit', () => server.child.kill('SIGKILL'));
    for await (const line of createInterface({ input: server.child.stdout })) {
      const heard = /^listening on (http:\S+)/.exec(line);
      if (!heard) continue;
      server.child.stdout.resume();
      server.address = heard[1];
      return server;
    }
    throw new Error('the server ended before it listened');
  }

  async stop() {
    this.child.kill();
    await this.ended;
  }

  async command(...words) {
    const { stdout } = await run(program, [...words, '--data', this.folder], { maxBuffer: 1 << 28 });
    return stdout;
  }

  async exported() {
    const lines = (await this.command('export', '--json')).split('\n').filter(Boolean);
    return lines.map((text) => ({ text, ...read(text) }));
  }
}

const folders = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'lamplighter-client-'));
  folders.push(made);
  return made;
};

after(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

// ---------------------------------------------------------------------------------------------------- devices and work

/** A tablet that somebody who oversees enrolled, with its view and the lane of the guard, by PIN. */
async function tablet(server) {
  const device = new Device(server.address, document);
  await device.signIn('supervisor', PASS_PHRASE);
  await device.enrol('Tablet', true);
  await device.signOut();
  await device.settle();
  device.guard = device.records('person').find((row) => row.body.name.en === 'Wang Jianguo').id;
  device.pin = device.lane(device.guard);
  return device;
}

/** A phone of somebody's own, and a lane on it. */
async function phone(server, name) {
  const device = new Device(server.address, document);
  const { person } = await device.signIn(name, PASS_PHRASE);
  await device.enrol('Phone', false);
  await device.settle();
  device.own = device.lane(person, { identity: 'signed_in' });
  return device;
}

const latest = (device, checklist) => {
  const versions = device.records('checklist').map((row) => row.body).filter((body) => body.id === checklist);
  return versions.sort((a, b) => b.version - a.version)[0];
};

const firstCheck = ({ items }) => items.find((item) => item.answer.kind === 'check').key;

/** The change with this id, as the server exports it. */
const exportedChange = (lines, { id }) => lines.find((line) => line.is === 'change' && line.id === id);

/** A good answer to an item. */
function answer({ key: item, answer: { kind, min, options } }) {
  switch (kind) {
    case 'check': return { item, value: 'passed' };
    case 'choice': return { item, value: { chosen: options.find((option) => !option.fails).key } };
    case 'reading': return { item, value: { reading: min ?? '1' } };
    case 'text': return { item, value: { text: '无异常' } };
    default: return { item, value: 'not_applicable' };
  }
}

const byHand = { kind: 'by_hand', reason: 'no tag' };

function startRound(device, lane, route) {
  const round = randomUUID();
  const occasion = { kind: 'unplanned', route: route.id, duty: 'patrol' };
  const body = device.body('round.started', { round, occasion, route: route.id, stops: route.body.stops });
  return { round, entry: device.save(lane, ['round.started', body])[0] };
}

function visit(device, lane, round, stop, failing) {
  const checklist = latest(device, stop.checklist);
  const visit = randomUUID();
  const failed = { item: failing, value: 'failed', note: '坏了' };
  const answers = checklist.items.map((item) => (item.key === failing ? failed : answer(item)));
  const body = { round, visit, ...stop, version: checklist.version, answers, proof: byHand };
  const changes = [['visit.recorded', device.body('visit.recorded', body)]];
  if (failing) {
    const finding = idOf(document, 'the finding of a failed item', [visit, failing]);
    const source = { kind: 'failed_item', round, visit, item: failing };
    const what = checklist.items.find((item) => item.key === failing).ask;
    const found = { checkpoint: stop.checkpoint, finding, note: failed.note, source, what };
    changes.push(['finding.raised', device.body('finding.raised', found)]);
  }
  return { visit, entries: device.save(lane, ...changes) };
}

const report = (device, lane, note, more = {}) => {
  const checkpoint = device.records('checkpoint')[0]?.id ?? device.body('finding.raised', {}).checkpoint;
  const body = device.body('finding.raised', { checkpoint, finding: randomUUID(), note, ...more });
  const [entry] = device.save(lane, ['finding.raised', body]);
  return Object.assign(entry, { finding: body.finding });
};

const accepted = (entry, ...flags) => {
  assert.ok(entry.told, `${entry.kind} has no outcome`);
  assert.equal(entry.told.outcome.is, 'accepted', write(entry.told.outcome));
  assert.deepEqual(entry.told.outcome.flags ?? [], flags);
};

// ---------------------------------------------------------------------------------------------------- the promises

describe('a client that was written from the document', { concurrency: 1 }, () => {
  let server;
  before(async () => {
    server = await Server.start(folder());
  });
  after(async () => {
    await server.stop();
  });

  test('the round that was walked is in the export as it was pushed', async () => {
    const device = await tablet(server);
    const route = device.records('route').find((row) => row.body.stops.length > 2);
    const { round, entry: started } = startRound(device, device.pin, route);
    const failing = firstCheck(latest(device, route.body.stops[0].checklist));
    const visits = route.body.stops.map((stop, at) => visit(device, device.pin, round, stop, at ? undefined : failing));
    const [finished] = device.save(device.pin, ['round.finished', device.body('round.finished', { round })]);
    await device.settle();

    const all = [started, ...visits.flatMap((each) => each.entries), finished];
    for (const entry of all) accepted(entry);
    const lines = await server.exported();
    for (const entry of all) {
      const line = lines.find((each) => each.is === 'change' && each.id === entry.id);
      assert.ok(line.text.includes(`"envelope":${entry.text}`), 'the bytes are the ones that were pushed');
      assert.equal(line.person, device.guard);
      assert.equal(line.seq, entry.told.seq);
      assert.ok(line.earliest <= line.best && line.best <= line.latest, 'a time is an interval');
    }
    const record = lines.find((each) => each.is === 'record' && each.id === round);
    assert.ok(record.body.finished);
    for (const { visit } of visits) {
      const { body, root } = lines.find((each) => each.is === 'record' && each.id === visit);
      assert.equal(root, round);
      assert.equal(body.by, device.guard);
    }
    assert.deepEqual(device.view.rows.get(round).body, record.body, 'and the device holds the same');
    assert.equal(all.some((entry) => entry.overlaid), false);
  });

  test('a push that is repeated ten times counts once and says the same', async () => {
    const device = await tablet(server);
    const entry = report(device, device.pin, 'once');
    const text = device.pushText([entry]);
    const answers = [];
    for (let time = 0; time < 10; time++) answers.push(await device.post(document.paths.push, text));
    for (const { outcomes, lanes } of answers) {
      assert.deepEqual(outcomes, answers[0].outcomes, 'outcome, number and proof are the same');
      assert.deepEqual(lanes, []);
    }
    answers.forEach((each) => device.absorb(each));
    accepted(entry);
    await device.settle();
    assert.equal(device.view.cursor, device.view.head);
    assert.equal(device.records('finding').filter((row) => row.body.note === 'once').length, 1);
    const lines = await server.exported();
    assert.equal(lines.filter((line) => line.is === 'change' && line.id === entry.id).length, 1);
  });

  test('a gap is told, and mended by sending from there again', async () => {
    const device = await tablet(server);
    const first = report(device, device.pin, 'first');
    await device.push();
    const [second, third] = [report(device, device.pin, 'second'), report(device, device.pin, 'third')];
    const answer = await device.post(document.paths.push, device.pushText([third]));
    assert.deepEqual(answer.outcomes, []);
    assert.deepEqual(answer.lanes, [{ is: 'gap', lane: device.pin.lane, after: first.n }]);
    assert.ok(document.words['lanes[].is of an answer to a push'].includes(answer.lanes[0].is));
    device.absorb(answer);
    await device.settle();
    [first, second, third].forEach((entry) => accepted(entry));
    assert.ok(first.told.seq < second.told.seq && second.told.seq < third.told.seq);
  });

  test('a fork is told, and what has no outcome goes on in a new lane under its own ids', async () => {
    const device = await tablet(server);
    const clone = new Device(server.address, document);
    clone.cookies = new Map(device.cookies);
    clone.contact = device.contact;
    clone.epoch = device.epoch;
    clone.view = { ...device.view, rows: new Map(device.view.rows) };
    clone.pin = { ...device.pin };
    clone.lanes.set(clone.pin.lane, clone.pin);

    const ours = report(device, device.pin, 'ours');
    const theirs = [report(clone, clone.pin, 'theirs 1'), report(clone, clone.pin, 'theirs 2')];
    const ids = theirs.map((entry) => entry.id);
    await device.push();
    const answer = await clone.push();
    assert.deepEqual(answer.lanes, [{ is: 'forked', lane: device.pin.lane }]);
    assert.ok(clone.pin.closed);
    assert.deepEqual(theirs.map(({ lane, n }) => [lane, n]), [[clone.pin.next.lane, 1], [clone.pin.next.lane, 2]]);
    await clone.settle();
    [ours, ...theirs].forEach((entry) => accepted(entry));
    const lines = await server.exported();
    assert.deepEqual(theirs.map((entry) => exportedChange(lines, entry).n), [1, 2]);
    assert.deepEqual(theirs.map((entry) => entry.id), ids);
  });

  test('a number that is gone for ever is a hole, and holds up nothing', async () => {
    const device = await tablet(server);
    const notes = ['first', 'lost', 'third', 'last'];
    const [first, lost, third, last] = notes.map((note) => report(device, device.pin, note));
    device.saved = device.saved.filter((entry) => entry !== lost && entry !== last);
    await device.settle();
    [first, third].forEach((entry) => accepted(entry));
    assert.equal(device.pin.troubles, undefined, 'the server was not surprised');
    const { lanes } = await device.hello();
    assert.deepEqual(lanes, [{ lane: device.pin.lane, last: last.n }]);
    const lines = await server.exported();
    const numbers = lines.filter((line) => line.is === 'change' && line.lane === device.pin.lane).map((line) => line.n);
    assert.deepEqual(numbers, [first.n, third.n]);
  });

  test('a request without a session is refused on a shared tablet, or waits for one in a lane of its own', async () => {
    const device = await tablet(server);
    const { person: manager } = await device.signIn('manager', PASS_PHRASE);
    await device.signOut();
    const put = (en) => {
      const values = { id: randomUUID(), name: { zh: '新人', en }, roles: ['guard'] };
      return ['person.put', device.body('person.put', values)];
    };

    const byPin = device.lane(manager);
    const [refused] = device.save(byPin, put('by PIN'));
    const own = device.lane(manager, { identity: 'signed_in', session: true });
    const [request] = device.save(own, put('with a session'));
    const field = report(device, device.pin, 'goes on');
    const answer = await device.push();
    assert.deepEqual(answer.lanes, [{ is: 'sign_in_first', lane: own.lane }]);
    assert.equal(refused.told.outcome.is, 'refused');
    assert.equal(refused.told.outcome.refusal.reason, 'sign_in_first');
    accepted(field);
    assert.equal(request.told, undefined);
    await device.settle();
    assert.equal(request.told, undefined, 'it waits for its person');

    await device.signIn('manager', PASS_PHRASE);
    await device.settle();
    accepted(request);
    const id = read(request.text).body.id;
    assert.equal(device.view.rows.get(id).body.name.en, 'with a session');
    const lines = await server.exported();
    const kept = lines.find((line) => line.is === 'change' && line.id === refused.id);
    assert.ok(kept.text.includes(refused.text), 'what was refused keeps every byte');
  });

  test('who only picked their name counts as claimed, until somebody who can says that it was them', async () => {
    const device = await tablet(server);
    const claimed = device.lane(device.guard, { claimed: true });
    const route = device.records('route')[0];
    const { round, entry } = startRound(device, claimed, route);
    const { visit: id, entries } = visit(device, claimed, round, route.body.stops[0]);
    await device.settle();
    [entry, ...entries].forEach((each) => accepted(each, 'identity_claimed'));
    assert.equal(device.view.rows.get(id).body.claim, claimed.lane);
    const words = device.body('identity.confirmed', { lane: claimed.lane, person: device.guard, was_them: true });
    const [confirmed] = device.save(device.pin, ['identity.confirmed', words]);
    await device.settle();
    accepted(confirmed);
    const claim = device.view.rows.get(idOf(document, 'a claim', [claimed.lane, device.guard]));
    assert.equal(claim.body.said.at(-1).was_them, true);
  });

  test('the lane of another device is not taken, and what is in it goes on in a new one', async () => {
    const [owner, other] = [await tablet(server), await tablet(server)];
    const first = report(owner, owner.pin, 'the owner');
    await owner.push();
    other.lanes.delete(other.pin.lane);
    other.pin = { ...other.pin, lane: owner.pin.lane };
    other.lanes.set(other.pin.lane, other.pin);
    const entry = report(other, other.pin, 'the other');
    const answer = await other.push();
    assert.deepEqual(answer.lanes, [{ is: 'not_yours', lane: owner.pin.lane }]);
    await other.settle();
    accepted(first);
    accepted(entry);
    assert.notEqual(entry.lane, owner.pin.lane);
  });

  test('other bytes under an id that is in the log are kept, without a proof', async () => {
    const device = await tablet(server);
    const first = report(device, device.pin, 'the first');
    await device.push();
    const checkpoint = device.records('checkpoint')[0].id;
    const body = device.body('finding.raised', { checkpoint, finding: randomUUID(), note: 'the second' });
    const [second] = device.save(device.pin, ['finding.raised', body, { id: first.id }]);
    const { outcomes } = await device.post(document.paths.push, device.pushText([second]));
    assert.deepEqual(outcomes.map((each) => [each.n, each.outcome.is, each.proof]), [[2, 'quarantined', undefined]]);
  });

  test('a change that is too deep is kept as quarantined, and the one behind it is taken', async () => {
    const device = await tablet(server);
    // The envelope is the first level, its body the second.
    const nested = (levels) => (levels ? { deep: nested(levels - 1) } : 0);
    const { most } = document.limits['depth of a change'];
    const justRight = report(device, device.pin, 'as deep as may be', { deep: nested(most - 2) });
    const tooDeep = report(device, device.pin, 'too deep', { deep: nested(most - 1) });
    const behind = report(device, device.pin, 'behind it');
    const answer = await device.push();
    assert.deepEqual(answer.lanes, []);
    accepted(justRight);
    assert.equal(tooDeep.told.outcome.is, 'quarantined');
    assert.equal(tooDeep.told.outcome.undecodable.why, 'too_large');
    assert.ok(document.words['undecodable.why'].includes(tooDeep.told.outcome.undecodable.why));
    accepted(behind);
    const kept = (await server.exported()).find((line) => line.is === 'change' && line.id === tooDeep.id);
    assert.equal(kept.envelope, tooDeep.text, 'every byte, as a text');
  });

  test('the ids that follow are the ones that the server writes', async () => {
    const device = await tablet(server);
    for (const kind of ['checklist', 'plan']) {
      for (const { id, root, body } of device.records(kind)) {
        const parts = [root, fourBytes(body.version)];
        assert.equal(idOf(document, 'a version of a checklist, of a plan (their records)', parts, kind), id);
      }
    }
    for (const { id, body } of device.records('tally')) {
      assert.equal(idOf(document, "an event's tally", [body.of.event]), id);
    }

    // A planned round: the device says which plan and slot, the server gives the id.
    const plans = device.records('plan').map((row) => row.body);
    const plan = plans.find((each) => each.each === 'anyone' && each.kind === 'patrol');
    const route = device.view.rows.get(plan.route).body;
    const [{ slot }] = plan.times;
    const date = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const occasion = { kind: 'planned', plan: plan.id, version: plan.version, date, slot, person: null };
    const start = device.body('round.started', { occasion, route: plan.route, stops: route.stops });
    const [started] = device.save(device.pin, ['round.started', start]);
    const round = idOf(document, 'a planned round', [plan.id, date, slot, null]);
    // A finding of a failed item.
    const failing = firstCheck(latest(device, route.stops[0].checklist));
    const made = visit(device, device.pin, round, route.stops[0], failing);
    await device.settle();
    accepted(started);
    made.entries.forEach((entry) => accepted(entry));
    assert.deepEqual(device.view.rows.get(round).body.occasion, occasion);
    assert.ok(device.view.rows.has(idOf(document, 'the finding of a failed item', [made.visit, failing])));
  });

  test('a PIN is checked against what a hello says, without a network', async () => {
    const device = await tablet(server);
    assert.equal(device.unlock(device.guard, PIN), true);
    assert.equal(device.unlock(device.guard, '2582'), false);
    assert.equal(device.unlock(randomUUID(), PIN), false);
  });

  test('a hint arrives after a push of another device, and the pull that follows brings what is new', async () => {
    const [listening, pushing] = [await tablet(server), await tablet(server)];
    await listening.settle();
    const stop = new AbortController();
    const deadline = setTimeout(() => stop.abort(), 10_000);
    let entry;
    let heard;
    for await (const hint of listening.hints(stop.signal)) {
      assert.equal(hint.id, `${hint.data.epoch}/${hint.data.head}`);
      assert.equal(hint.data.community, listening.enrolled.community);
      if (!entry) {
        entry = report(pushing, pushing.pin, 'news');
        await pushing.push();
      } else if (listening.isNews(hint) && hint.data.head >= entry.told.seq) {
        heard = hint;
        break;
      }
    }
    clearTimeout(deadline);
    stop.abort();
    assert.ok(heard, 'no hint within ten seconds');
    await listening.pull();
    assert.equal(listening.view.rows.get(entry.finding).body.note, 'news');
  });

  test('a request from elsewhere is not permitted, and a client that is too old is told so', async () => {
    const device = await tablet(server);
    const ask = (headers) => fetch(server.address + document.paths.pull, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: [...device.cookies].map((each) => each.join('=')).join('; '),
        ...headers,
      },
      body: write({ cursor: 0, epoch: '', view: '' }),
    });
    for (const headers of [document.header, { ...document.header, origin: 'http://elsewhere.example' }]) {
      const answer = await ask(headers);
      assert.equal(answer.status, 403);
      assert.deepEqual(await answer.json(), { error: 'not_permitted' });
    }
    const [name] = Object.keys(document.header);
    const answer = await ask({ origin: server.address, [name]: '0' });
    assert.equal(answer.status, 426);
    assert.deepEqual(await answer.json(), { error: 'too_old' });
    const stranger = new Device(server.address, document);
    const refused = await stranger.pull().catch((error) => error);
    assert.deepEqual([refused.status, refused.body], [401, { error: 'not_enrolled' }]);
  });

  test('a photo is kept, and shown to whoever holds a record that names it', async () => {
    const device = await tablet(server);
    const bytes = grey(8);
    const photo = device.describePhoto(bytes, 8, 8);
    report(device, device.pin, 'with a photo', { photos: [photo] });
    await device.settle();
    const early = await device.photo(photo.hash).catch((error) => error);
    assert.ok(early instanceof Told && early.status === 404);
    assert.equal(early.body.error, 'on_its_way');

    const wrong = await device.putPhoto(photo.hash, Buffer.from('no picture'));
    assert.equal(wrong.is, 'refused');
    assert.ok(document.words['why of a photo that is refused'].includes(wrong.why), wrong.why);
    assert.deepEqual(await device.putPhoto(photo.hash, bytes), { is: 'kept' });
    const other = await tablet(server);
    assert.deepEqual(await other.photo(photo.hash), bytes);
    assert.ok((await other.photo(photo.hash, true)).length > 0);
  });

  test('what is more than the limits allow is told, and nothing is taken', async () => {
    const device = await tablet(server);
    const { most } = document.limits['changes of a push, and items of a hand-over'];
    const entries = Array.from({ length: most + 1 }, (_, at) => report(device, device.pin, `one of many ${at}`));
    const tooMany = await device.post(document.paths.push, device.pushText(entries)).catch((error) => error);
    assert.equal(tooMany.status, 413);
    assert.equal(tooMany.body.error, 'too_large');
    assert.equal((await device.hello()).lanes.find((lane) => lane.lane === device.pin.lane)?.last ?? 0, 0);
    await device.settle();
    entries.forEach((entry) => accepted(entry));

    const pushes = document.limits['pushes of a device'];
    const one = device.pushText(entries.slice(0, 1));
    // At once: one after the other they might come no faster than the bound allows.
    const atOnce = Array.from({ length: 3 * pushes.most }, () => device.post(document.paths.push, one));
    const told = await Promise.allSettled(atOnce);
    const busy = told.map((it) => it.reason).find((reason) => reason?.status === 429);
    assert.equal(busy?.status, 429);
    assert.ok(Number(busy.retryAfter) >= 1 && Number(busy.retryAfter) <= pushes.within, busy.retryAfter);
  });

  test('a retired device is told nothing more, and hands over what it has', async () => {
    const device = await tablet(server);
    const entry = report(device, device.pin, 'handed over');
    await server.command('device', 'retire', device.enrolled.device);
    const refused = await device.push().catch((error) => error);
    assert.equal(refused.status, 401);
    assert.equal(refused.body.error, 'retired');
    assert.deepEqual(await device.handOver(), [entry.id]);
    assert.deepEqual(device.saved, [], 'only what was kept is deleted');
    const held = await server.command('custody', 'list');
    assert.ok(held.includes('finding.raised'), held);
  });

  test('a cursor past the end of the log is answered with a rebuild', async () => {
    const device = await tablet(server);
    const { epoch, view, cursor } = device.view;
    device.view.cursor = cursor + 1000;
    device.rebuilt = 0;
    await device.pull();
    assert.equal(device.rebuilt, 1);
    assert.deepEqual([device.view.epoch, device.view.view], [epoch, view]);
    assert.ok(device.view.cursor >= cursor && device.view.cursor < cursor + 1000);
    assert.ok(device.view.rows.size > 0);
  });

  test('a view that is longer than a page comes whole, to every device the same', async () => {
    const device = await tablet(server);
    for (let at = 0; at < 700; at++) report(device, device.pin, `many ${at}`);
    await device.settle();
    const other = await tablet(server);
    assert.ok(other.pages > 1, 'in more than one page');
    assert.deepEqual(other.view.rows.size, device.view.rows.size);
    for (const [id, row] of device.view.rows) assert.deepEqual(other.view.rows.get(id), row);
  });

  test('somebody on their own phone needs no more than the phone', async () => {
    const device = await phone(server, 'manager');
    const id = randomUUID();
    const name = { zh: '新人', en: 'Somebody new' };
    const [made] = device.save(device.own, ['person.put', device.body('person.put', { id, name, roles: ['guard'] })]);
    await device.settle();
    accepted(made);
    await device.signOut();
    const left = { ...device.view.rows.get(id).body, left: '2026-03-01' };
    const [changed] = device.save(device.own, ['person.put', left]);
    await device.settle();
    accepted(changed);
    assert.deepEqual(device.view.rows.get(id).body.left, left.left);
  });

  test('a resident pulls what is for residents, and nothing that is for staff', async () => {
    const device = await phone(server, 'resident');
    assert.ok(device.records('community').length === 1 && device.records('event').length > 0);
    for (const row of device.view.rows.values()) assert.match(row.audience, /^(everyone|household:.*|person:.*)$/);
    const raised = report(device, device.own, 'not mine to raise');
    await device.settle();
    accepted(raised, 'not_entitled', 'unknown_reference', 'withheld');
    const manager = await phone(server, 'manager');
    assert.equal(manager.view.rows.has(raised.finding), false, 'it writes no record');
    const remark = manager.view.rows.get(idOf(document, 'a remark', [raised.id]));
    assert.deepEqual(remark.body.flags, raised.told.outcome.flags, 'but managers are told');
  });
});

describe('a server that was restored from a backup', { concurrency: 1 }, () => {
  test('gets everything back, with what it had told of it', async () => {
    const data = folder();
    const copy = join(folder(), 'backup.db');
    let server = await Server.start(data);
    try {
      const device = await tablet(server);
      const { person: manager } = await device.signIn('manager', PASS_PHRASE);
      const before = report(device, device.pin, 'before the backup');
      await device.settle();
      assert.match(await server.command('missing'), /nothing is missing/);
      await server.command('backup', copy);

      // One of every sort: facts, a request of a session's lane, one that was refused, and one that cannot be read.
      const team = () => ['team.put', device.body('team.put', { id: randomUUID() })];
      const { round, entry: started } = startRound(device, device.pin, device.records('route')[0]);
      const facts = [started, report(device, device.pin, 'after it')];
      const [request] = device.save(device.lane(manager, { identity: 'signed_in', session: true }), team());
      const [refused] = device.save(device.pin, team()); // the guard has no session, and no right to it
      const [unreadable] = device.save(device.pin, ['round.finished', {}]);
      await device.settle();
      [...facts, request].forEach((each) => accepted(each));
      assert.equal(refused.told.outcome.is, 'refused');
      assert.equal(unreadable.told.outcome.is, 'quarantined');
      await device.signOut();
      const lost = [...facts, request, refused, unreadable];
      const all = device.saved.slice();
      const was = { epoch: device.epoch, told: new Map(all.map((each) => [each.id, each.told])) };

      const stop = new AbortController();
      const stream = device.hints(stop.signal);
      await stream.next();
      const ended = (async () => {
        for await (const hint of stream) void hint;
        return true;
      })().catch(() => true);
      await server.stop();
      assert.ok(await ended, 'a stream ends when its server stops');
      stop.abort();
      await server.command('restore', copy);
      server = await Server.start(data);
      device.server = server.address;
      const gone = new Set((await server.exported()).map((line) => line.id));
      assert.ok(gone.has(before.id));
      for (const each of lost) assert.equal(gone.has(each.id), false, 'the backup does not have it');
      assert.ok((await server.command('missing')).includes(device.enrolled.device), 'who has not been here yet');

      await device.hello();
      assert.notEqual(device.epoch, was.epoch);
      assert.deepEqual(device.waiting(), all, 'everything is told again');
      await device.settle();
      // What a session's lane holds comes at the latest when its person has signed in here again.
      for (const each of device.waiting()) assert.equal(each, request);
      await device.signIn('manager', PASS_PHRASE);
      await device.settle();
      assert.deepEqual(device.waiting(), []);
      for (const each of all) {
        assert.equal(each.told.epoch, device.epoch);
        assert.deepEqual(each.told.outcome, was.told.get(each.id).outcome, 'what was told stands');
      }
      assert.equal(device.view.epoch, device.epoch);
      assert.equal(device.view.rows.get(facts[1].finding).body.by, device.guard);
      assert.ok(device.view.rows.has(round));
      assert.ok(device.view.rows.has(read(request.text).body.id));

      const lines = await server.exported();
      for (const each of all) {
        const found = lines.filter((one) => one.is === 'change' && one.id === each.id);
        assert.equal(found.length, 1);
        assert.equal(found[0].seq, each.told.seq);
      }
      const missing = await server.command('missing');
      assert.match(missing, new RegExp(`epoch ${was.epoch} after it, ${lost.length} changes have come back`));
      assert.match(missing, /none is missing/);
      assert.equal(missing.includes(device.enrolled.device), false);
    } finally {
      await server.stop();
    }
  });

  test('decides anew what comes with a receipt that is not its own', async () => {
    const data = folder();
    const copy = join(folder(), 'backup.db');
    let server = await Server.start(data);
    try {
      const device = await tablet(server);
      await server.command('backup', copy);
      const { person: manager } = await device.signIn('manager', PASS_PHRASE);
      await device.signOut();
      const [request] = device.save(device.lane(manager), ['team.put', device.body('team.put', { id: randomUUID() })]);
      await device.settle();
      assert.equal(request.told.outcome.is, 'refused');
      await server.stop();
      await server.command('restore', copy);
      server = await Server.start(data);
      device.server = server.address;
      request.told = { ...request.told, outcome: { is: 'accepted' } };
      await device.settle();
      assert.equal(request.told.epoch, device.epoch);
      assert.equal(request.told.outcome.refusal.reason, 'sign_in_first');
    } finally {
      await server.stop();
    }
  });
});

// ---------------------------------------------------------------------------------------------------- a picture

/** A grey baseline JPEG of `side` (a multiple of 8) by itself: every block is a DC difference of nothing and an end. */
function grey(side) {
  const segment = (marker, ...content) => [0xff, marker, 0, content.length + 2, ...content];
  const bits = (side / 8) ** 2 * 2;
  const data = Array.from({ length: Math.ceil(bits / 8) }, (_, at) => 0xff >> Math.min(8, bits - at * 8));
  return Buffer.from([
    0xff, 0xd8,
    ...segment(0xdb, 0, ...Array(64).fill(1)), // a table of quantisation
    ...segment(0xc0, 8, 0, side, 0, side, 1, 1, 0x11, 0), // baseline, one component
    ...segment(0xc4, 0x00, 1, ...Array(15).fill(0), 0), // DC: the code 0 says "no difference"
    ...segment(0xc4, 0x10, 1, ...Array(15).fill(0), 0), // AC: the code 0 says "the rest is nothing"
    ...segment(0xda, 1, 1, 0, 0, 63, 0), ...data,
    0xff, 0xd9,
  ]);
}
