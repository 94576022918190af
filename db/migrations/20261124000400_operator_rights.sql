-- No command of the runbook reads the menu.
alter policy menu_items_read on wa.menu_items to wa_runtime;
revoke select on wa.menu_items from wa_operator_role;
