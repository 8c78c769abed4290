// What is known about the person: from the pop when the ticket is the call's, else asked for.
import { IconAddressBook } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Pop, Ticket } from "../api/types";
import { useCurrentCall } from "../live/live";
import { useContact, useHistory, useSimilar, useTicket } from "../tickets/queries";
import { Blank, Bones } from "../ui/Blank";
import { ContractFacts } from "./ContractFacts";
import { CustomerFacts } from "./CustomerFacts";
import classes from "./desk.module.css";
import { Group } from "./Group";
import { TicketTask } from "./TicketTask";

export function FactsPane({ ticket }: { ticket: number | null }) {
  const { t } = useTranslation();
  const call = useCurrentCall();
  const pop = call && (call.pop.ticket?.number ?? call.pop.call.ticket) === ticket ? call.pop : undefined;
  if (!ticket)
    return <Blank title={t("facts.title")} text={t("facts.empty")} icon={<IconAddressBook size={34} stroke={1.3} />} />;
  return <Facts key={ticket} number={ticket} pop={pop} />;
}

const isOpen = (ticket: Ticket) => ticket.state !== "solved" && ticket.state !== "closed";

function Facts({ number, pop }: { number: number; pop?: Pop }) {
  const { t } = useTranslation();
  const asked = useTicket(number);
  const ticket = asked.data ?? pop?.ticket ?? undefined;
  const person = ticket?.contact?.id;
  const known = pop?.contact ? { ...pop.contact, contract: pop.contract } : undefined;
  const contact = useContact(person === undefined ? undefined : String(person), known);
  const past = useHistory(ticket, pop?.history ?? undefined);
  const similar = useSimilar(number, pop?.similar ?? undefined);
  if (!ticket) return <Bones rows={6} />;
  const others = (past.data ?? []).filter((other) => other.number !== number);
  const done = others.filter((other) => !isOpen(other));
  return (
    <>
      <Group title={t("facts.customer")}>
        <CustomerFacts ticket={ticket} contact={contact.data ?? undefined} />
      </Group>
      <Group title={t("facts.contract")}>
        <ContractFacts contract={contact.data?.contract ?? undefined} />
      </Group>
      <Tickets title={t("facts.open")} none={t("facts.noOpen")} items={others.filter(isOpen)} />
      <Tickets title={t("facts.history")} none={t("facts.noHistory")} items={done} />
      <Tickets title={t("facts.similar")} none={t("facts.noSimilar")} items={similar.data ?? []} />
    </>
  );
}

function Tickets({ title, none, items }: { title: string; none: string; items: Ticket[] }) {
  return (
    <Group title={title} count={items.length}>
      {items.length === 0 && <p className={classes.none}>{none}</p>}
      {items.map((ticket) => (
        <TicketTask key={ticket.number} ticket={ticket} selected={false} />
      ))}
    </Group>
  );
}
