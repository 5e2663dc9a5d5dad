"""The main job step by step: played by ``make demo``, proved by a cluster test."""
