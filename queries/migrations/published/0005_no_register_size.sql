-- How many agreements the register has was told here without passing the gate, and read by nobody.
alter table register drop column if exists agreements;
