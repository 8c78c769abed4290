import { useTranslation } from "react-i18next";
import type { Contract } from "../api/types";
import { useFormats } from "../i18n/format";
import { Fact } from "./CustomerFacts";
import classes from "./desk.module.css";

export function ContractFacts({ contract }: { contract?: Contract }) {
  const { t } = useTranslation();
  const format = useFormats();
  if (!contract) return <p className={classes.none}>{t("facts.noContract")}</p>;
  return (
    <dl className={classes.factList}>
      {contract.title && <Fact name={t("facts.level")} value={contract.title} />}
      {contract.first_response_seconds ? (
        <Fact name={t("facts.firstResponse")} value={format.span(contract.first_response_seconds)} />
      ) : null}
      {contract.resolution_seconds ? (
        <Fact name={t("facts.resolution")} value={format.span(contract.resolution_seconds)} />
      ) : null}
      {contract.ends && <Fact name={t("facts.validUntil")} value={format.date(contract.ends)} />}
    </dl>
  );
}
