// A second release of the site, as a deploy brings it: other styles under another name, and nothing of the first.

import { createHash } from "node:crypto";
import { createServer, request, type IncomingMessage, type Server as Listener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { readyForOffline } from "./people";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** What is asked for here is never answered. */
export const NEVER = "/assets/never.js";

/** Stands before the server and answers for the site of the next release; everything else goes through. */
export class NextRelease {
  /** Paths that it was asked for and had no more. */
  readonly missed: string[] = [];

  private constructor(
    private readonly listener: Listener,
    private readonly files: Map<string, string>,
    /** Paths that it has no more. */
    readonly gone: Set<string>,
    readonly name: string,
  ) {}

  /** Makes it of the release that the server at this port carries; one that does not start stops as soon as it is opened. */
  static async of(server: number, { starts = true } = {}): Promise<NextRelease> {
    const fetched = async (path: string) => (await fetch(`http://127.0.0.1:${server}${path}`)).text();
    const [shell, worker] = await Promise.all([fetched("/"), fetched("/service-worker.js")]);
    const release = /name="lamplighter-release" content="(\w+)"/.exec(shell)![1]!;
    const style = /\/assets\/app-\w+\.css/.exec(shell)![0];
    const restyled = `${await fetched(style)}\n/* the next release */\n`;
    const renamed = `/assets/app-${digest(restyled)}.css`;
    const script = /\/assets\/app-\w+\.js/.exec(worker)![0];
    const stopping = "/assets/app-stopping.js";
    const boot = /\/assets\/boot-\w+\.js/.exec(shell)![0];
    const started = (await fetched(boot)).replaceAll(script, starts ? script : stopping);
    const restarted = `/assets/boot-${digest(started)}.js`;
    const name = digest(release + renamed + restarted);
    const rewritten = (text: string) =>
      text.replaceAll(style, renamed).replaceAll(boot, restarted).replaceAll(release, name).replaceAll(script, starts ? script : stopping);
    const files = new Map([
      ["/", rewritten(shell)],
      ["/service-worker.js", rewritten(worker)],
      [renamed, restyled],
      [restarted, started],
      [stopping, 'throw new Error("this release does not start");'],
    ]);
    const listener = createServer();
    const next = new NextRelease(listener, files, new Set([style]), name);
    listener.on("request", (asked, answer) => next.answer(server, asked, answer));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return next;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private answer(server: number, asked: IncomingMessage, answer: ServerResponse): void {
    const path = asked.headers["sec-fetch-mode"] === "navigate" ? "/" : asked.url!;
    const file = this.files.get(path);
    if (file !== undefined) {
      const type = TYPES[path === "/" ? "html" : path.split(".").pop()!]!;
      answer.writeHead(200, { "content-type": type, "cache-control": "no-cache" }).end(file);
    } else if (path === NEVER) {
      return;
    } else if (this.gone.has(path)) {
      this.missed.push(path);
      answer.writeHead(404).end("not found\n");
    } else {
      const through = request({ port: server, path: asked.url, method: asked.method, headers: asked.headers }, (found) => {
        answer.writeHead(found.statusCode!, found.headers);
        found.pipe(answer);
      });
      through.on("error", () => answer.destroy());
      asked.pipe(through);
    }
  }
}

/** From now on this page receives what a release that is too old does: nothing. Ends when what it returns is called. */
export async function receivesAsTooOld(page: Page): Promise<() => Promise<void>> {
  // What is asked while the service worker takes the page over passes the test by.
  await readyForOffline(page);
  const pull = "**/api/v1/sync/pull";
  await page.route(pull, (route) => route.continue({ headers: { ...route.request().headers(), "x-lamplighter-sync": "0" } }));
  return () => page.unroute(pull);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
