import { Modal, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import type { Action } from "../desk/actions";
import { Key } from "../ui/Key";
import { keymap, label } from "./keymap";
import { sheet } from "./sheet";

const actions = Object.keys(keymap) as Action[];

export function KeySheet() {
  const { t } = useTranslation();
  const { open } = useStore(sheet);
  return (
    <Modal
      opened={open}
      onClose={() => sheet.setState({ open: false })}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {actions.map((action) => (
            <Row key={action} name={t(`keys.${action}`)} keys={label(action)} />
          ))}
          <Row name={t("keys.sheet")} keys="?" />
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        {t("keys.note")}
      </Text>
    </Modal>
  );
}

function Row({ name, keys }: { name: string; keys: string }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={450}>
        {name}
      </Table.Th>
      <Table.Td ta="right">
        <span className="num">
          <Key>{keys}</Key>
        </span>
        <span style={{ position: "absolute", clip: "rect(0 0 0 0)" }}>{keys}</span>
      </Table.Td>
    </Table.Tr>
  );
}
