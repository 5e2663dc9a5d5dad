"""Work in several steps against the cluster; no Typer and no Rich."""
