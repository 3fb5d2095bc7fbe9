"""How ledgers of earlier versions become those of this one."""
