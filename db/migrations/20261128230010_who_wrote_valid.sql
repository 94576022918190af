-- Apart from the file that adds it, so that the scan blocks no reader.
alter table wa.kept_payloads validate constraint kept_payloads_reason_is_known;
