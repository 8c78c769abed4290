// Small things this browser remembers. Storage may be full or forbidden: then nothing is remembered and nothing breaks.

const prefix = "hotline.";

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Not remembered: the choice holds until the page is closed.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // See above.
  }
}

/** rememberedNames lists what is kept under a prefix. */
export function rememberedNames(start: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(prefix + start))
      .map((name) => name.slice(prefix.length));
  } catch {
    return [];
  }
}
