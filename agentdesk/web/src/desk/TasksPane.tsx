import { useTranslation } from "react-i18next";
import { useUser } from "../app/useUser";
import { useTickets } from "../tickets/queries";
import { Bones, Broken } from "../ui/Blank";
import { CallbackTask } from "./CallbackTask";
import classes from "./desk.module.css";
import { Group } from "./Group";
import { QueueRows } from "./QueueRows";
import { TicketTask } from "./TicketTask";

const unsolved = "new,open,waiting_customer,waiting_vendor";

export function TasksPane({ selected }: { selected: number | null }) {
  return (
    <>
      <QueueRows />
      <Callbacks selected={selected} />
      <Mine selected={selected} />
    </>
  );
}

function Callbacks({ selected }: { selected: number | null }) {
  const { t } = useTranslation();
  const found = useTickets({ callback: true });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Group title={t("tasks.callbacks")} count={items.length}>
      {found.isPending && <Bones rows={2} />}
      {found.isError && <Broken error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && items.length === 0 && <p className={classes.none}>{t("tasks.noCallbacks")}</p>}
      {items.map((ticket) => (
        <CallbackTask key={ticket.number} ticket={ticket} selected={ticket.number === selected} />
      ))}
    </Group>
  );
}

function Mine({ selected }: { selected: number | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const found = useTickets({ assignee: user.username, state: unsolved });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Group title={t("tasks.mine")} count={items.length}>
      {found.isPending && <Bones rows={3} />}
      {found.isError && <Broken error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && items.length === 0 && <p className={classes.none}>{t("tasks.noMine")}</p>}
      {items.map((ticket) => (
        <TicketTask key={ticket.number} ticket={ticket} selected={ticket.number === selected} />
      ))}
    </Group>
  );
}
