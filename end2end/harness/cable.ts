// The cable between browsers and the server. Cut, it reaches service workers too, which Playwright's offline does not.

import { createConnection, createServer, type Server as Listener, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

type State = "plugged" | "cut" | "portal";

const PORTAL_PAGE = "<!doctype html><title>Hotel Wi-Fi</title><h1>Welcome! Please accept our terms.</h1>";

export class Cable {
  /** The bytes that browsers have received, headers and all. */
  carried = 0;
  /** How many bytes of a photo's upload get through before the connection breaks. */
  private photoBytes = Infinity;
  /** Whether what devices push is lost on the way. */
  private losesPushes = false;
  /** How many uploads were broken off. */
  brokenOff = 0;
  private state: State = "plugged";
  private readonly open = new Set<Socket>();

  private constructor(
    private readonly listener: Listener,
    private server: number,
  ) {}

  /** Lays a cable to the server's port. */
  static async lay(server: number): Promise<Cable> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const cable = new Cable(listener, server);
    listener.on("connection", (socket) => cable.carry(socket));
    return cable;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** The address that people type; it stays the same when the server starts on another port. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Drops every connection and resets each new one. */
  cut(): void {
    this.become("cut");
  }

  /** Answers everything with 200 and a page of its own, as a hotel's network does. */
  captivate(): void {
    this.become("portal");
  }

  /** Breaks every upload of a photo off after so many bytes; everything else goes through. */
  breakPhotosAfter(bytes: number): void {
    this.photoBytes = bytes;
    for (const socket of this.open) socket.destroy();
  }

  /** Loses every push from now on; everything else goes through. */
  losePushes(): void {
    this.losesPushes = true;
  }

  plug(server: number = this.server): void {
    this.server = server;
    this.become("plugged");
  }

  async remove(): Promise<void> {
    this.become("cut");
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private become(state: State): void {
    this.state = state;
    for (const socket of this.open) socket.destroy();
  }

  private carry(browser: Socket): void {
    browser.on("error", () => {});
    if (this.state === "cut") {
      browser.resetAndDestroy();
      return;
    }
    this.keep(browser);
    if (this.state === "portal") {
      const head = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PORTAL_PAGE.length}\r\nconnection: close\r\n\r\n`;
      browser.once("data", () => browser.end(head + PORTAL_PAGE));
      return;
    }
    const server = createConnection(this.server, "127.0.0.1");
    server.on("error", () => browser.destroy());
    server.on("close", () => browser.destroy());
    browser.on("close", () => server.destroy());
    server.on("data", (bytes) => (this.carried += bytes.length));
    this.keep(server);
    let carried = -1;
    browser.on("data", (bytes) => {
      if (this.losesPushes && bytes.includes("POST /api/v1/sync/push ")) return void browser.destroy();
      if (bytes.includes("PUT /api/v1/sync/photos/")) carried = 0;
      if (carried < 0) return void server.write(bytes);
      const rest = this.photoBytes - carried;
      carried += bytes.length;
      if (bytes.length <= rest) return void server.write(bytes);
      this.brokenOff += 1;
      if (rest > 0) server.write(bytes.subarray(0, rest));
      server.end();
      browser.destroy();
    });
    browser.on("end", () => server.end());
    server.pipe(browser);
  }

  private keep(socket: Socket): void {
    this.open.add(socket);
    socket.on("close", () => this.open.delete(socket));
  }
}
