import { useEffect } from "react";
import { titleIs } from "../desk/notice";

export function usePageTitle(title: string): void {
  useEffect(() => titleIs(title), [title]);
}
