/** Aborted by the first SIGINT, SIGTERM or SIGHUP. A second one waits for nothing. */
export function whenStopped(): { readonly signal: AbortSignal; readonly stopped: Promise<void> } {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const [name, number] of [
      ['SIGINT', 2],
      ['SIGTERM', 15],
      ['SIGHUP', 1],
    ] as const) {
      // It stays for the second one: files that are being written have listeners as well, which end the process when
      // they find themselves alone.
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(128 + number);
        controller.abort();
        resolve();
      });
    }
  });
  return { signal: controller.signal, stopped };
}
