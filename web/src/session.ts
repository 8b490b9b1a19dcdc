// Who is signed in: a token, kept in this tab's session storage only and sent by api.ts. Signing in or out loads the page
// anew, so that nothing which another account was shown stays behind.
import { signal } from "@preact/signals";

const place = "sarhad.token";

export interface Caller {
  account: string;
  agency: string | null;
  roles: readonly string[];
  open: boolean; // everyone may do everything
}

export const token = signal(typeof window === "undefined" ? "" : (window.sessionStorage.getItem(place) ?? ""));
export const caller = signal<Caller | null>(null);

// A token as the server makes them; anything else would be refused, or is no text for a header.
export function looksLikeToken(text: string): boolean {
  return /^[A-Za-z0-9_.~+/=-]{8,512}$/.test(text);
}

export function beginSession(accepted: string): void {
  window.sessionStorage.setItem(place, accepted);
  window.location.reload();
}

// The server knows the token no more; what was typed stays.
export function forgetToken(): void {
  window.sessionStorage.removeItem(place);
  window.location.reload();
}

// What was typed under this account goes with it.
export function endSession(): void {
  window.sessionStorage.clear();
  window.location.reload();
}
