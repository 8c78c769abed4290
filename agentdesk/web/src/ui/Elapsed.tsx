import { clock, useFormats } from "../i18n/format";
import { secondsSince, secondsUntil, useNow } from "../live/clock";

const millis = (at: string | number) => (typeof at === "number" ? at : Date.parse(at));

/** Elapsed runs upwards since an instant. */
export function Elapsed({ since }: { since: string | number }) {
  const now = useNow();
  return (
    <span className="num" role="timer">
      {clock(secondsSince(millis(since), now))}
    </span>
  );
}

/** Remaining runs down to an instant and stays at zero. */
export function Remaining({ until }: { until: string | number }) {
  const now = useNow();
  return (
    <span className="num" role="timer">
      {clock(secondsUntil(millis(until), now))}
    </span>
  );
}

/** When shows an instant in short; the full date is in its title. */
export function When({ at }: { at: string }) {
  const format = useFormats();
  return (
    <time dateTime={at} title={format.full(at)} className="num">
      {format.time(at)}
    </time>
  );
}
