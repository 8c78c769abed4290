// The reserved place of the call: always there and always as high, so that nothing on the page moves when one comes.
import { useTranslation } from "react-i18next";
import { useCurrentCall, useLive } from "../live/live";
import classes from "./desk.module.css";
import { IdleCard } from "./IdleCard";
import { OfferCard } from "./OfferCard";
import { TalkCard } from "./TalkCard";
import { WrapupCard } from "./WrapupCard";

export function CallSlot() {
  const { t } = useTranslation();
  return (
    <section className={classes.slot} aria-label={t("tasks.calls")}>
      <Card />
    </section>
  );
}

function Card() {
  const call = useCurrentCall();
  const wrapup = useLive((state) => state.presence?.state === "wrapup");
  if (call && call.phase !== "over") {
    const offered = call.phase === "offered" || call.phase === "ringing";
    return offered ? <OfferCard call={call} /> : <TalkCard call={call} />;
  }
  return wrapup ? <WrapupCard call={call} /> : <IdleCard />;
}
