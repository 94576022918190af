insert into wa.settings (key, value, description, value_type, pattern) values
(
  'default_time_zone', '"UTC"',
  'The time zone of users whose profile has none in metadata.time_zone: an IANA name such as Africa/Kigali.',
  'string', '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$'
);
