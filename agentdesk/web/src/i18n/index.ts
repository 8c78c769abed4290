// The words of the page: both languages are in the bundle, so switching is instant and works without the network.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { remember, remembered } from "../session/local";
import { en } from "./en";
import { ru } from "./ru";

export const languages = [
  { code: "en", name: "English" },
  { code: "ru", name: "Русский" },
] as const;

export type Language = (typeof languages)[number]["code"];

const known = (code: string | undefined | null): code is Language => code === "en" || code === "ru";

function firstLanguage(): Language {
  const kept = remembered("language");
  if (known(kept)) return kept;
  return navigator.language?.startsWith("ru") ? "ru" : "en";
}

export const i18n = i18next.createInstance();

i18n.on("languageChanged", (code) => {
  document.documentElement.lang = code;
});

i18n.use(initReactI18next).init({
  resources: { en: { translation: en }, ru: { translation: ru } },
  lng: firstLanguage(),
  fallbackLng: "en",
  initAsync: false,
  // React writes text as text; escaping twice would show "&amp;" to people.
  interpolation: { escapeValue: false },
});

/** speak switches the language of the page and keeps the choice for this user on this computer. */
export function speak(code: Language, user?: string): void {
  remember("language", code);
  if (user) remember(`language.${user}`, code);
  void i18n.changeLanguage(code);
}

/** speakAs takes the language that this user chose here, or the one in the account. */
export function speakAs(user: string, account: string | undefined): void {
  const kept = remembered(`language.${user}`);
  const code = known(kept) ? kept : account;
  if (known(code) && code !== i18n.language) void i18n.changeLanguage(code);
}
