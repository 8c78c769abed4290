import { Button } from "@mantine/core";
import { IconArrowBackUp, IconHeadset } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCurrentCall } from "../live/live";
import { TicketView } from "../tickets/TicketView";
import { Blank } from "../ui/Blank";
import classes from "./desk.module.css";
import { select } from "./selection";

export function WorkPane({ ticket }: { ticket: number | null }) {
  const { t } = useTranslation();
  const call = useCurrentCall();
  const own = call?.pop.ticket?.number ?? call?.pop.call.ticket;
  return (
    <div className={classes.workBody}>
      {own && own !== ticket && (
        <Button
          variant="light"
          size="xs"
          mb={8}
          leftSection={<IconArrowBackUp size={15} />}
          onClick={() => select(own)}
        >
          {t("work.back")}
        </Button>
      )}
      {ticket ? (
        <TicketView key={ticket} number={ticket} />
      ) : (
        <Blank title={t("work.empty")} text={t("work.emptyText")} icon={<IconHeadset size={34} stroke={1.3} />} />
      )}
    </div>
  );
}
