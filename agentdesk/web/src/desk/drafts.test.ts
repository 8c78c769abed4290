import { beforeEach, describe, expect, it } from "vitest";
import { draftWrapup, dropWrapup, tidyDrafts, wrapupDraft, wrapups } from "./drafts";

const day = 24 * 3600 * 1000;

/** A reload: what was only in memory is gone. */
const reload = () => wrapups.setState({}, true);

beforeEach(() => {
  localStorage.clear();
  reload();
});

describe("wrap-up drafts", () => {
  it("survive a reload, each call for itself", () => {
    draftWrapup("a", { note: "calls again" });
    draftWrapup("a", { disposition: "solved" });
    reload();
    expect(wrapupDraft("a")).toMatchObject({ note: "calls again", disposition: "solved" });
    expect(wrapupDraft("b").note).toBe("");
  });

  it("are gone once they were sent", () => {
    draftWrapup("a", { note: "x" });
    dropWrapup("a");
    reload();
    expect(wrapupDraft("a").note).toBe("");
  });

  it("are forgotten after a week, and what cannot be read at once", () => {
    draftWrapup("old", { note: "x" });
    localStorage.setItem("hotline.wrapup.broken", "{");
    tidyDrafts(Date.now() + day);
    expect(localStorage.getItem("hotline.wrapup.old")).not.toBeNull();
    expect(localStorage.getItem("hotline.wrapup.broken")).toBeNull();
    tidyDrafts(Date.now() + 8 * day);
    expect(localStorage.getItem("hotline.wrapup.old")).toBeNull();
  });
});
