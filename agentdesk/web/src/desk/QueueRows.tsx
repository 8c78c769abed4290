import { useTranslation } from "react-i18next";
import { useUser } from "../app/useUser";
import { clock } from "../i18n/format";
import { secondsSince, useNow } from "../live/clock";
import { useLive } from "../live/live";
import classes from "./desk.module.css";
import { Group } from "./Group";

/** QueueRows tells an agent how long the own queues are, so that a pause is chosen with open eyes. */
export function QueueRows() {
  const { t } = useTranslation();
  const user = useUser();
  const queues = useLive((state) => state.board?.queues);
  const now = useNow();
  const own = queues?.filter((queue) => user.queues?.includes(queue.name)) ?? [];
  const shown = own.length > 0 ? own : (queues ?? []);
  if (shown.length === 0) return null;
  return (
    <Group title={t("tasks.queues")}>
      {shown.map((queue) => {
        const longest = queue.longest_since ? clock(secondsSince(Date.parse(queue.longest_since), now)) : "";
        return (
          <div key={queue.name} className={classes.queueRow}>
            <span className="clip">{queue.title || queue.name}</span>
            <span className="num">
              {t("tasks.waiting", { count: queue.waiting })}
              {queue.waiting > 0 && longest && ` · ${t("tasks.longest", { time: longest })}`}
            </span>
          </div>
        );
      })}
    </Group>
  );
}
