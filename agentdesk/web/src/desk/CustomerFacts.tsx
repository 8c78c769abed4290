import { useTranslation } from "react-i18next";
import type { Contact, Ticket } from "../api/types";
import { personOf } from "../tickets/words";
import classes from "./desk.module.css";

export function CustomerFacts({ ticket, contact }: { ticket: Ticket; contact?: Contact }) {
  const { t } = useTranslation();
  const numbers = contact?.numbers ?? [];
  const shown = numbers.length > 0 ? numbers : ticket.caller ? [ticket.caller] : [];
  const organisation = ticket.contact?.organisation || contact?.organisation_name;
  return (
    <>
      <div className={classes.factName} dir="auto">
        {personOf(ticket) || t("call.hidden")}
      </div>
      {!ticket.contact && <p className={classes.none}>{t("facts.noCustomer")}</p>}
      <dl className={classes.factList}>
        {organisation && <Fact name={t("facts.organisation")} value={organisation} />}
        {shown.map((number) => (
          <Fact key={number} name={t("facts.number")} value={number} />
        ))}
        {contact?.email && <Fact name={t("facts.email")} value={contact.email} />}
      </dl>
    </>
  );
}

export function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="num" dir="auto">
        {value}
      </dd>
    </>
  );
}
