-- Apart from the file that adds it, so that the scan blocks no reader.
alter table wa.message_templates validate constraint message_templates_language_has_no_hyphen;
