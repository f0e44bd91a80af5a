"""How one thing looks: table, meter, sparkline, chart, log view. Nothing here reads or asks anything."""
