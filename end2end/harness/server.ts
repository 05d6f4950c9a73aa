// The real server, as an operator starts it. It never outlives the test that started it.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TIME_OF_PROGRAMS } from "./clock";

export const BINARY = process.env.LAMPLIGHTER_BIN ?? fileURLToPath(new URL("../../target/debug/lamplighter", import.meta.url));

const { DATABASE_URL: _, ...inherited } = process.env;
const environment = { ...inherited, ...TIME_OF_PROGRAMS };

export class Server {
  readonly lines: string[] = [];
  port = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly ended: Promise<void>,
  ) {}

  /** Starts it, on a free port if none is said, and waits until it listens. */
  static async start(data: string, ...more: string[]): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`no server at ${BINARY}: run \`cargo xtask test --only browser\``);
    const port = more.includes("--port") ? [] : ["--port", "0"];
    const line = [BINARY, "serve", ...port, "--data", data, ...more];
    // The kernel kills it when this process is gone, however that happens.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...line], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const server = new Server(child, ended);
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (text) => log.push(text));
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (text) => {
        server.lines.push(text);
        const port = /^listening on https?:\/\/127\.0\.0\.1:(\d+)$/.exec(text)?.[1];
        if (port) {
          server.port = Number(port);
          resolve();
        }
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${log.join("\n")}`)));
    });
    return server;
  }

  /** Ends it as an operator does, and waits. */
  async stop(): Promise<void> {
    this.process.kill("SIGTERM");
    await this.ended;
  }

  /** Lets it stand still, with every connection open. */
  freeze(): void {
    this.process.kill("SIGSTOP");
  }

  thaw(): void {
    this.process.kill("SIGCONT");
  }

  /** Ends it as a power cut does, short of the disk's own cache. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}

/** What the command prints, line by line as JSON. */
async function jsonLines<T>(...line: string[]): Promise<T[]> {
  const done = await promisify(execFile)(BINARY, line, { env: environment, maxBuffer: 256 * 1024 * 1024 });
  return done.stdout.split("\n").filter(Boolean).map((text) => JSON.parse(text) as T);
}

export interface Tag {
  checkpoint: string;
  name: { zh: string; en: string };
  short_code: string;
  content: string;
}

/** The tag of each checkpoint, by its Chinese name. */
export async function tags(data: string): Promise<Map<string, Tag>> {
  const all = await jsonLines<Tag>("tags", "--json", "--data", data);
  return new Map(all.map((tag) => [tag.name.zh, tag]));
}

export interface Exported {
  records: ExportedRecord[];
  changes: ExportedChange[];
  lanes: { id: string; device: string; person: string; identity: string; last: number }[];
}

export interface ExportedRecord {
  id: string;
  kind: string;
  // The body's shape depends on its kind; tests name the fields they read.
  body: any;
}

export interface ExportedChange {
  seq: number;
  lane: string;
  n: number;
  id: string;
  kind: string;
  username: string | null;
  flags: string[];
  outcome: { is: string };
  envelope: { id: string; body: any };
}

/** Everything that the server keeps, while it may run on. */
export async function exportAll(data: string): Promise<Exported> {
  const lines = await jsonLines<any>("export", "--json", "--data", data);
  const all = (is: string) => lines.filter((line) => line.is === is);
  return { records: all("record"), changes: all("change"), lanes: all("lane") };
}

/** Loads data files into the community. */
export async function load(folder: string, data: string): Promise<void> {
  await promisify(execFile)(BINARY, ["load", folder, "--data", data], { env: environment });
}

/** Says of every shared tablet that it is the community's own, as whoever looks after the server does. */
export async function confirmTablets(data: string): Promise<void> {
  const listed = await type(data, ["device", "list"]);
  const waiting = listed.split("\n").filter((line) => line.includes("not confirmed"));
  for (const line of waiting) await type(data, ["device", "confirm", line.split(" ")[0]!]);
}

/** What the command prints when an operator types it on this data; `input` is what they are asked for. */
export async function type(data: string, line: string[], input = ""): Promise<string> {
  const typed = promisify(execFile)(BINARY, [...line, "--data", data], { env: environment });
  typed.child.stdin!.end(input);
  return (await typed).stdout;
}
