/** The hosts of the regions by the names that one-time tokens use (wire note: transmission). */
const REGIONS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['US', 'keepersecurity.com'],
  ['EU', 'keepersecurity.eu'],
  ['AU', 'keepersecurity.com.au'],
  ['CA', 'keepersecurity.ca'],
  ['JP', 'keepersecurity.jp'],
  ['GOV', 'govcloud.keepersecurity.us'],
  ['IL5', 'il5.keepersecurity.us'],
]);

/** Tells whether a text is a host name or address with an optional port, and nothing that would change a URL around it. */
export function isHost(text: string): boolean {
  return /^(?:[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?|\[[\da-f:]{2,39}\])(?::\d{1,5})?$/i.test(text);
}

/** The host of a region by its name in any case, or undefined. */
export function regionHost(region: string): string | undefined {
  return REGIONS.get(region.toUpperCase());
}

/** The name of the region that a host belongs to, or undefined for a host of another installation. */
export function hostRegion(host: string): string | undefined {
  for (const [region, regionHostName] of REGIONS) if (regionHostName === host.toLowerCase()) return region;
  return undefined;
}
