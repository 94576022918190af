\set id random(1, 9223372036854775807)
insert into floor.one_row (id) values ('wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || :id::text);
