// Keeps one whole release on the device, so that the app opens without a network.
//
// What must stay true: a release is stored whole or not at all; a page never mixes two releases; nothing under
// /api/ or /public/ and no request but GET ever passes through here; a new release waits until somebody agrees to it.
//
// Whichever worker is the active one opens the release that was agreed to, so a newer one need not push it aside: it becomes
// active when the last page is closed. Pushed aside (skipWaiting), a worker is stopped while pages still ask it for files, and
// Chromium never answers what they ask just then; the page that opens anew stands still.
"use strict";

const RELEASE = "{{release}}";
const PRECACHE = "{{precache}}".split(" ");
const CACHE = `lamplighter-${RELEASE}`;
const SHELL = "/";
// Holds, under AGREED, the name of the release that people have agreed to. These names, and those of the caches, are for good: the
// worker of one release may open many later ones.
const NOTES = "lamplighter";
const AGREED = "/agreed-release";

const CONTENT_TYPES = {
  css: /^text\/css\b/,
  js: /^(text|application)\/javascript\b/,
  png: /^image\/png\b/,
  svg: /^image\/svg\+xml\b/,
  wasm: /^application\/wasm\b/,
  webmanifest: /^application\/(manifest\+)?json\b/,
};

self.addEventListener("install", (event) => {
  // Where browsers can be told (Chrome from 123 on), what never passes through here does not wake this worker either.
  const routes = ["/api/*", "/public/*"].map((urlPattern) => ({ condition: { urlPattern }, source: "network" }));
  if (event.addRoutes) event.waitUntil(event.addRoutes(routes).catch(() => {}));
  event.waitUntil(storeRelease());
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  const { type, release } = event.data || {};
  if (type === "opened" && release !== RELEASE) event.source.postMessage("new-release");
  if (type === "take-over") event.waitUntil(agree(event.source));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || /^\/(api|public)\//.test(url.pathname)) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(ofAnyRelease(url.pathname, request));
  else if (PRECACHE.includes(url.pathname)) event.respondWith(stored(url.pathname, request));
  else if (request.mode === "navigate") event.respondWith(stored(SHELL, request));
});

async function storeRelease() {
  // Examined first, stored afterwards; and a failed install leaves no half-filled cache.
  const responses = await Promise.all(PRECACHE.map(fetchFresh));
  const wasThere = await caches.has(CACHE);
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(PRECACHE.map((path, i) => cache.put(path, responses[i])));
  } catch (failure) {
    if (!wasThere) await caches.delete(CACHE);
    throw failure;
  }
  // To the first release of all, people agreed by opening it.
  if (!(await agreed())) await note();
}

async function agree(page) {
  const before = await agreed();
  await note();
  page.postMessage("agreed");
  // The release before this one stays for the tabs that still run it.
  if (before !== RELEASE) await dropOlderThanThis([before]);
}

async function note() {
  const notes = await caches.open(NOTES);
  await notes.put(AGREED, new Response(RELEASE));
}

async function agreed() {
  const note = await caches.match(AGREED, { cacheName: NOTES });
  return note && note.text();
}

async function fetchFresh(path) {
  // A name with its content's hash in it may come from where the page has just fetched it.
  const cache = path.startsWith("/assets/") ? "default" : "reload";
  const response = await fetch(path, { cache, credentials: "same-origin" });
  const problem = await problemWith(path, response);
  if (problem) throw new Error(`${path} ${problem}`);
  return response;
}

// A hotel's or a mall's network answers everything with 200 and its own page.
async function problemWith(path, response) {
  if (!response.ok) return `answered ${response.status}`;
  if (response.redirected) return "was redirected";
  const type = response.headers.get("content-type") || "";
  if (path === SHELL) {
    const text = await response.clone().text();
    return type.startsWith("text/html") && text.includes(RELEASE) ? null : "is not this release's page";
  }
  const expected = CONTENT_TYPES[path.split(".").pop()];
  return expected && !expected.test(type) ? `came as ${type || "nothing known"}` : null;
}

async function takeOver() {
  await dropOlderThanThis([await agreed()]);
  // The page of the very first visit has no worker yet; from now on it survives going offline.
  await self.clients.claim();
}

async function dropOlderThanThis(butFor) {
  const kept = butFor.map((release) => `lamplighter-${release}`);
  const names = (await caches.keys()).filter((name) => name.startsWith("lamplighter-"));
  const isOlder = (name) => names.indexOf(name) < names.indexOf(CACHE);
  await Promise.all(names.filter((name) => isOlder(name) && !kept.includes(name)).map((name) => caches.delete(name)));
}

// The device may have thrown a cache away; then the network is all there is.
async function stored(path, request) {
  const opens = { cacheName: `lamplighter-${await agreed()}`, ignoreVary: true };
  return (await caches.match(path, opens)) || (await caches.match(path, { ...opens, cacheName: CACHE })) || fetch(request);
}

// Also what a tab of another release asks for late; the name says the content.
async function ofAnyRelease(path, request) {
  return (await caches.match(path, { ignoreVary: true })) || fetch(request);
}
